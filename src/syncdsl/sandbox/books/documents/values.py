"""Values of document bodies that only documents have: dates, truths, terms."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from syncdsl.sandbox.books.envelope import invalid_value


def day(value: Any, name: str) -> str:
    """Return a date of the form `2026-01-31`; "" and null clear it."""
    if value in (None, ""):
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise invalid_value(name) from None


def truth(value: Any, name: str) -> bool:
    """Return a truth value; the words `true` and `false` are taken too."""
    if isinstance(value, bool):
        return value
    if str(value).lower() in {"true", "false"}:
        return str(value).lower() == "true"
    raise invalid_value(name)


def asks(query: Mapping[str, str], sent: Mapping[str, Any], name: str) -> bool:
    """Return whether a switch is on, as parameter or in the body."""
    return "true" in {query.get(name, "").lower(), str(sent.get(name, "")).lower()}
