"""The story of a record as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import Any

from syncdsl.engine.story import Story
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema


def render_story_json(story: Story) -> str:
    """Return the JSON of a story."""
    return _text(story)


def story_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl history RECORD --format json` prints."""
    return published_schema(Story, "Result of syncdsl history RECORD")


def _text(model: Model) -> str:
    return neutral_json(json.dumps(model.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"
