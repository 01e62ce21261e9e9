"""What got another name in the rules gets it in the state: links, documents, truths and questions stay as they are."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Text, and_, delete, func, insert, select, type_coerce, update

from syncdsl.schema.digest import digest
from syncdsl.state.history import History
from syncdsl.state.links import Links
from syncdsl.state.records import OPEN_STATES
from syncdsl.state.tables import (
    ACTIVATION,
    INSTANCE,
    INTENT,
    LINK,
    MATCH_FORM,
    PAIR_PASS,
    REVIEW,
    SET_ASIDE,
    SWITCH,
    TRUTH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

PENDING = "names given"
"""The switch that tells how to undo names given for rules that are not in force yet."""

LINES = "names in lines"
"""The switch that tells for which renames of tables every link was looked at."""


class Renames(Protocol):
    """From earlier names to present ones: of modules, documents, triggers, and of the map lines of each module."""

    @property
    def modules(self) -> Mapping[str, str]:
        """The names of pairs."""
        ...

    @property
    def documents(self) -> Mapping[str, str]:
        """The names of documents."""
        ...

    @property
    def triggers(self) -> Mapping[str, str]:
        """The digests of triggers."""
        ...

    @property
    def lines(self) -> Mapping[str, Mapping[str, str]]:
        """The digests of map lines, by the present name of their pair."""
        ...


class Renaming(Links, History):
    """Earlier names. Where something is known by both names, what the present one says stands."""

    def rename(self, renames: Renames, *, until_accepted: dt.datetime | None = None) -> None:
        """Give everything its present name, in one transaction.

        With `until_accepted`, a moment, it is remembered how to undo this, until `settle_names` says that it stands:
        the rules that name things anew may never come into force.
        """
        if not self._named_before(renames):
            return
        with self.transaction() as connection:
            done = [
                [kind, old, new]
                for kind, names, change in (
                    ("module", renames.modules, self._module),
                    ("document", renames.documents, _document),
                    ("trigger", renames.triggers, _trigger),
                )
                for old, new in names.items()
                if change(connection, old, new)
            ]
            for pair, lines in renames.lines.items():
                done += [[pair, old, new] for old, new in lines.items() if _line(connection, pair, old, new)]
            _open_intents(connection, renames)
            _remember(connection, LINES, digest(_plain(renames.lines)), until_accepted)
            if until_accepted is not None:
                _remember(connection, PENDING, done, until_accepted)

    def settle_names(self) -> None:
        """Say that the names given last stand."""
        with self.transaction() as connection:
            connection.execute(delete(SWITCH).where(SWITCH.c.name == PENDING))

    def restore_names(self) -> None:
        """Undo names that were given for rules that did not come into force."""
        with self.reading() as reading:
            done = reading.execute(select(SWITCH.c.value).where(SWITCH.c.name == PENDING)).scalar()
        if done is None:
            return
        changes = {"module": self._module, "document": _document, "trigger": _trigger}
        with self.transaction() as connection:
            for kind, old, new in reversed(done):
                if kind in changes:
                    changes[kind](connection, new, old)
                else:
                    _line(connection, kind, new, old)
            connection.execute(delete(SWITCH).where(SWITCH.c.name.in_((PENDING, LINES))))

    def _module(self, connection: Connection, old: str, new: str) -> int:
        other = LINK.alias()
        theirs = select(other.c.uid).where(
            other.c.pair == new, (other.c.left_id == LINK.c.left_id) | (other.c.right_id == LINK.c.right_id)
        )
        superseded = select(LINK.c.uid).where(LINK.c.pair == old, theirs.exists())
        self.end_links(connection.execute(superseded).scalars().all())
        count = connection.execute(update(LINK).where(LINK.c.pair == old).values(pair=new)).rowcount
        if count:
            self.note_renamed(old, new)
        return count + _beside_links(connection, old, new) + _reviews(connection, old, new)

    def _named_before(self, renames: Renames) -> bool:
        """Return whether the state knows anything by an earlier name."""
        with self.reading() as connection:
            if any(
                connection.execute(select(column).where(column == old).limit(1)).first() is not None
                for columns, names in (
                    ((LINK.c.pair, SET_ASIDE.c.pair, REVIEW.c.rule), renames.modules),
                    ((INSTANCE.c.document, REVIEW.c.rule), renames.documents),
                    ((ACTIVATION.c.trigger, TRUTH.c.trigger), renames.triggers),
                )
                for column in columns
                for old in names
            ):
                return True
            if not renames.lines:
                return False
            # To look for them means to look at every link: once is enough.
            known = connection.execute(select(SWITCH.c.value).where(SWITCH.c.name == LINES)).scalar()
            return bool(known != digest(_plain(renames.lines)))


def _plain(lines: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {pair: dict(digests) for pair, digests in lines.items()}


def _remember(connection: Connection, name: str, value: Any, at: dt.datetime | None) -> None:
    connection.execute(delete(SWITCH).where(SWITCH.c.name == name))
    connection.execute(insert(SWITCH).values(name=name, value=value, by="", at=at or dt.datetime.now(dt.UTC)))


def _beside_links(connection: Connection, old: str, new: str) -> int:
    aside = SET_ASIDE.alias()
    known = select(aside.c.pair).where(
        aside.c.pair == new, aside.c.side == SET_ASIDE.c.side, aside.c.record_id == SET_ASIDE.c.record_id
    )
    connection.execute(delete(SET_ASIDE).where(SET_ASIDE.c.pair == old, known.exists()))
    count = connection.execute(update(SET_ASIDE).where(SET_ASIDE.c.pair == old).values(pair=new)).rowcount
    # How records compare is worked out again for what is a new name to whoever keeps it.
    connection.execute(delete(MATCH_FORM).where(MATCH_FORM.c.pair == old))
    connection.execute(delete(PAIR_PASS).where(PAIR_PASS.c.pair == old))
    return count


def _reviews(connection: Connection, old: str, new: str) -> int:
    """Rename the rule of review items; their ids are made of its oldest name and stay."""
    return connection.execute(update(REVIEW).where(REVIEW.c.rule == old).values(rule=new)).rowcount


def _document(connection: Connection, old: str, new: str) -> int:
    other = INSTANCE.alias()
    known = select(other.c.key).where(
        other.c.document == new, other.c.record_id == INSTANCE.c.record_id, other.c.number == INSTANCE.c.number
    )
    statement = update(INSTANCE).where(INSTANCE.c.document == old, ~known.exists()).values(document=new)
    return connection.execute(statement).rowcount + _reviews(connection, old, new)


def _trigger(connection: Connection, old: str, new: str) -> int:
    """Rename a trigger; where it is on under its present name, what that knows of a record stands."""
    other = TRUTH.alias()
    known = select(other.c.trigger).where(and_(other.c.trigger == new, other.c.record_id == TRUTH.c.record_id))
    connection.execute(delete(TRUTH).where(TRUTH.c.trigger == old, known.exists()))
    count = connection.execute(update(TRUTH).where(TRUTH.c.trigger == old).values(trigger=new)).rowcount
    on = connection.execute(select(ACTIVATION.c.at).where(ACTIVATION.c.trigger == new)).first()
    moved = ACTIVATION.c.trigger == old
    connection.execute(delete(ACTIVATION).where(moved) if on else update(ACTIVATION).where(moved).values(trigger=new))
    return count


def _line(connection: Connection, pair: str, old: str, new: str) -> int:
    lines = type_coerce(LINK.c.lines, Text)
    statement = update(LINK).where(LINK.c.pair == pair, lines.contains(old))
    return connection.execute(
        statement.values({LINK.c.lines: type_coerce(func.replace(lines, old, new), LINK.c.lines.type)})
    ).rowcount


def _open_intents(connection: Connection, renames: Renames) -> None:
    """Rename what writes in doubt belong to, so that they are settled under the names that the rules have now."""
    named = {**renames.modules, **renames.documents}
    lines = {old: new for pair in renames.lines.values() for old, new in pair.items()}
    rows = connection.execute(
        select(INTENT.c.iid, INTENT.c.pair_or_document, INTENT.c.payload).where(INTENT.c.state.in_(OPEN_STATES))
    ).all()
    for row in rows:
        payload = {
            **row.payload,
            **_listed(row.payload, "triggers", renames.triggers),
            **_listed(row.payload, "lines", lines),
        }
        owner = named.get(row.pair_or_document, row.pair_or_document)
        if (owner, payload) != (row.pair_or_document, row.payload):
            connection.execute(
                update(INTENT).where(INTENT.c.iid == row.iid).values(pair_or_document=owner, payload=payload)
            )


def _listed(payload: Mapping[str, Any], name: str, renamed: Mapping[str, str]) -> dict[str, Any]:
    return {name: [renamed.get(item, item) for item in payload[name]]} if name in payload else {}
