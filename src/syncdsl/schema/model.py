"""The base of every model that is written to a file, and how the form of one is published."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, refuses unknown keys, so that a damaged or newer file is noticed and never half understood."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class Numerous(Model):
    """The base of models of which a change set holds hundreds of thousands.

    Every pydantic model has a set of its own of the fields that it was given, which takes more memory than their
    values. Nobody asks for it here: all models of a class share one, of all their fields.
    """

    _all: ClassVar[set[str]]

    @classmethod
    def __pydantic_init_subclass__(cls, **_settings: Any) -> None:
        """Make the set that they share."""
        cls._all = set(cls.model_fields)

    def model_post_init(self, _context: Any) -> None:
        """Take the shared set in place of the own one."""
        object.__setattr__(self, "__pydantic_fields_set__", self._all)


def published_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the JSON Schema of a model as it is published."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(), "title": title}
