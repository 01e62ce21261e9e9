"""Request bodies of Books: the coercions the real system applies to what clients send."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from syncdsl.sandbox.books.envelope import TOO_LONG, invalid_value, refused
from syncdsl.sandbox.exchange import Call


def sent_object(call: Call) -> dict[str, Any]:
    """Return the JSON object a client sent, as body or as the form field `JSONString`."""
    try:
        body = call.json() if call.body else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid_value("JSONString")
    return body


def text(value: Any, name: str, longest: int) -> str:
    """Return text as Books keeps it: trimmed, and "" for null; numbers become text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid_value(name)
    trimmed = str(value).strip()
    if len(trimmed) > longest:
        raise refused(TOO_LONG, f"Please ensure that the {name} has less than {longest} characters.")
    return trimmed


def texts(sent: Mapping[str, Any], lengths: Mapping[str, int]) -> dict[str, str]:
    """Return those of the named text keys that were sent."""
    return {name: text(sent[name], name, longest) for name, longest in lengths.items() if name in sent}


def choice(value: Any, name: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words."""
    if value not in allowed:
        raise invalid_value(name)
    return str(value)


def amount(value: Any, name: str) -> Decimal:
    """Return a number; text that reads as one is taken too, null and "" are 0."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise invalid_value(name)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise invalid_value(name) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise invalid_value(name)
    return number


def objects(value: Any, name: str) -> list[dict[str, Any]]:
    """Return a list of objects."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid_value(name)
    return value


def sent_list(call: Call) -> list[dict[str, Any]]:
    """Return the JSON list of objects a client sent."""
    try:
        body = call.json()
    except ValueError:
        body = None
    return objects(body, "JSONString")
