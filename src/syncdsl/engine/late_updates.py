"""Updates and deletes that got no answer: whether they came about, and the history that it would have written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.engine.operations import UpdateDocument, UpdateRecord
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import from_json, to_json
from syncdsl.state import HistoryEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.writes import Write
    from syncdsl.state import Intent


def overwritten(write: Write) -> dict[str, Any]:
    """Return what the intent of an update has to remember so that nothing it overwrites is lost with its answer.

    `old` are the values that were there by field, `places` what caused each change: link, rule, side, field, line.
    """
    old: dict[str, Any] = {}
    places: list[list[str]] = []
    for operation in write.operations:
        if isinstance(operation, UpdateRecord | UpdateDocument):
            effect = operation.effect
            uid = operation.link_uid if isinstance(operation, UpdateRecord) else operation.key
            for change in effect.fields:
                if change.field in operation.values:
                    old[change.field] = change.old
                    places.append([uid, effect.rule, effect.side, change.field, change.location])
    return {"old": old, "places": places} if places else {}


def came_about(intent: Intent, context: Context) -> list[HistoryEntry]:
    """Return the history of an update in doubt that came about; nothing for one that did not, as far as can be told.

    It did not when every field still holds what was there before it.
    """
    places = intent.payload.get("places", [])
    connection = context.run.connections.get(intent.connection)
    schema = context.run.schemas[intent.connection].modules.get(intent.module) if connection is not None else None
    if not places or connection is None or schema is None or intent.record_id is None:
        return []
    names = tuple(name for _, _, _, name, _ in places if name in schema.fields)
    record = connection.fetch(intent.module, [intent.record_id], names).get(intent.record_id)
    old = intent.payload.get("old", {})
    if record is None or all(_holds(record, name, old.get(name), context, intent) for name in names):
        return []
    return _told(intent, context, {name: to_json(record.fields.get(name)) for name in names})


def taken_away(intent: Intent, context: Context) -> list[HistoryEntry]:
    """Return the history of a delete in doubt that came about: every mapped value that went with it."""
    return _told(intent, context, dict.fromkeys(intent.payload.get("old", {})))


def _told(intent: Intent, context: Context, new: Mapping[str, Any]) -> list[HistoryEntry]:
    """Return the history of a write, from what its intent remembers of these fields and what they hold now."""
    old = intent.payload.get("old", {})
    return [
        HistoryEntry(
            uid=uid,
            connection=intent.connection,
            module=intent.module,
            record_id=intent.record_id or "",
            field=name,
            old=old.get(name),
            new=new[name],
            cause_rule=rule,
            cause_location=location,
            iid=intent.iid,
            side="left" if side == "left" else "right",
            at=context.run.clock(),
            by=intent.payload.get("by") or context.run.user or None,
        )
        for uid, rule, side, name, location in intent.payload.get("places", [])
        if name in new
    ]


def _holds(record: Record, name: str, value: Any, context: Context, intent: Intent) -> bool:
    kind = context.type_of(intent.connection, intent.module, name)
    return canonical(record.fields.get(name), kind) == canonical(from_json(value) if value is not None else None, kind)
