"""How environments stand, as JSON in a versioned form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.engine.status import Status
from syncdsl.render.runs_json import model_text
from syncdsl.schema.model import published_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.engine.status import EnvironmentStatus


def render_status_json(found: Sequence[EnvironmentStatus]) -> str:
    """Return the JSON of environments."""
    return model_text(Status(well=all(one.well for one in found), environments=tuple(found)))


def status_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl status --format json` prints."""
    return published_schema(Status, "Result of syncdsl status")
