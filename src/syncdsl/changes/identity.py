"""When two effects are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.schema.digest import digest

if TYPE_CHECKING:
    from collections.abc import Collection

    from syncdsl.changes.effects import Effect


def identity(effect: Effect) -> str:
    """Return what makes two effects the same: everything but where rules stand in their files."""
    return digest(_without(effect.model_dump(mode="json"), {"location"}))


def substance(effect: Effect) -> str:
    """Return what two effects do that do the same, whichever rule says so and in whatever words."""
    return digest(_without(effect.model_dump(mode="json"), {"location", "rule", "reason"}))


def _without(data: object, left_out: Collection[str]) -> object:
    if isinstance(data, dict):
        return {name: _without(value, left_out) for name, value in data.items() if name not in left_out}
    if isinstance(data, list):
        return [_without(value, left_out) for value in data]
    return data
