"""Moments in JSON, where they are written as text: in ISO 8601, with the offset."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

Moment: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
