"""Builtins on dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.functions import date_patterns
from syncdsl.functions.builtin import Builtin, Example, Flaw, Kind, Parameter
from syncdsl.functions.coercion import as_date, as_text, as_whole

if TYPE_CHECKING:
    from syncdsl.schema.values import Value


def shift(date: dt.date, days: int) -> dt.date | None:
    """Return the date so many days later (earlier when negative); None beyond the calendar."""
    try:
        return date + dt.timedelta(days=days)
    except OverflowError:
        return None


def days_in(year: int, month: int) -> int:
    """Return the number of days of a month; `calendar` knows too, and takes several milliseconds to import."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in {4, 6, 9, 11} else 31


def _today(today: dt.date) -> Value:
    return today


def _add_days(value: Value, days: Value) -> Value:
    date, count = as_date(value), as_whole(days)
    return None if date is None or count is None else shift(date, count)


def _add_months(value: Value, months: Value) -> Value:
    date, count = as_date(value), as_whole(months)
    if date is None or count is None:
        return None
    year, month = divmod(date.year * 12 + date.month - 1 + count, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    return dt.date(year, month + 1, min(date.day, days_in(year, month + 1)))


def _end_of_month(value: Value) -> Value:
    date = as_date(value)
    return None if date is None else date.replace(day=days_in(date.year, date.month))


def _format(value: Value, pattern: Value) -> Value:
    date, wanted = as_date(value), as_text(pattern)
    read = date_patterns.read_date_pattern(wanted) if wanted else None
    return None if date is None or read is None or isinstance(read, Flaw) else read.write(date)


def _parse_date(value: Value, pattern: Value) -> Value:
    text, wanted = as_text(value), as_text(pattern)
    return date_patterns.parse(text.strip(), wanted) if text and wanted else None


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

_DATE = Parameter(name="date", kind=Kind.DATE)
ADD_MONTHS = Builtin(
    name="add_months",
    parameters=(_DATE, Parameter(name="months", kind=Kind.NUMBER, whole=True)),
    result=Kind.DATE,
    doc=(
        "The same day so many months later, or earlier when `months` is negative; the last day of the month where it "
        "has no such day."
    ),
    examples=(
        Example(arguments=(dt.date(2026, 1, 31), 1), result=dt.date(2026, 2, 28)),
        Example(arguments=(dt.date(2026, 1, 15), -2), result=dt.date(2025, 11, 15)),
        Example(arguments=(None, 1), result=None),
    ),
    compute=_add_months,
)
END_OF_MONTH = Builtin(
    name="end_of_month",
    parameters=(_DATE,),
    result=Kind.DATE,
    doc="The last day of the date's month.",
    examples=(
        Example(arguments=(dt.date(2028, 2, 3),), result=dt.date(2028, 2, 29)),
        Example(arguments=(None,), result=None),
    ),
    compute=_end_of_month,
)
FORMAT = Builtin(
    name="format",
    parameters=(_DATE, Parameter(name="pattern", kind=Kind.TEXT, literal=True, check=date_patterns.check_format)),
    result=Kind.TEXT,
    doc=(
        "The date as text. In the pattern `yyyy` stands for the year and `yy` for its last two digits, `MM` for the "
        "month in two digits and `M` in as few as it has, `dd` and `d` for the day; other letters stand in single "
        "quotes, two single quotes for one. Everything else stands for itself."
    ),
    examples=(
        Example(arguments=(dt.date(2026, 5, 1), "dd.MM.yyyy"), result="01.05.2026"),
        Example(arguments=(dt.date(2026, 5, 1), "d/M/yy"), result="1/5/26"),
        Example(arguments=(dt.date(2026, 5, 1), "'INV'-yyyyMM"), result="INV-202605"),
        Example(arguments=(None, "dd.MM.yyyy"), result=None),
    ),
    compute=_format,
)
PARSE_DATE = Builtin(
    name="parse_date",
    parameters=(
        Parameter(name="text", kind=Kind.TEXT),
        Parameter(name="pattern", kind=Kind.TEXT, literal=True, check=date_patterns.check_parse),
    ),
    result=Kind.DATE,
    doc=(
        "The date that a text names in a pattern of `format`, which has year, month and day once each; spaces around "
        "the text do not count, `yy` is a year from 2000 to 2099. Empty when the text has another form or there is no "
        "such day."
    ),
    examples=(
        Example(arguments=("01.05.2026", "dd.MM.yyyy"), result=dt.date(2026, 5, 1)),
        Example(arguments=("5/1/26", "M/d/yy"), result=dt.date(2026, 5, 1)),
        Example(arguments=("31.02.2026", "dd.MM.yyyy"), result=None),
        Example(arguments=("soon", "dd.MM.yyyy"), result=None),
        Example(arguments=(None, "dd.MM.yyyy"), result=None),
    ),
    compute=_parse_date,
)

BUILTINS: tuple[Builtin, ...] = (TODAY, ADD_DAYS, ADD_MONTHS, END_OF_MONTH, FORMAT, PARSE_DATE)
