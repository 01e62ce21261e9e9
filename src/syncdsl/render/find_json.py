"""What a search found, as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import Any, Literal

from syncdsl.engine.searching import Search
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema


class SearchReport(Model):
    """What `syncdsl find --format json` prints."""

    format: Literal["syncdsl/search/1"] = "syncdsl/search/1"
    search: Search


def render_search_json(found: Search) -> str:
    """Return the JSON of a search."""
    data = SearchReport(search=found).model_dump(mode="json")
    return neutral_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def search_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl find --format json` prints."""
    return published_schema(SearchReport, "Result of syncdsl find")
