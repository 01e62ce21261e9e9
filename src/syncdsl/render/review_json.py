"""The review queue as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from syncdsl.render.neutral import neutral_json
from syncdsl.schema.values import fields_to_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.schema.values import Fields
    from syncdsl.state import ReviewItem

FORMAT = "syncdsl/reviews/1"


def item_json(item: ReviewItem) -> dict[str, Any]:
    """Return an item as JSON data; values are in the form of change sets, moments in ISO 8601."""
    return {
        "id": item.id,
        "kind": item.kind,
        "state": item.state,
        "rule": item.rule,
        "location": item.location,
        "reason": item.reason,
        "record": {
            "connection": item.connection,
            "module": item.module,
            "id": item.record_id,
            "label": item.label,
        },
        "field": item.field,
        "left": item.left,
        "right": item.right,
        "candidates": item.candidates,
        "choices": item.choices,
        "opened": _moment(item.opened),
        "closed": _moment(item.closed),
        "decision": item.decision,
        "decided_by": item.decided_by,
        "decided_at": _moment(item.decided_at),
    }


def render_items_json(items: Sequence[ReviewItem]) -> str:
    """Return the JSON of a list."""
    return _text({"format": FORMAT, "items": [item_json(item) for item in items]})


def render_item_json(item: ReviewItem, fields: Mapping[tuple[str, str, str], Fields]) -> str:
    """Return the JSON of one item, with the records in question as they were read last."""
    records = [
        {"connection": connection, "module": module, "id": record_id, "fields": fields_to_json(known)}
        for (connection, module, record_id), known in fields.items()
    ]
    return _text({"format": FORMAT, "items": [item_json(item)], "records": records})


def _moment(at: dt.datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def _text(data: Any) -> str:
    return neutral_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"
