"""What was read last of every module: a stage that planning reads from, with the cursor that belongs to it."""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, column, delete, func, literal, select, table, true, type_coerce

from syncdsl.state.columns import decode_fields, encode_fields, indexable
from syncdsl.state.id_lists import among, listed
from syncdsl.state.part import Part, chunks
from syncdsl.state.records import Head, StoredRecord
from syncdsl.state.tables import AGENDA, OBSERVATION, OBSERVED_RECORD
from syncdsl.state.upsert import insert_missing, inserting, upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, FromClause

_R = OBSERVED_RECORD.c
# Fields are read and written as text and coded here: there may be a million of them.


def observed_columns(of: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns that `record_of` makes a record of, of the table or an alias of it."""
    return [*(of.c[name] for name in ("record_id", "version", "modified", "created")), type_coerce(of.c.fields, Text)]


_COLUMNS = observed_columns(OBSERVED_RECORD)
_PLAIN = table(
    OBSERVED_RECORD.name, *(column(item.name, Text() if item.name == "fields" else item.type) for item in _R)
)
_KEY = ("step", "record_id")


class Observations(Part):
    """Records by observation; a cursor is never ahead of the records it covers."""

    def observation(self, step: str) -> Head | None:
        """Return where the reading of an observation stands; None when it never came to an end."""
        with self.reading() as connection:
            head = connection.execute(select(OBSERVATION).where(OBSERVATION.c.step == step)).first()
        return None if head is None else Head(cursor=head.cursor, fields=tuple(head.fields), swept=head.swept)

    def stored(self, step: str, ids: Iterable[str]) -> dict[str, StoredRecord]:
        """Return those of some records that an observation holds."""
        found: dict[str, StoredRecord] = {}
        with self.reading() as connection:
            for some in chunks(ids):
                rows = connection.execute(select(*_COLUMNS).where(_R.step == step, among(_R.record_id, some)))
                found.update((row[0], record_of(row)) for row in rows.all())
        return found

    def stored_after(self, step: str, after: str, limit: int) -> list[StoredRecord]:
        """Return the next records of an observation behind an id, in order of ids."""
        statement = select(*_COLUMNS).where(_R.step == step, _R.record_id > after).order_by(_R.record_id).limit(limit)
        with self.reading() as connection:
            return [record_of(row) for row in connection.execute(statement).all()]

    def stored_ids(self, step: str, after: str, limit: int) -> list[str]:
        """Return the next ids of an observation behind an id, in order."""
        statement = select(_R.record_id).where(_R.step == step, _R.record_id > after).order_by(_R.record_id)
        with self.reading() as connection:
            return list(connection.execute(statement.limit(limit)).scalars())

    def stored_count(self, step: str) -> int:
        """Return how many records an observation holds."""
        with self.reading() as connection:
            return connection.execute(select(func.count()).where(_R.step == step)).scalar_one()

    def versions(self, step: str, ids: Iterable[str]) -> dict[str, str | None]:
        """Return the versions on file of those of some records that an observation holds."""
        found: dict[str, str | None] = {}
        with self.reading() as connection:
            for some in chunks(ids):
                rows = connection.execute(
                    select(_R.record_id, _R.version).where(_R.step == step, among(_R.record_id, some))
                )
                found.update((record_id, version) for record_id, version in rows.all())
        return found

    def stamps(self, step: str, ids: Iterable[str]) -> dict[str, dt.datetime]:
        """Return when those of some records that an observation holds were modified, where that is known."""
        found: dict[str, dt.datetime] = {}
        statement = select(_R.record_id, _R.modified).where(_R.step == step, _R.modified.is_not(None))
        with self.reading() as connection:
            for some in chunks(ids):
                rows = connection.execute(statement.where(among(_R.record_id, some)))
                found.update((row.record_id, row.modified) for row in rows)
        return found

    def carriers(self, step: str, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return, for each of some syncdsl keys, the ids of the records of an observation that carry it."""
        found: dict[str, list[str]] = {}
        with self.reading() as connection:
            for some in chunks(keys):
                statement = select(_R.key, _R.record_id).where(_R.step == step, among(_R.key, some))
                for row in connection.execute(statement.order_by(_R.record_id)):
                    found.setdefault(row.key, []).append(row.record_id)
        return found

    def stage(
        self,
        step: str,
        records: Sequence[tuple[StoredRecord, str | None]],
        *,
        anew: bool = False,
        modified: bool = False,
    ) -> None:
        """Store records that were read, each with the syncdsl key it carries, and what differs on the agenda.

        One that holds what it held before, and only has another version, is nothing to look at; with `modified` it is
        when it was modified: what it was in between may matter. With `anew` nothing of the observation was on file
        when its reading began.
        """
        if not records:
            return
        rows = [_row(step, record, key) for record, key in records]
        with self.transaction() as connection:
            held = {} if anew else _held(connection, step, [row["record_id"] for row in rows])
            upsert(connection, _PLAIN, rows, key=_KEY)
            changed = [
                row["record_id"]
                for row in rows
                if (known := held.get(row["record_id"])) is None
                or known[:2] != (row["fields"], row["key"])
                or (modified and known[2] != row["modified"])
            ]
            _put_on_agenda(connection, {step: dict.fromkeys(changed, "changed")})

    def unstage(self, step: str, gone: Mapping[str, str]) -> None:
        """Remove records that are no longer in an observation, and put them on the agenda with the reason given."""
        with self.transaction() as connection:
            for some in chunks(gone):
                connection.execute(delete(OBSERVED_RECORD).where(_R.step == step, among(_R.record_id, some)))
            _put_on_agenda(connection, {step: gone})

    def begin_observation(self, step: str) -> None:
        """Make room for the records of an observation; one that was begun and not ended was read with no fields."""
        with self.transaction() as connection:
            insert_missing(connection, OBSERVATION, [{"step": step, "fields": [], "cursor": None}])

    def end_observation(
        self, step: str, fields: tuple[str, ...], cursor: str | None, *, swept: dt.datetime | None = None
    ) -> None:
        """Store where the next reading begins, when everything before was stored; `swept`: it was complete."""
        head: dict[str, Any] = {"step": step, "fields": list(fields), "cursor": cursor}
        if swept is not None:
            head["swept"] = swept
        with self.transaction() as connection:
            upsert(connection, OBSERVATION, [head])

    def note_written(self, step: str, records: Sequence[tuple[StoredRecord, str | None]]) -> None:
        """Store records as our own writes left them, each with its key, so that the next reading need not fetch them.

        Only in an observation that is there: a record alone would pass for a whole reading.
        """
        with self.transaction() as connection:
            if connection.execute(select(OBSERVATION.c.step).where(OBSERVATION.c.step == step)).first() is not None:
                upsert(connection, _PLAIN, [_row(step, record, key) for record, key in records], key=_KEY)
                _put_on_agenda(connection, {step: dict.fromkeys((record.id for record, _ in records), "again")})

    # -- the agenda ---------------------------------------------------------------------------------------------

    def agenda(self, step: str) -> dict[str, str]:
        """Return the records of an observation that have something to decide, each with the reason."""
        with self.reading() as connection:
            rows = connection.execute(select(AGENDA.c.record_id, AGENDA.c.why).where(AGENDA.c.step == step))
            # A million reasons are five different texts.
            return {record_id: intern(why) for record_id, why in rows}

    def agenda_of(self, step: str, ids: Iterable[str]) -> dict[str, str]:
        """Return the reasons of those of some records that are on the agenda of an observation."""
        found: dict[str, str] = {}
        statement = select(AGENDA.c.record_id, AGENDA.c.why).where(AGENDA.c.step == step)
        with self.reading() as connection:
            for some in chunks(ids):
                statement = select(AGENDA.c.record_id, AGENDA.c.why).where(AGENDA.c.step == step)
                found.update(
                    (row.record_id, row.why)
                    for row in connection.execute(statement.where(among(AGENDA.c.record_id, some)))
                )
        return found

    def agenda_after(self, step: str, after: str, limit: int) -> list[str]:
        """Return the next records on the agenda of an observation behind an id, in order of ids."""
        statement = select(AGENDA.c.record_id).where(AGENDA.c.step == step, AGENDA.c.record_id > after)
        with self.reading() as connection:
            return list(connection.execute(statement.order_by(AGENDA.c.record_id).limit(limit)).scalars())

    def agenda_because(self, step: str, why: str) -> list[str]:
        """Return the records that are on the agenda of an observation for one reason, in order of ids."""
        statement = select(AGENDA.c.record_id).where(AGENDA.c.step == step, AGENDA.c.why == why)
        with self.reading() as connection:
            return list(connection.execute(statement.order_by(AGENDA.c.record_id)).scalars())

    def agenda_reasons(self, step: str) -> dict[str, int]:
        """Return how many records are on the agenda of an observation for each reason."""
        statement = select(AGENDA.c.why, func.count()).where(AGENDA.c.step == step).group_by(AGENDA.c.why)
        with self.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def put_on_agenda(self, records: Mapping[str, Mapping[str, str]]) -> None:
        """Put records on the agenda: by observation, each with the reason; a fact on record is not taken back.

        `changed`: to be looked at; `again`: the same, it was looked at before; `gone`: confirmed absent; `outside`: it
        exists and is not in the view; `absent`: no longer read, and nobody's partner.
        """
        with self.transaction() as connection:
            _put_on_agenda(connection, records)

    def clear_agenda(self, step: str, ids: Iterable[str] | None = None) -> None:
        """Take records of an observation off the agenda, as they were looked at; all of them without `ids`."""
        mine = delete(AGENDA).where(AGENDA.c.step == step)
        with self.transaction() as connection:
            if ids is None:
                connection.execute(mine)
                return
            for some in chunks(ids):
                connection.execute(mine.where(among(AGENDA.c.record_id, some)))

    def every_record(self, step: str, size: int = 500) -> Iterator[list[StoredRecord]]:
        """Return all records of an observation, some at a time, in order of ids."""
        after = ""
        while found := self.stored_after(step, after, size):
            yield found
            after = found[-1].id


def _put_on_agenda(connection: Connection, records: Mapping[str, Mapping[str, str]]) -> None:
    reasons: dict[tuple[str, str], list[str]] = {}
    for step, some in records.items():
        for record_id, why in some.items():
            reasons.setdefault((step, why), []).append(record_id)
    for (step, why), ids in reasons.items():
        ids_there = listed(ids)
        rows = select(literal(step), ids_there.c.value, literal(why)).where(true())
        adding = inserting(connection, AGENDA).from_select(["step", "record_id", "why"], rows)
        if why == "again":
            connection.execute(adding.on_conflict_do_nothing())
        else:
            changed = {"why": adding.excluded.why}
            connection.execute(adding.on_conflict_do_update(index_elements=["step", "record_id"], set_=changed))


def _held(connection: Connection, step: str, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    held: dict[str, tuple[Any, ...]] = {}
    for some in chunks(ids):
        statement = select(_R.record_id, type_coerce(_R.fields, Text), _R.key, _R.modified)
        rows = connection.execute(statement.where(_R.step == step, among(_R.record_id, some)))
        held.update((row[0], row[1:]) for row in rows.all())
    return held


def record_of(row: Sequence[Any]) -> StoredRecord:
    """Return the record of a row of `observed_columns`."""
    record_id, version, modified, created, fields = row
    return StoredRecord(id=record_id, version=version, modified=modified, created=created, fields=decode_fields(fields))


def _row(step: str, record: StoredRecord, key: str | None) -> dict[str, Any]:
    return {
        "step": step,
        "record_id": record.id,
        "version": record.version,
        "modified": record.modified,
        "created": record.created,
        "fields": encode_fields(record.fields),
        # What cannot be indexed is no key of ours, whoever wrote it there.
        "key": key if key is None or indexable(key) else None,
    }
