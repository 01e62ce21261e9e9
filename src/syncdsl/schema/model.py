"""The base of every model that is written to a file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, refuses unknown keys, so that a damaged or newer file is noticed and never half understood."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")
