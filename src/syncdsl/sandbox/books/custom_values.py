"""Values of custom fields: what each type takes and how it is kept.

The types are those Books offers for custom fields; which of them can be unique is assumed.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.body import amount, text
from syncdsl.sandbox.books.envelope import invalid_value

TEXT_TYPES = ("string", "multiline", "email", "url", "phone")
NUMBER_TYPES = ("number", "decimal", "amount", "percent")
DATA_TYPES = (*TEXT_TYPES, *NUMBER_TYPES, "date", "date_time", "check_box", "dropdown", "multiselect")
UNIQUE_TYPES = ("string", "email", "url", "phone", "number")


def is_empty(value: Any) -> bool:
    """Return whether a record has no value in a field; false and 0 are values."""
    return value is None or value in ("", [])


def coerced(value: Any, name: str, data_type: str, longest: int, choices: tuple[str, ...]) -> Any:
    """Return a value as Books keeps it, "" for none.

    Raises RefusedError when it does not fit the type.
    """
    if is_empty(value):
        return ""
    if data_type in NUMBER_TYPES:
        return _number(value, name, data_type)
    if data_type == "check_box":
        return _truth(value, name)
    if data_type == "multiselect":
        return _selection(value, name, choices)
    kept = text(value, name, longest)
    if not _fits(kept, data_type, choices):
        raise invalid_value(name)
    return kept


def _number(value: Any, name: str, data_type: str) -> int | float:
    number = amount(value, name)
    if data_type == "number" and number != number.to_integral_value():
        raise invalid_value(name)
    return int(number) if data_type == "number" else float(Decimal(number))


def _truth(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() not in {"true", "false"}:
        raise invalid_value(name)
    return str(value).strip().lower() == "true"


def _selection(value: Any, name: str, choices: tuple[str, ...]) -> list[str]:
    items = value if isinstance(value, list) else str(value).split(",")
    chosen = [str(item).strip() for item in items]
    if not set(chosen) <= set(choices):
        raise invalid_value(name)
    return chosen


def _fits(value: str, data_type: str, choices: tuple[str, ...]) -> bool:
    match data_type:
        case "email":
            return "@" in value
        case "dropdown":
            return value in choices
        case "date":
            return _is_moment(value, date)
        case "date_time":
            return _is_moment(value, datetime)
        case _:
            return True


def _is_moment(value: str, kind: type[date]) -> bool:
    try:
        kind.fromisoformat(value)
    except ValueError:
        return False
    return True
