"""The answers of `why` and `why-not` as JSON in versioned forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from syncdsl.engine.explaining.answers import Why, WhyNot
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import published_schema

if TYPE_CHECKING:
    from syncdsl.schema.model import Model


def render_why_json(answer: Why | WhyNot) -> str:
    """Return the JSON of an answer."""
    return _text(answer)


def why_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl why RECORD --format json` prints."""
    return published_schema(Why, "Result of syncdsl why RECORD")


def why_not_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl why-not RECORD --format json` prints."""
    return published_schema(WhyNot, "Result of syncdsl why-not RECORD")


def _text(model: Model) -> str:
    return neutral_json(json.dumps(model.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"
