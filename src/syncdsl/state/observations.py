"""What was read last of every module: a cache, with the cursor that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from syncdsl.state.part import Part
from syncdsl.state.records import Observed, StoredRecord
from syncdsl.state.tables import OBSERVATION, OBSERVED_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHUNK = 500
_COLUMNS = [OBSERVED_RECORD.c[name] for name in ("record_id", "version", "modified", "created", "fields")]


class Observations(Part):
    """Records by observation; a cursor is never ahead of the records it covers."""

    def observed(self, step: str) -> Observed:
        """Return what an observation read so far; nothing when it never ran."""
        with self.reading() as connection:
            head = connection.execute(select(OBSERVATION).where(OBSERVATION.c.step == step)).first()
            if head is None:
                return Observed()
            rows = connection.execute(select(*_COLUMNS).where(OBSERVED_RECORD.c.step == step))
            records = {
                record_id: StoredRecord(
                    id=record_id, version=version, modified=modified, created=created, fields=fields
                )
                for record_id, version, modified, created, fields in rows
            }
            return Observed(records=records, cursor=head.cursor, fields=tuple(head.fields))

    def save_observation(
        self,
        step: str,
        fields: tuple[str, ...],
        put: Iterable[StoredRecord],
        remove: Iterable[str],
        cursor: str | None,
    ) -> None:
        """Store what was read, and the cursor with it."""
        head = {"step": step, "fields": list(fields), "cursor": cursor}
        rows = [
            {
                "step": step,
                "record_id": record.id,
                "version": record.version,
                "modified": record.modified,
                "created": record.created,
                "fields": record.fields,
            }
            for record in put
        ]
        gone = list(remove)
        with self.transaction() as connection:
            connection.execute(
                insert(OBSERVATION).values(head).on_conflict_do_update(index_elements=["step"], set_=head)
            )
            if rows:
                statement = insert(OBSERVED_RECORD)
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["step", "record_id"],
                        set_={name: statement.excluded[name] for name in ("version", "modified", "created", "fields")},
                    ),
                    rows,
                )
            for start in range(0, len(gone), _CHUNK):
                connection.execute(
                    delete(OBSERVED_RECORD).where(
                        OBSERVED_RECORD.c.step == step, OBSERVED_RECORD.c.record_id.in_(gone[start : start + _CHUNK])
                    )
                )
