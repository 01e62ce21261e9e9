"""The history: every field that was written and every change of a link, each with its cause; it only grows."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, column, insert, select, true
from sqlalchemy import table as plain_table

from syncdsl.state.lineage import RENAMED, fold
from syncdsl.state.part import CHUNK, Part, chunks
from syncdsl.state.records import HistoryEntry, HistoryRow
from syncdsl.state.tables import HISTORY
from syncdsl.state.upsert import insert_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from syncdsl.state.records import Answered, Cause, HistoryKind, Link

_NAMES = [item.name for item in HISTORY.c if item.name not in {"seq", "run"}]
_ADD = insert(plain_table(HISTORY.name, *(column(item.name, item.type) for item in HISTORY.c if item.name != "seq")))


class History(Part):
    """What happened to records and links, and why."""

    def because(self, cause: Cause) -> None:
        """Say why links change from now on."""
        self._cause = cause

    @contextmanager
    def because_of(self, answers: Mapping[str, Answered]) -> Iterator[None]:
        """Say which answers are the cause of what changes inside, by the uid of each link."""
        outer = self._cause
        self._cause = replace(outer, answers=answers)
        try:
            yield
        finally:
            self._cause = outer

    def add_history(self, run: str, entries: Sequence[HistoryEntry]) -> None:
        """Append what happened."""
        if not entries:
            return
        with self.transaction() as connection:
            append(connection, run, entries)

    def note_renamed(self, old: str, new: str) -> None:
        """Append that all links of the pair `old` are of `new` from here on: one row, however many there are.

        Whoever renames a pair in the table of links does so in the same transaction.
        """
        with self.transaction() as connection:
            place = self._cause.places.get(new)
            entry = HistoryEntry(
                uid="",
                connection="",
                module="",
                record_id="",
                field=RENAMED,
                old=old,
                new=new,
                cause_rule=new,
                cause_location=place.location if place is not None else "",
                kind="link",
                at=self._cause.clock(),
                by=self._cause.by or None,
            )
            append(connection, self._cause.run or self._run or "", [entry])

    def history(
        self,
        *,
        connection: str | None = None,
        module: str | None = None,
        record_id: str | None = None,
        uid: str | None = None,
    ) -> list[HistoryRow]:
        """Return what happened, oldest first: of everything, or of one system, module, record or link."""
        wanted = {"connection": connection, "module": module, "record_id": record_id, "uid": uid}
        conditions = [HISTORY.c[name] == value for name, value in wanted.items() if value is not None]
        return self._history(and_(true(), *conditions))

    def history_of(self, *, uids: Collection[str], records: Collection[tuple[str, str, str]]) -> list[HistoryRow]:
        """Return what happened to any of these links and records (connection, module, id), oldest first."""
        found: dict[int, HistoryRow] = {}
        for condition in subject_conditions(uids, records):
            found.update({row.seq: row for row in self._history(condition)})
        return [found[seq] for seq in sorted(found)]

    def written_in(self, run: str) -> list[HistoryRow]:
        """Return the fields that a run wrote, in order, each with what it held before and after."""
        return self._history(and_(HISTORY.c.run == run, HISTORY.c.kind == "field"))

    def last_write_to(self, connection: str, module: str, record_id: str) -> str | None:
        """Return the last run that wrote a field of a record; None when none did."""
        statement = (
            select(HISTORY.c.run)
            .where(
                HISTORY.c.connection == connection,
                HISTORY.c.module == module,
                HISTORY.c.record_id == record_id,
                HISTORY.c.kind == "field",
            )
            .order_by(HISTORY.c.seq.desc())
            .limit(1)
        )
        with self.reading() as reading:
            found = reading.execute(statement).scalar()
            return str(found) if found is not None else None

    def lineage(self, kinds: Collection[HistoryKind] = ("link", "status", "base")) -> dict[str, Link]:
        """Return all links by uid as the history tells them: the same as those stored, or something is wrong."""
        with self.reading() as connection:
            rows = connection.execute(
                select(HISTORY).where(HISTORY.c.kind.in_(kinds)).order_by(HISTORY.c.seq),
                execution_options={"yield_per": CHUNK},
            ).mappings()
            return fold(row_of(row) for row in rows)

    def last_known(self, uid: str) -> list[Link]:
        """Return what a link was before it ended last; nothing when there never was one."""
        found: list[Link] = []
        seen: list[HistoryRow] = []
        for row in self.history(uid=uid):
            if row.entry.kind == "link" and row.entry.new is None:
                found = [*fold(seen).values()] or found
            seen.append(row)
        return [*fold(seen).values()] or found

    def _history(self, condition: Any) -> list[HistoryRow]:
        with self.reading() as reading:
            rows = reading.execute(select(HISTORY).where(condition).order_by(HISTORY.c.seq)).mappings()
            return [row_of(row) for row in rows]


def append(connection: Connection, run: str, entries: Sequence[HistoryEntry]) -> None:
    """Append entries inside a transaction."""
    rows = [{"run": run, **{name: getattr(entry, name) for name in _NAMES}} for entry in entries]
    if rows:
        insert_rows(connection, _ADD, rows)


def row_of(row: Any) -> HistoryRow:
    """Return a row of the table."""
    facts = dict(row)
    return HistoryRow(seq=facts.pop("seq"), run=facts.pop("run"), entry=HistoryEntry(**facts))


def subject_conditions(uids: Collection[str], records: Collection[tuple[str, str, str]]) -> list[Any]:
    """Return the conditions, few ids in each, under which a row of the history is about links or records."""
    found: list[Any] = [HISTORY.c.uid.in_(some) for some in chunks(sorted(uids))]
    places: dict[tuple[str, str], list[str]] = {}
    for connection, module, record_id in sorted(records):
        places.setdefault((connection, module), []).append(record_id)
    for (connection, module), ids in places.items():
        here = and_(HISTORY.c.connection == connection, HISTORY.c.module == module)
        found += [and_(here, HISTORY.c.record_id.in_(some)) for some in chunks(ids)]
    return found
