"""A preview as JSON in a versioned form: its figures, and the change set as it would be saved."""

from __future__ import annotations

import json
from typing import Any, Literal

from syncdsl.changes.change_set import ChangeSet
from syncdsl.render.neutral import neutral_json
from syncdsl.render.totals import KINDS, total
from syncdsl.schema.model import Model, published_schema


class DocumentTotal(Model):
    """The documents that one rule makes; amounts are decimal text by currency ("" is the base currency)."""

    count: int
    amounts: dict[str, str]
    unknown: int


class Summary(Model):
    """The verdict in figures; `unreadable` counts the modules that could not be read."""

    changes: int
    kinds: dict[str, int]
    held: int
    parked: int
    documents: dict[str, DocumentTotal]
    guards_exceeded: int
    unreadable: int


class Preview(Model):
    """What `syncdsl plan --format json` prints. `digest` is that of the change set: what is approved and applied."""

    format: Literal["syncdsl/preview/1"] = "syncdsl/preview/1"
    digest: str
    summary: Summary
    changes: ChangeSet


def render_changes_json(changes: ChangeSet) -> str:
    """Return the JSON of a preview."""
    totals = total(changes.effects)
    preview = Preview(
        digest=changes.digest,
        summary=Summary(
            changes=totals.changes,
            kinds={kind: totals.kinds[kind] for kind in KINDS},
            held=totals.waiting,
            parked=totals.parked,
            documents={
                rule: DocumentTotal(
                    count=money.documents,
                    amounts={currency: str(amount) for currency, amount in sorted(money.amounts.items())},
                    unknown=money.unknown,
                )
                for rule, money in sorted(totals.money.items())
            },
            guards_exceeded=len(changes.exceeded),
            unreadable=len(changes.unreadable),
        ),
        changes=changes,
    )
    return neutral_json(json.dumps(preview.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"


def preview_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl plan --format json` prints."""
    return published_schema(Preview, "Preview of syncdsl plan")
