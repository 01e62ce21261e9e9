"""The base of every model that is written to a file, and how the form of one is published."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, refuses unknown keys, so that a damaged or newer file is noticed and never half understood."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


def published_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the JSON Schema of a model as it is published."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(), "title": title}
