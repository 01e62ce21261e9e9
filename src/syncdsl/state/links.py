"""Links with their bases, and records that are set aside."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, column, delete, exists, func, literal_column, select, table, tuple_, type_coerce

from syncdsl.state.columns import Moment, decode, decode_fields, encode, encode_fields
from syncdsl.state.history import append
from syncdsl.state.id_lists import among
from syncdsl.state.lineage import changes
from syncdsl.state.part import Part, chunks
from syncdsl.state.records import Link
from syncdsl.state.tables import LINK, OBSERVED_RECORD, SET_ASIDE
from syncdsl.state.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection

    from syncdsl.state.records import HistoryEntry, LinkStatus, Side

_NAMES = [column.name for column in LINK.c]
# Read as stored and decoded below: there may be a hundred thousand, each with four documents.
STORED: list[ColumnElement[Any]] = [
    column if column.name == "linked_at" else type_coerce(column, Text) for column in LINK.c
]
_EMPTY = {"left_base": "'{}'", "right_base": "'{}'", "lines": "'[]'"}
# What lists need: without the values that were last in sync, which are most of a link.
_BARE: list[ColumnElement[Any]] = [
    literal_column(_EMPTY[c.name]) if c.name in _EMPTY else s for c, s in zip(LINK.c, STORED, strict=True)
]
# Written as stored, too: the same text is compared with what was there.
_PLAIN = table("link", *(column(name, Moment if name == "linked_at" else Text) for name in _NAMES))
_BATCH = 2_000
"""How many links are written at a time: their rows and their history are in memory together."""


class Links(Part):
    """Who is whose partner: within a pair a record has at most one, and no two links share a key.

    No link changes without its history: every change goes through `put_links` or `end_links`.
    """

    def links(self, pair: str) -> list[Link]:
        """Return the links of a pair, in order of their uid."""
        with self.reading() as connection:
            rows = connection.execute(select(*STORED).where(LINK.c.pair == pair).order_by(LINK.c.uid))
            return [link_of(row) for row in rows]

    def link_ids(self, pair: str, size: int = 5_000) -> Iterator[list[tuple[str, str, str]]]:
        """Yield (left id, right id, status) of the links of a pair, at most `size` at a time."""
        columns = (LINK.c.left_id, LINK.c.right_id, LINK.c.status)
        query = select(*columns).where(LINK.c.pair == pair).order_by(LINK.c.left_id).limit(size)
        after = ""
        while True:
            with self.reading() as connection:
                rows = connection.execute(query.where(LINK.c.left_id > after)).all()
            if not rows:
                return
            after = rows[-1].left_id
            yield [(row.left_id, row.right_id, row.status) for row in rows]

    def link(self, pair: str, *, left_id: str | None = None, right_id: str | None = None) -> Link | None:
        """Return the link of a record, by either side's id."""
        condition = LINK.c.left_id == left_id if left_id is not None else LINK.c.right_id == right_id
        with self.reading() as connection:
            row = connection.execute(select(*STORED).where(LINK.c.pair == pair, condition)).first()
            return link_of(row) if row else None

    def links_by(self, pair: str, side: Side, ids: Iterable[str]) -> dict[str, Link]:
        """Return the links of some records of one side of a pair, by their ids."""
        column = LINK.c.left_id if side == "left" else LINK.c.right_id
        found: dict[str, Link] = {}
        with self.reading() as connection:
            for some in chunks(ids):
                for row in connection.execute(select(*STORED).where(LINK.c.pair == pair, among(column, some))):
                    link = link_of(row)
                    found[link.left_id if side == "left" else link.right_id] = link
        return found

    def standing(self, pair: str, side: Side, ids: Iterable[str]) -> dict[str, tuple[str, LinkStatus]]:
        """Return uid and status of the links of some records of one side of a pair, by their ids; no base is read."""
        own = LINK.c.left_id if side == "left" else LINK.c.right_id
        found: dict[str, tuple[str, LinkStatus]] = {}
        with self.reading() as connection:
            for some in chunks(ids):
                statement = select(own, LINK.c.uid, LINK.c.status).where(LINK.c.pair == pair, among(own, some))
                rows = connection.execute(statement).all()
                found.update((record_id, (uid, status)) for record_id, uid, status in rows)
        return found

    def links_by_uid(self, uids: Iterable[str]) -> dict[str, Link]:
        """Return links by their uids."""
        found: dict[str, Link] = {}
        with self.reading() as connection:
            for some in chunks(uids):
                for row in connection.execute(select(*STORED).where(among(LINK.c.uid, some))):
                    found[row[0]] = link_of(row)
        return found

    def links_after(self, pair: str, after: str, limit: int) -> list[Link]:
        """Return the next links of a pair behind a uid, in order of uids."""
        # The pair is only a filter: found by its index, all of its links would be sorted for every few of them.
        mine = func.coalesce(LINK.c.pair, "") == pair
        statement = select(*STORED).where(mine, LINK.c.uid > after).order_by(LINK.c.uid).limit(limit)
        with self.reading() as connection:
            return [link_of(row) for row in connection.execute(statement).all()]

    def link_keys(self, keys: Iterable[str], *, active: bool = False) -> set[str]:
        """Return those of some syncdsl keys that belong to a link, only to an active one where that is asked."""
        found: set[str] = set()
        with self.reading() as connection:
            for some in chunks(keys):
                statement = select(LINK.c.key).where(among(LINK.c.key, some))
                if active:
                    statement = statement.where(LINK.c.status == "active")
                found.update(connection.execute(statement).scalars())
        return found

    def count_links(self, pair: str) -> int:
        """Return how many links of a pair are active."""
        statement = select(func.count()).where(LINK.c.pair == pair, LINK.c.status == "active")
        with self.reading() as connection:
            return connection.execute(statement).scalar_one()

    def unobserved(self, pair: str, side: Side, step: str) -> list[str]:
        """Return the ids on one side of a pair's links that should be there and that an observation does not hold."""
        column = LINK.c.left_id if side == "left" else LINK.c.right_id
        other = "right_gone" if side == "left" else "left_gone"
        held = exists().where(OBSERVED_RECORD.c.step == step, OBSERVED_RECORD.c.record_id == column)
        statement = select(column).where(LINK.c.pair == pair, LINK.c.status.in_(["active", other]), ~held)
        with self.reading() as connection:
            return list(connection.execute(statement.order_by(column)).scalars())

    def page_of_links(self, condition: ColumnElement[bool], *, after: tuple[str, str] | None, limit: int) -> list[Link]:
        """Return the next links that fulfil a condition, in order of pair and left id, without bases and lines."""
        statement = select(*_BARE).where(condition).order_by(LINK.c.pair, LINK.c.left_id).limit(limit)
        if after is not None:
            statement = statement.where(tuple_(LINK.c.pair, LINK.c.left_id) > after)
        with self.reading() as connection:
            return [link_of(row) for row in connection.execute(statement)]

    def put_link(self, link: Link) -> None:
        """Add a link, or replace the one with its uid.

        Raises NotUniqueError when one of its records, or its key, belongs to another link.
        """
        self.put_links([link])

    def put_links(self, links: Sequence[Link]) -> None:
        """Add links, or replace those with their uids, in this order, with the history of what that changes.

        Raises NotUniqueError when a record or a key would belong to two links; nothing of the call is kept then.
        """
        if not links:
            return
        # One link is one statement before its history; several are undone together.
        with self.writing(single=len(links) == 1) as connection:
            at = self._cause.clock()
            for start in range(0, len(links), _BATCH):
                rows = [_row(link) for link in links[start : start + _BATCH]]
                known = _stored(connection, sorted({row["uid"] for row in rows}))
                entries: list[HistoryEntry] = []
                changed: list[dict[str, Any]] = []
                for row in rows:
                    before = known.get(row["uid"])
                    if before != row:
                        entries += changes(before and _facts(before), _facts(row), row["uid"], self._cause, at)
                        known[row["uid"]] = row
                        changed.append(row)
                if changed:
                    upsert(connection, _PLAIN, changed, key=("uid",))
                append(connection, self._cause.run or self._run or "", entries)

    def end_links(self, uids: Iterable[str]) -> None:
        """Remove links; their history tells that they ended."""
        with self.writing() as connection:
            at = self._cause.clock()
            for batch in chunks(sorted(set(uids))):
                entries: list[HistoryEntry] = []
                for uid, row in _stored(connection, batch).items():
                    entries += changes(_facts(row), None, uid, self._cause, at)
                connection.execute(delete(LINK).where(among(LINK.c.uid, batch)))
                append(connection, self._cause.run or self._run or "", entries)

    def set_asides(self, pair: str) -> set[tuple[str, str]]:
        """Return the (side, id) of the records of a pair that are neither matched nor created again."""
        with self.reading() as connection:
            rows = connection.execute(select(SET_ASIDE.c.side, SET_ASIDE.c.record_id).where(SET_ASIDE.c.pair == pair))
            return {(row.side, row.record_id) for row in rows}

    def set_aside_because(self, pair: str, side: str, record_id: str) -> str | None:
        """Return why a record was set aside; None for one that was not."""
        mine = (SET_ASIDE.c.pair == pair, SET_ASIDE.c.side == side, SET_ASIDE.c.record_id == record_id)
        with self.reading() as connection:
            return connection.execute(select(SET_ASIDE.c.reason).where(*mine)).scalar()

    def set_aside(self, pair: str, side: str, record_id: str, reason: str) -> None:
        """Set a record aside; doing it again changes the reason."""
        values = {"pair": pair, "side": side, "record_id": record_id, "reason": reason}
        with self.transaction() as connection:
            upsert(connection, SET_ASIDE, [values])


