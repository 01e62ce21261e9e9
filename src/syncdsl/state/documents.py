"""Trigger truths, when triggers were switched on, and the documents made for records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from syncdsl.state.id_lists import among
from syncdsl.state.part import Part, chunks
from syncdsl.state.records import Instance
from syncdsl.state.tables import ACTIVATION, INSTANCE, TRUTH
from syncdsl.state.upsert import insert_missing, upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_INSTANCE_NAMES = [column.name for column in INSTANCE.c]


class Documents(Part):
    """What triggers remember."""

    def activation(self, trigger: str) -> dt.datetime | None:
        """Return when a trigger was switched on, by the server's clock; None: never."""
        with self.reading() as connection:
            return connection.execute(select(ACTIVATION.c.at).where(ACTIVATION.c.trigger == trigger)).scalar()

    def activate(self, trigger: str, at: dt.datetime) -> None:
        """Switch a trigger on; the first time counts."""
        with self.transaction() as connection:
            insert_missing(connection, ACTIVATION, [{"trigger": trigger, "at": at}])

    def truths(self, trigger: str) -> dict[str, bool]:
        """Return the committed truth of a trigger's condition by record id."""
        with self.reading() as connection:
            rows = connection.execute(select(TRUTH.c.record_id, TRUTH.c.value).where(TRUTH.c.trigger == trigger))
            return {row.record_id: row.value for row in rows}

    def truth_times(self, trigger: str, ids: Iterable[str]) -> dict[str, dt.datetime]:
        """Return the moment as of which the truth of some records was committed, by record id."""
        found: dict[str, dt.datetime] = {}
        statement = select(TRUTH.c.record_id, TRUTH.c.since).where(TRUTH.c.trigger == trigger)
        with self.reading() as connection:
            for some in chunks(ids):
                rows = connection.execute(statement.where(among(TRUTH.c.record_id, some)))
                found.update((row.record_id, row.since) for row in rows)
        return found

    def put_truths(self, trigger: str, truths: dict[str, bool], at: dt.datetime) -> None:
        """Commit truths as of a moment."""
        if not truths:
            return
        rows = [
            {"trigger": trigger, "record_id": record_id, "value": value, "since": at}
            for record_id, value in sorted(truths.items())
        ]
        with self.transaction() as connection:
            upsert(connection, TRUTH, rows)

    def instances(self, document: str) -> list[Instance]:
        """Return every instance of a document, by record and number."""
        with self.reading() as connection:
            rows = connection.execute(
                select(INSTANCE)
                .where(INSTANCE.c.document == document)
                .order_by(INSTANCE.c.record_id, INSTANCE.c.number)
            ).mappings()
            return [Instance(**row) for row in rows]

    def put_instance(self, instance: Instance) -> None:
        """Add an instance, or replace the one with its number."""
        with self.writing(single=True) as connection:
            upsert(connection, INSTANCE, [{name: getattr(instance, name) for name in _INSTANCE_NAMES}])
