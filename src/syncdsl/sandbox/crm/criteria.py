"""Conditions on CRM records: the criteria of custom views and the WHERE of COQL, as one tree."""

from dataclasses import dataclass
from typing import Any, Literal

CURRENT_USER = "${CURRENTUSER}"
EMPTY = "${EMPTY}"

Comparator = Literal[
    "equal",
    "not_equal",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "like",
    "not_like",
    "greater_than",
    "greater_equal",
    "less_than",
    "less_equal",
    "between",
    "in",
    "not_in",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A field compared with a value: text or a number; a tuple for `between`, `in` and `not_in`.

    `EMPTY` as the value of `equal` or `not_equal` asks for absence or presence.
    """

    field: str
    comparator: Comparator
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions joined by `and` or by `or`."""

    operator: Literal["and", "or"]
    members: tuple["Criteria", ...]


Criteria = Comparison | Group
