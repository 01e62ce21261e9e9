"""Reading arguments: another system may hold anything, so a value of the wrong kind counts as empty."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.schema.values import show

if TYPE_CHECKING:
    from syncdsl.schema.values import Value


def as_text(value: Value) -> str | None:
    """Return a value as text, None when it is empty."""
    if isinstance(value, str):
        return value or None
    try:
        return show(value) or None
    except (ValueError, OverflowError):  # an instant at the edge of the calendar
        return None


def as_number(value: Value) -> int | Decimal | None:
    """Return a finite number, None for everything else."""
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def as_whole(value: Value) -> int | None:
    """Return a whole number of a usable size, None for everything else."""
    number = as_number(value)
    if number is None or not -1_000_000_000 < number < 1_000_000_000 or number != int(number):
        return None
    return int(number)


def as_date(value: Value) -> dt.date | None:
    """Return a calendar day, None for everything else (an instant is no day before a time zone is chosen)."""
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None
