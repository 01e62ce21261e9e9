"""Where secrets come from, as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.render.secrets_text import SecretSource


class Secret(Model):
    """One secret; never its value."""

    owner: str = Field(description="A connection, or the table or key of syncdsl.toml that it belongs to.")
    name: str
    source: str = Field(description="The variable or the entry of the keyring that it comes from.")
    present: bool | None = Field(description="Whether it is set; null when nobody could look.")
    optional: bool
    problem: str | None


class Credentials(Model):
    """What `syncdsl credentials show --format json` prints."""

    format: Literal["syncdsl/credentials/1"] = "syncdsl/credentials/1"
    environment: str
    complete: bool
    secrets: tuple[Secret, ...]


def render_secrets_json(sources: Sequence[SecretSource], *, environment: str) -> str:
    """Return where secrets come from as one JSON document."""
    found = Credentials(
        environment=environment,
        complete=all(item.present or item.optional for item in sources),
        secrets=tuple(
            Secret(
                owner=item.owner,
                name=item.name,
                source=item.source,
                present=item.present,
                optional=item.optional,
                problem=item.problem,
            )
            for item in sources
        ),
    )
    return neutral_json(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=2)) + "\n"


def credentials_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl credentials show --format json` prints."""
    return published_schema(Credentials, "Result of syncdsl credentials show")
