"""Builtins on dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.functions.builtin import Builtin, Example, Kind, Parameter
from syncdsl.functions.coercion import as_date, as_whole

if TYPE_CHECKING:
    from syncdsl.schema.values import Value


def shift(date: dt.date, days: int) -> dt.date | None:
    """Return the date so many days later (earlier when negative); None beyond the calendar."""
    try:
        return date + dt.timedelta(days=days)
    except OverflowError:
        return None


def _today(today: dt.date) -> Value:
    return today


def _add_days(value: Value, days: Value) -> Value:
    date, count = as_date(value), as_whole(days)
    return None if date is None or count is None else shift(date, count)


TODAY = Builtin(
    name="today",
    parameters=(),
    result=Kind.DATE,
    doc="The date of the run in the time zone of the target organisation.",
    examples=(Example(arguments=(), result=dt.date(2026, 5, 1), today=dt.date(2026, 5, 1)),),
    compute=_today,
    needs_today=True,
)
ADD_DAYS = Builtin(
    name="add_days",
    parameters=(
        Parameter(name="date", kind=Kind.DATE),
        Parameter(name="days", kind=Kind.NUMBER, whole=True),
    ),
    result=Kind.DATE,
    doc="The date so many days later, or earlier when `days` is negative; empty unless `days` is a whole number.",
    examples=(
        Example(arguments=(dt.date(2026, 1, 31), 30), result=dt.date(2026, 3, 2)),
        Example(arguments=(dt.date(2026, 3, 1), -1), result=dt.date(2026, 2, 28)),
        Example(arguments=(None, 30), result=None),
    ),
    compute=_add_days,
)

BUILTINS: tuple[Builtin, ...] = (TODAY, ADD_DAYS)
