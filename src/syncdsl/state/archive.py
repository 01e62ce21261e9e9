"""The archive: what a disconnection puts away. Nothing in it is ever used again for a link, a base or a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, and_, delete, func, insert, or_, select, true, update

from syncdsl.state.links import Links
from syncdsl.state.pages import pages
from syncdsl.state.records import OPEN_STATES, Cause, Holdings
from syncdsl.state.runs import Runs
from syncdsl.state.tables import (
    ACCESS_GRANT,
    ACTIVATION,
    AGENDA,
    ARCHIVE,
    ASSOCIATION,
    HISTORY,
    IDENTITY,
    INSTANCE,
    INTENT,
    JOURNAL_EVENT,
    LINK,
    MATCH_FORM,
    OBSERVATION,
    OBSERVED_RECORD,
    PAIR_PASS,
    REVIEW,
    SET_ASIDE,
    TRUTH,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

_PAGE = 500
_IN_DOUBT = ("sent", "ambiguous", "quarantined")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What of the state a disconnection concerns.

    `connections` are those whose organisations are forgotten. `keep_pairs`, `keep_documents` and `keep_triggers`
    (digests) belong to other connections alone and stay; whatever no rule knows any more goes.
    """

    connections: frozenset[str]
    keep_pairs: frozenset[str] = frozenset()
    keep_documents: frozenset[str] = frozenset()
    keep_triggers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Who puts something into the archive, when and why, and the organisations it belongs to, by connection."""

    organizations: Mapping[str, Mapping[str, str]]
    reason: str
    by: str
    at: dt.datetime


class Archive(Links, Runs):
    """What belongs to organisations that this state is no longer connected with."""

    def holdings(self, bounds: Bounds | None = None) -> Holdings:
        """Return how much the state holds, or how much of it `disconnect` would put away."""
        bounds = bounds or Bounds(connections=frozenset(self.identity() or ()))
        with self.reading() as connection:

            def count(table: Table, condition: ColumnElement[bool]) -> int:
                return connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one()

            known = connection.execute(select(IDENTITY.c.connection).order_by(IDENTITY.c.connection)).scalars()
            return Holdings(
                links=count(LINK, LINK.c.pair.not_in(bounds.keep_pairs)),
                set_aside=count(SET_ASIDE, SET_ASIDE.c.pair.not_in(bounds.keep_pairs)),
                documents=count(INSTANCE, INSTANCE.c.document.not_in(bounds.keep_documents)),
                in_doubt=count(INTENT, _in_doubt(bounds)),
                reviews=count(REVIEW, _reviews(bounds)),
                history=count(HISTORY, true()),
                connections=tuple(name for name in known if name in bounds.connections),
            )

    def disconnect(self, bounds: Bounds, *, reason: str, by: str, at: dt.datetime) -> Holdings:
        """Put everything of some organisations into the archive, in one transaction, and return what it was.

        What was read, what conditions were true and whose organisations they were is forgotten; journal and history
        stay. Writes that had not ended are dropped, those in doubt are put away as well.
        """
        done = self.holdings(bounds)
        self._cause = Cause(run="disconnect", by=by, clock=lambda: at)
        with self.transaction() as connection:
            put = Put(organizations=_organizations(connection), reason=reason, by=by, at=at)
            links = LINK.c.pair.not_in(bounds.keep_pairs)
            for page in pages(connection, LINK, links):
                _put(connection, "link", page, put)
                self.end_links(row["uid"] for row in page)
            asides = SET_ASIDE.c.pair.not_in(bounds.keep_pairs)
            for page in pages(connection, SET_ASIDE, asides):
                _put(connection, "set aside", page, put)
            documents = INSTANCE.c.document.not_in(bounds.keep_documents)
            for page in pages(connection, INSTANCE, documents):
                _put(connection, "document", page, put)
            grants = ACCESS_GRANT.c.connection.in_(bounds.connections)
            for page in pages(connection, ACCESS_GRANT, grants):
                _put(connection, "access", page, put)
            for page in pages(connection, INTENT, _in_doubt(bounds)):
                _put(connection, "in doubt", page, put)
            _end_intents(connection, bounds, put, self._run)
            for table, condition in ((SET_ASIDE, asides), (INSTANCE, documents), (ACCESS_GRANT, grants)):
                connection.execute(delete(table).where(condition))
            _forget(connection, bounds)
            connection.execute(update(REVIEW).where(_reviews(bounds)).values(state="closed", closed=at))
        return done

    def archived_organizations(self, key: str) -> list[dict[str, dict[str, str]]]:
        """Return the organisations, by connection, of what carried a key and was put into the archive."""
        with self.reading() as connection:
            rows = connection.execute(select(ARCHIVE.c.organizations).where(ARCHIVE.c.key == key).distinct())
            return [row.organizations for row in rows]

    def archived(self, kind: str | None = None) -> Iterator[dict[str, Any]]:
        """Return what is in the archive, oldest first, as it was stored; `kind` is one of its kinds."""
        condition = ARCHIVE.c.kind == kind if kind is not None else true()
        with self.reading() as connection:
            for page in pages(connection, ARCHIVE, condition):
                yield from page


def _in_doubt(bounds: Bounds) -> ColumnElement[bool]:
    return and_(
        INTENT.c.op == "create",
        INTENT.c.state.in_(_IN_DOUBT),
        INTENT.c.pair_or_document.not_in(bounds.keep_pairs | bounds.keep_documents),
    )


def _reviews(bounds: Bounds) -> ColumnElement[bool]:
    return and_(REVIEW.c.state != "closed", REVIEW.c.rule.not_in(bounds.keep_pairs | bounds.keep_documents))


def _organizations(connection: Connection) -> dict[str, dict[str, str]]:
    rows = connection.execute(select(IDENTITY)).mappings()
    facts = ("organization", "data_centre", "environment")
    return {row["connection"]: {name: row[name] for name in facts} for row in rows}


def _put(connection: Connection, kind: str, page: list[dict[str, Any]], put: Put) -> None:
    rows = [
        {
            "kind": kind,
            "key": row.get("key"),
            "reason": put.reason,
            "organizations": put.organizations,
            "content": row,
            "by": put.by,
            "at": put.at,
        }
        for row in page
    ]
    connection.execute(insert(ARCHIVE), rows)


def _end_intents(connection: Connection, bounds: Bounds, put: Put, run: str | None) -> None:
    """End every write that had not ended: nobody will ask these organisations what became of it."""
    kept = bounds.keep_pairs | bounds.keep_documents
    condition = and_(INTENT.c.state.in_(OPEN_STATES), INTENT.c.pair_or_document.not_in(kept))
    iids = connection.execute(select(INTENT.c.iid).where(condition).order_by(INTENT.c.seq)).scalars().all()
    if not iids:
        return
    detail = "disconnected before it was known what became of it"
    connection.execute(update(INTENT).where(condition).values(state="dropped", detail=detail, finished_at=put.at))
    connection.execute(
        insert(JOURNAL_EVENT),
        [{"iid": iid, "state": "dropped", "at": put.at, "run": run, "detail": detail} for iid in iids],
    )


def _forget(connection: Connection, bounds: Bounds) -> None:
    """Forget what was read of every module, and what was true of whom: all of it is seen anew."""
    for table in (AGENDA, OBSERVED_RECORD, OBSERVATION):
        connection.execute(delete(table))
    for table in (MATCH_FORM, PAIR_PASS):
        connection.execute(delete(table))
    for table in (TRUTH, ACTIVATION):
        connection.execute(delete(table).where(table.c.trigger.not_in(bounds.keep_triggers)))
    for column in (ASSOCIATION.c.connection, ASSOCIATION.c.record_connection):
        connection.execute(delete(ASSOCIATION).where(column.in_(sorted(bounds.connections))))
    connection.execute(delete(IDENTITY).where(or_(*(IDENTITY.c.connection == name for name in bounds.connections))))
