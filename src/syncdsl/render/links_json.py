"""Linked records as JSON in a versioned form, one at a time: there may be a million."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.changes.effects import RecordName
from syncdsl.render.moment import Moment
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema
from syncdsl.state.records import LinkOrigin, LinkStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from syncdsl.engine.link_list import LinkRow


class LinkFacts(Model):
    """One link. `left_written` and `right_written` are versions of the records as syncdsl wrote them last."""

    uid: str
    module: str
    left: RecordName
    right: RecordName
    key: str
    origin: LinkOrigin
    linked: Moment | None
    state: LinkStatus
    left_written: str | None
    right_written: str | None


class LinkList(Model):
    """What `syncdsl links --format json` prints."""

    format: Literal["syncdsl/links/1"] = "syncdsl/links/1"
    links: tuple[LinkFacts, ...]


def json_lines(rows: Iterable[LinkRow]) -> Iterator[str]:
    """Yield one JSON document, a link a line."""
    yield '{"format": "syncdsl/links/1", "links": ['
    separator = "\n"
    for row in rows:
        link = row.link
        facts = LinkFacts(
            uid=link.uid,
            module=link.pair,
            left=row.left,
            right=row.right,
            key=link.key,
            origin=link.origin,
            linked=link.linked_at.isoformat() if link.linked_at is not None else None,
            state=link.status,
            left_written=link.left_written,
            right_written=link.right_written,
        )
        yield separator + neutral_json(json.dumps(facts.model_dump(mode="json"), ensure_ascii=False))
        separator = ",\n"
    yield "\n]}\n"


def links_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl links --format json` prints."""
    return published_schema(LinkList, "Result of syncdsl links")
