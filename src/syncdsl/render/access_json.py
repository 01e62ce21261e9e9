"""Who has access by the rules, as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.engine.access.listing import RoleAccess
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from collections.abc import Sequence


class AccessReport(Model):
    """What `syncdsl access list --format json` prints."""

    format: Literal["syncdsl/access/1"] = "syncdsl/access/1"
    environment: str
    access: tuple[RoleAccess, ...]


def render_access_json(environment: str, access: Sequence[RoleAccess]) -> str:
    """Return the JSON of roles with their users."""
    data = AccessReport(environment=environment, access=tuple(access)).model_dump(mode="json")
    return neutral_json(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def access_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl access list --format json` prints."""
    return published_schema(AccessReport, "Result of syncdsl access list")
