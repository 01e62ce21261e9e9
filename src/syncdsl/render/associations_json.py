"""Associations as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.changes.effects import RecordName
from syncdsl.engine.association_list import Candidate, Row
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from syncdsl.engine.association_list import AssociationList
    from syncdsl.engine.associations import Done


class Associations(Model):
    """What `syncdsl associations --format json` prints."""

    format: Literal["syncdsl/associations/1"] = "syncdsl/associations/1"
    record: RecordName | None
    search: str | None
    documents: tuple[Row, ...]
    records: tuple[Candidate, ...]


class Associated(Model):
    """What `syncdsl associate` and `syncdsl dissociate` print with `--format json`."""

    format: Literal["syncdsl/association/1"] = "syncdsl/association/1"
    record: RecordName
    document: RecordName
    customer: str
    associated: bool
    changed: bool


def render_associations_json(found: AssociationList) -> str:
    """Return a list of associations as one JSON document."""
    return _text(
        Associations(record=found.record, search=found.search, documents=found.documents, records=found.records)
    )


def render_done_json(done: Done, *, associated: bool) -> str:
    """Return what a command did as one JSON document."""
    return _text(
        Associated(
            record=done.record,
            document=done.document,
            customer=done.customer,
            associated=associated,
            changed=done.changed,
        )
    )


def associations_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl associations --format json` prints."""
    return published_schema(Associations, "Result of syncdsl associations")


def _text(model: Model) -> str:
    return neutral_json(json.dumps(model.model_dump(mode="json"), ensure_ascii=False, indent=2)) + "\n"
