"""The filters of the recycle bin: `{"group_operator": "AND", "group": [{"field", "comparator", "value"}, …]}`."""

import json
from collections.abc import Callable
from typing import Any

from syncdsl.sandbox.clock import second_of
from syncdsl.sandbox.crm.envelope import refused
from syncdsl.sandbox.crm.recycled import Recycled
from syncdsl.sandbox.exchange import RefusedError
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import fold

Filter = Callable[[Recycled], bool]
TEXTS: dict[str, Callable[[Recycled], str]] = {
    "display_name": lambda item: item.record.name,
    "module": lambda item: item.module,
    "deleted_by": lambda _item: CURRENT_USER.id,
}
MOMENT = "deleted_time"
DEEPEST = 10
"""Groups that may stand inside each other."""


def filter_of(given: Any, depth: int = 0) -> Filter:
    """Return the condition that a filter stands for, given as text or parsed. Raises the refusal of anything else."""
    if isinstance(given, str) and depth == 0:
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise _invalid("filters") from None
    if not isinstance(given, dict) or depth > DEEPEST:
        raise _invalid("filters")
    if "group" in given:
        operator, members = str(given.get("group_operator", "")).upper(), given["group"]
        if operator not in {"AND", "OR"}:
            raise _invalid("group_operator")
        if not isinstance(members, list) or not members:
            raise _invalid("group")
        parts = [filter_of(member, depth + 1) for member in members]
        every = all if operator == "AND" else any
        return lambda item: every(part(item) for part in parts)
    return _condition(given)


def _condition(given: dict[str, Any]) -> Filter:
    field, comparator, value = given.get("field"), given.get("comparator"), given.get("value")
    name = field.get("api_name") if isinstance(field, dict) else None
    if name == MOMENT:
        return _moment(comparator, value)
    if name not in TEXTS:
        raise _invalid("field")
    held = TEXTS[name]
    values = [fold(item) for item in (value if isinstance(value, list) else [value])]
    match comparator:
        case "equal" | "in":
            return lambda item: fold(held(item)) in values
        case "not_equal" | "not_in":
            return lambda item: fold(held(item)) not in values
        case "contains":
            return lambda item: any(part in fold(held(item)) for part in values)
        case "starts_with":
            return lambda item: any(fold(held(item)).startswith(part) for part in values)
        case _:
            raise _invalid("comparator")


def _moment(comparator: Any, value: Any) -> Filter:
    given = value if isinstance(value, list) else [value]
    bounds = [second for item in given if (second := second_of(str(item))) is not None]
    if len(bounds) != len(given) or len(bounds) != (2 if comparator == "between" else 1):
        raise _invalid("value")
    match comparator:
        case "between":
            return lambda item: bounds[0] <= item.deleted <= bounds[1]
        case "greater_equal":
            return lambda item: item.deleted >= bounds[0]
        case "less_equal":
            return lambda item: item.deleted <= bounds[0]
        case _:
            raise _invalid("comparator")


def _invalid(name: str) -> RefusedError:
    details = {"api_name": name, "json_path": f"$.{name}", "param_name": "filters"}
    return refused(400, "INVALID_DATA", f"Please provide a valid {name}", details)
