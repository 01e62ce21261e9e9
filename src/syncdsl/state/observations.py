"""What was read last of every module: a cache, with the cursor that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from syncdsl.state.part import Part
from syncdsl.state.records import Observed, StoredRecord
from syncdsl.state.tables import OBSERVATION, OBSERVED_RECORD

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_CHUNK = 500
_COLUMNS = [OBSERVED_RECORD.c[name] for name in ("record_id", "version", "modified", "created", "fields")]
_INSERT = insert(OBSERVED_RECORD)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=["step", "record_id"],
    set_={name: _INSERT.excluded[name] for name in ("version", "modified", "created", "fields")},
)


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
            return Observed(records=records, cursor=head.cursor, fields=tuple(head.fields), swept=head.swept)

    def save_observation(
        self,
        step: str,
        fields: tuple[str, ...],
        put: Iterable[StoredRecord],
        remove: Iterable[str],
        cursor: str | None,
        *,
        swept: dt.datetime | None = None,
    ) -> None:
        """Store what was read, and the cursor with it; `swept` is given for a complete reading."""
        head: dict[str, Any] = {"step": step, "fields": list(fields), "cursor": cursor}
        if swept is not None:
            head["swept"] = swept
        rows = [_row(step, record) for record in put]
        gone = list(remove)
        with self.transaction() as connection:
            connection.execute(
                insert(OBSERVATION).values(head).on_conflict_do_update(index_elements=["step"], set_=head)
            )
            if rows:
                connection.execute(_PUT, rows)
            for start in range(0, len(gone), _CHUNK):
                connection.execute(
                    delete(OBSERVED_RECORD).where(
                        OBSERVED_RECORD.c.step == step, OBSERVED_RECORD.c.record_id.in_(gone[start : start + _CHUNK])
                    )
                )

    def note_written(self, step: str, record: StoredRecord) -> None:
        """Store a record as our own write left it, so that the next reading need not fetch it again.

        Only in an observation that is there: a record alone would pass for a whole reading.
        """
        with self.transaction() as connection:
            if connection.execute(select(OBSERVATION.c.step).where(OBSERVATION.c.step == step)).first() is not None:
                connection.execute(_PUT, [_row(step, record)])


def _row(step: str, record: StoredRecord) -> dict[str, Any]:
    return {
        "step": step,
        "record_id": record.id,
        "version": record.version,
        "modified": record.modified,
        "created": record.created,
        "fields": record.fields,
    }
