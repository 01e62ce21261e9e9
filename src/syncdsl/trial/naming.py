"""Records as people know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import RecordName
from syncdsl.schema.values import show

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.run import Run


def record_name(run: Run, connection: str, record: Record) -> RecordName:
    """Return a record's name; its id where it has no label."""
    schema = run.schemas[connection].modules[record.module]
    label = show(record.fields.get(schema.label_field))
    return RecordName(connection=connection, module=record.module, id=record.id, label=label or record.id)
