"""Conditions on CRM records: the criteria of views and searches and the WHERE of COQL, as one tree."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

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
COMPARATORS: frozenset[str] = frozenset(get_args(Comparator))
LISTS = frozenset({"between", "in", "not_in"})
"""Comparators with several values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A field compared with a value: text or a number; a tuple for `between`, `in` and `not_in`.

    `field` may lead through a lookup (`Account_Name.Phone`). `EMPTY` as the value of `equal` or `not_equal` asks for
    absence or presence.
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


def comparisons(criteria: Criteria | None) -> list[Comparison]:
    """Return all comparisons of a condition, in the order they are written."""
    match criteria:
        case None:
            return []
        case Group(_, members):
            return [found for member in members for found in comparisons(member)]
        case Comparison():
            return [criteria]


def as_data(criteria: Criteria | None) -> Any:
    """Return a condition as views show it, with fields by their API name alone."""
    match criteria:
        case None:
            return None
        case Comparison(field=name, comparator=comparator, value=value):
            shown = list(value) if isinstance(value, tuple) else value
            return {"comparator": comparator, "field": {"api_name": name}, "value": shown}
        case Group(operator, members):
            return {"group_operator": operator, "group": [as_data(member) for member in members]}


def as_criteria(data: Any) -> Criteria | None:
    """Return the condition that data of that shape stands for. Raises ValueError when it has another one."""
    if data is None:
        return None
    if not isinstance(data, dict):
        raise ValueError("criteria are an object")  # noqa: TRY004 - one kind of refusal for any wrong shape
    if "group" in data:
        members, operator = data["group"], str(data.get("group_operator", "")).lower()
        if operator not in {"and", "or"} or not isinstance(members, list) or not members:
            raise ValueError("a group has an operator and members")
        return Group("and" if operator == "and" else "or", tuple(_member(member) for member in members))
    field, comparator, value = data.get("field"), data.get("comparator"), data.get("value")
    name = field.get("api_name") if isinstance(field, dict) else None
    if not isinstance(name, str) or comparator not in COMPARATORS:
        raise ValueError("a comparison has a field and a comparator")
    listed = isinstance(value, list)
    if (comparator in LISTS) is not listed or (comparator == "between" and len(value or ()) != 2):
        raise ValueError("lists are for `in`, `not_in` and, of two values, `between`")
    return Comparison(field=name, comparator=comparator, value=tuple(value) if isinstance(value, list) else value)


def _member(data: Any) -> Criteria:
    found = as_criteria(data)
    if found is None:
        raise ValueError("a group has no empty members")
    return found