def _stored(connection: Connection, uids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return links by uid, as stored."""
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(uids):
        rows = connection.execute(select(*STORED).where(among(LINK.c.uid, some)))
        found.update({row[0]: dict(zip(_NAMES, row, strict=True)) for row in rows})
    return found


def _row(link: Link) -> dict[str, Any]:
    """Return a link as it is stored."""
    row: dict[str, Any] = {name: getattr(link, name) for name in _NAMES}
    row["lines"] = encode(link.lines)
    row["left_base"] = encode_fields(link.left_base)
    row["right_base"] = encode_fields(link.right_base)
    row["suffix"] = "{}" if not link.suffix else encode(link.suffix)
    if link.linked_at is not None:
        row["linked_at"] = link.linked_at.astimezone(dt.UTC)
    return row


def _facts(row: dict[str, Any]) -> dict[str, str]:
    """Return what the history tells of a link, each as JSON."""
    at = row["linked_at"]
    return {
        "pair": encode(row["pair"]),
        "left_id": encode(row["left_id"]),
        "right_id": encode(row["right_id"]),
        "key": encode(row["key"]),
        "status": encode(row["status"]),
        "suffix": row["suffix"],
        "origin": encode(row["origin"]),
        "linked_at": "null" if at is None else encode(at.isoformat()),
        "left_base": row["left_base"],
        "right_base": row["right_base"],
    }


@lru_cache(maxsize=256)
def _lines(text: str) -> tuple[str, ...]:
    """Return the digests of lines; the links of a pair have nearly all the same."""
    return tuple(decode(text))


def link_of(row: Sequence[Any]) -> Link:
    """Return the link of a row of `STORED`."""
    uid, pair, left_id, right_id, key, status, lines, left_base, right_base, suffix, *written = row
    return Link(
        uid=uid,
        pair=pair,
        left_id=left_id,
        right_id=right_id,
        key=key,
        status=status,
        lines=_lines(lines),
        left_base=decode_fields(left_base),
        right_base=decode_fields(right_base),
        suffix={} if suffix == "{}" else decode(suffix),
        left_written=written[0],
        right_written=written[1],
        origin=written[2],
        linked_at=written[3],
    )
