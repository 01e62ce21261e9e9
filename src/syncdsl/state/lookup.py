"""Looking records up by what a person knows of them, and everything that the state knows about one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, or_, select, type_coerce

from syncdsl.schema.values import show
from syncdsl.state.columns import decode_fields, encode
from syncdsl.state.part import Part, chunks
from syncdsl.state.records import Instance, ReviewItem, Unmade
from syncdsl.state.tables import ACCESS_GRANT, HISTORY, INSTANCE, INTENT, LINK, OBSERVED_RECORD, REVIEW, RUN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import ColumnElement, Connection

    from syncdsl.schema.values import Fields
    from syncdsl.state.records import RecordId, Side, Subject

_R = OBSERVED_RECORD.c
_UNMADE = ("rejected", "dropped", "ambiguous", "quarantined")


class Lookup(Part):
    """Questions about one record."""

    def seen_fields(self, connection: str, module: str, record_id: str) -> Fields | None:
        """Return a record's fields as they were read last, whichever view read most of them; None: it was not read."""
        statement = select(_R.fields).where(_of_module(connection, module), _R.record_id == record_id)
        with self.reading() as reading:
            found: list[Fields] = list(reading.execute(statement).scalars())
        return max(found, key=len, default=None)

    def is_known(self, connection: str, module: str, record_id: str, sides: Iterable[tuple[str, Side]]) -> bool:
        """Return whether anything is on file about an id: read, linked (`sides`: pairs and sides), written or asked."""
        subject = (connection, module, record_id)
        statements: list[Any] = [
            select(_R.record_id).where(_of_module(connection, module), _R.record_id == record_id),
            select(HISTORY.c.seq).where(_about(HISTORY, *subject)),
            select(REVIEW.c.id).where(_about(REVIEW, *subject)),
            select(INSTANCE.c.key).where(_about(INSTANCE, *subject)),
            select(ACCESS_GRANT.c.role).where(_about(ACCESS_GRANT, *subject)),
        ]
        for pair, side in sides:
            column = LINK.c.left_id if side == "left" else LINK.c.right_id
            statements.append(select(LINK.c.uid).where(LINK.c.pair == pair, column == record_id))
        with self.reading() as reading:
            return any(reading.execute(statement.limit(1)).first() is not None for statement in statements)

    def records_called(self, connection: str, module: str, fields: Collection[str], text: str) -> list[str]:
        """Return the ids of records that have a text, in any case, in one of some fields: as read last, or written.

        Users who have a role are found by their address as well.
        """
        wanted = text.casefold()
        # Only ASCII is folded by every database; what else is there is compared exactly.
        inside = encode(text)[1:-1]
        found: set[str] = set()
        with self.reading() as reading:
            raw = type_coerce(_R.fields, Text)
            statement = select(_R.record_id, raw).where(_of_module(connection, module))
            for record_id, stored in reading.execute(statement.where(raw.icontains(inside, autoescape=True))):
                values = decode_fields(stored)
                if any(show(values.get(name)).casefold() == wanted for name in fields):
                    found.add(record_id)
            written = and_(HISTORY.c.connection == connection, HISTORY.c.module == module, HISTORY.c.kind == "field")
            statement = select(HISTORY.c.record_id).where(written, HISTORY.c.field.in_(sorted(fields)))
            found.update(reading.execute(statement.where(HISTORY.c.new == text)).scalars())
            granted = and_(ACCESS_GRANT.c.connection == connection, ACCESS_GRANT.c.module == module)
            statement = select(ACCESS_GRANT.c.record_id).where(granted, ACCESS_GRANT.c.address == wanted)
            found.update(reading.execute(statement).scalars())
        return sorted(found)

    def uids_of(self, record: RecordId) -> set[str]:
        """Return the links and documents that the history of a record tells about."""
        with self.reading() as reading:
            return set(reading.execute(select(HISTORY.c.uid).where(_about(HISTORY, *record)).distinct()).scalars())

    def instances_of(self, record: RecordId) -> list[Instance]:
        """Return the documents made for a record, by document and number."""
        statement = select(INSTANCE).where(_about(INSTANCE, *record)).order_by(INSTANCE.c.document, INSTANCE.c.number)
        with self.reading() as reading:
            return [Instance(**row) for row in reading.execute(statement).mappings()]

    def reviews_of(self, records: Collection[RecordId]) -> list[ReviewItem]:
        """Return what was asked about any of these records, the oldest first."""
        with self.reading() as reading:
            items = [ReviewItem(**row._mapping) for row in reviews_about(reading, records)]  # noqa: SLF001 - its public name
        return sorted(items, key=lambda item: (item.opened, item.id))

    def unmade_writes(self, subject: Subject) -> list[Unmade]:
        """Return the writes of records that were refused, given up, or that nobody knows about, the oldest first."""
        found: dict[int, Unmade] = {}
        with self.reading() as reading:
            for condition in writes_about(subject):
                for row in reading.execute(select(INTENT).where(condition, INTENT.c.state.in_(_UNMADE))):
                    found[row.seq] = Unmade(
                        iid=row.iid,
                        op=row.op,
                        record=(row.connection, row.module, row.record_id or ""),
                        rule=row.pair_or_document,
                        state=row.state,
                        detail=row.detail,
                        at=row.finished_at or row.last_sent_at,
                    )
        return [found[seq] for seq in sorted(found)]

    def run_starts(self, runs: Iterable[str]) -> dict[str, Any]:
        """Return when runs began, by id."""
        with self.reading() as reading:
            return {
                row.id: row.started
                for some in chunks(sorted(set(runs)))
                for row in reading.execute(select(RUN.c.id, RUN.c.started).where(RUN.c.id.in_(some)))
            }


def reviews_about(connection: Connection, records: Collection[RecordId]) -> list[Any]:
    """Return the review items that name one of some records, as their subject or as a candidate."""
    return [
        row
        for row in connection.execute(select(REVIEW)).all()
        if (row.connection, row.module, row.record_id) in records
        or any(isinstance(item, dict) and named_by(item) in records for item in row.candidates)
    ]


def writes_about(subject: Subject) -> list[ColumnElement[bool]]:
    """Return the conditions under which a write is about these records: it made, changed or came from one."""
    found: list[ColumnElement[bool]] = [INTENT.c.key.in_(uids) for uids in chunks(sorted(subject.uids))]
    for connection, module, record_id in sorted(subject.records):
        written = and_(INTENT.c.connection == connection, INTENT.c.module == module)
        found += [
            and_(written, or_(INTENT.c.record_id == record_id, INTENT.c.remote_id == record_id)),
            and_(
                INTENT.c.source_connection == connection,
                INTENT.c.source_module == module,
                INTENT.c.source_id == record_id,
            ),
        ]
    return found


def named_by(data: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return the connection, module and id that JSON about a record names."""
    return data.get("connection"), data.get("module"), data.get("record_id", data.get("id"))


def _of_module(connection: str, module: str) -> ColumnElement[bool]:
    """Return the condition of the readings of a module, whole or as a view."""
    name = f"{connection}.{module}"
    return or_(_R.step == name, _R.step.startswith(f"{name}|", autoescape=True))


def _about(table: Any, connection: str, module: str, record_id: str) -> ColumnElement[bool]:
    return and_(table.c.connection == connection, table.c.module == module, table.c.record_id == record_id)
