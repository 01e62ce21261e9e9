"""What the decision procedure answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.schema.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfied:
    """A record that was evaluated and meets the conditions: values by path; what is not named may be empty."""

    values: Mapping[tuple[str, ...], Value]


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """No record meets the conditions."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The conditions ask for something outside the decidable fragment, or the search reached its limit."""


Answer: TypeAlias = Satisfied | Unsatisfiable | Unknown
