"""The review queue as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.changes.effects import RecordName
from syncdsl.render.moment import Moment
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema
from syncdsl.schema.values import fields_to_json
from syncdsl.state.records import ReviewKind, ReviewState
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.schema.values import Fields
    from syncdsl.state import ReviewItem


class ItemFacts(Model):
    """One item; `left`, `right` and what `decision` holds are in the form of change sets."""

    id: str
    kind: ReviewKind
    state: ReviewState
    rule: str
    location: str
    reason: str
    record: RecordName
    field: str | None
    left: Any
    right: Any
    candidates: tuple[dict[str, Any], ...]
    choices: tuple[str, ...]
    opened: Moment
    closed: Moment | None
    decision: dict[str, Any] | None
    decided_by: str | None
    decided_at: Moment | None


class ReadRecord(Model):
    """A record in question, as it was read last."""

    connection: str
    module: str
    id: str
    fields: dict[str, Any]


class Items(Model):
    """What `syncdsl review list --format json` prints; `records` are with `review show` alone."""

    format: Literal["syncdsl/reviews/1"] = "syncdsl/reviews/1"
    items: tuple[ItemFacts, ...]
    records: tuple[ReadRecord, ...] = ()


def render_items_json(items: Sequence[ReviewItem]) -> str:
    """Return the JSON of a list."""
    return _text(Items(items=tuple(_facts(item) for item in items)).model_dump(mode="json", exclude={"records"}))


def render_item_json(item: ReviewItem, fields: Mapping[tuple[str, str, str], Fields]) -> str:
    """Return the JSON of one item, with the records in question as they were read last."""
    records = tuple(
        ReadRecord(connection=connection, module=module, id=record_id, fields=fields_to_json(known))
        for (connection, module, record_id), known in fields.items()
    )
    return _text(Items(items=(_facts(item),), records=records).model_dump(mode="json"))


def reviews_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl review list` and `show` print with `--format json`."""
    return published_schema(Items, "Result of syncdsl review list and show")


def _facts(item: ReviewItem) -> ItemFacts:
    return ItemFacts(
        id=item.id,
        kind=item.kind,
        state=item.state,
        rule=item.rule,
        location=item.location,
        reason=item.reason,
        record=RecordName(connection=item.connection, module=item.module, id=item.record_id, label=item.label),
        field=item.field,
        left=item.left,
        right=item.right if item.field != REFUSED else None,
        candidates=tuple(item.candidates),
        choices=tuple(item.choices),
        opened=item.opened.isoformat(timespec="seconds"),
        closed=_moment(item.closed),
        decision=item.decision,
        decided_by=item.decided_by,
        decided_at=_moment(item.decided_at),
    )


def _moment(at: dt.datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at is not None else None


def _text(data: Any) -> str:
    return neutral_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"
