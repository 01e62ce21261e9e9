"""Builtins are total, and do again nothing where they claim so."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from fnmatch import fnmatchcase
from time import perf_counter
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from syncdsl.functions import BUILTINS, Flaw
from syncdsl.functions.date_patterns import check_parse
from syncdsl.functions.patterns import read_pattern
from syncdsl.schema.values import PartnerOf, Ref

if TYPE_CHECKING:
    from syncdsl.schema.values import Value

TODAY = dt.date(2026, 5, 1)
words = st.sampled_from(["half_up", ",", "EUR", "JPY", "DE", "de", "dd.MM.yyyy", "[A-Z]*", "[", "x" * 40, "Germany"])
cells: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.text(max_size=30),
    words,
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.builds(Ref, st.just("users"), st.text(max_size=3)),
    st.builds(PartnerOf, st.just("crm"), st.just("users"), st.just("1"), st.just("users")),
)
rows = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), cells).map(lambda row: tuple(sorted(row.items()))))
values: st.SearchStrategy[Value] = st.one_of(
    cells, st.lists(st.text(max_size=5)).map(tuple), rows.map(tuple), st.just(("a",)), st.just("a")
)
texts = st.text(alphabet="aAbBß ŉİﬁ'-.,0123\u00a0é", max_size=20) | st.text(max_size=20)
dates = st.dates()
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6) | st.integers()


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(values, min_size=6, max_size=6))
def test_total(name: str, given_values: list[Value]) -> None:
    """A builtin answers with a value of its kind, whatever values it is called with, and never raises."""
    builtin = BUILTINS[name]
    today = [TODAY] if builtin.needs_today else []
    for count in range(builtin.least, min(builtin.most if builtin.most is not None else 5, 5) + 1):
        result = builtin.compute(*today, *given_values[:count])
        wanted: dict[str, tuple[type, ...]] = {
            "text": (str,),
            "number": (int, Decimal),
            "money": (Decimal,),
            "date": (dt.date,),
            "boolean": (bool,),
        }
        if builtin.result.value in wanted and result is not None:
            assert isinstance(result, wanted[builtin.result.value])
            assert result != ""


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(st.sampled_from(["trim", "upper", "lower", "phone_e164"]), texts)
def test_once_is_enough(name: str, text: str) -> None:
    """Applied to its own answer a function of this kind changes nothing more."""
    compute = BUILTINS[name].compute
    once = compute(text)
    assert compute(once) == once


@settings(derandomize=True, max_examples=600, deadline=None)
@given(texts, dates, numbers, st.integers(-3, 40))
def test_once_is_enough_with_arguments(text: str, date: dt.date, number: Decimal, count: int) -> None:
    """Cutting, filling, rounding and going to the end of a month are done after the first time."""
    for compute, subject, arguments in (
        (BUILTINS["truncate"].compute, text, (count,)),
        (BUILTINS["pad"].compute, text, (count,)),
        (BUILTINS["round"].compute, number, (count,)),
        (BUILTINS["abs"].compute, number, ()),
        (BUILTINS["end_of_month"].compute, date, ()),
    ):
        once = compute(subject, *arguments)
        assert compute(once, *arguments) == once


@settings(derandomize=True, max_examples=600, deadline=None)
@given(dates, st.sampled_from(["dd.MM.yyyy", "d/M/yyyy", "yyyyMMdd", "yyyy'Q'M-d", "MM/dd/yyyy"]))
def test_dates_are_read_back(date: dt.date, pattern: str) -> None:
    """A date that is written in a pattern from which dates can be read is read back."""
    assert check_parse(pattern) is None
    text = BUILTINS["format"].compute(date, pattern)
    assert BUILTINS["parse_date"].compute(text, pattern) == date


@settings(derandomize=True, max_examples=600, deadline=None)
@given(dates, st.integers(-3000, 3000))
def test_months(date: dt.date, months: int) -> None:
    """Months later is the same day of the right month, or its last day."""
    found = BUILTINS["add_months"].compute(date, months)
    if isinstance(found, dt.date):
        assert (found.year * 12 + found.month) - (date.year * 12 + date.month) == months
        assert found.day == date.day or found == BUILTINS["end_of_month"].compute(found)


@settings(derandomize=True, max_examples=2000, deadline=None)
@given(
    st.text(alphabet="ab[]!-*?", max_size=8), st.text(alphabet="ab[]!-", max_size=8), st.text(alphabet="ab", max_size=8)
)
def test_patterns_mean_what_shells_mean(pattern: str, text: str, plain: str) -> None:
    """A pattern that is well formed matches what the wildcards of the standard library match."""
    read = read_pattern(pattern)
    if isinstance(read, Flaw) or "]" in re.sub(r"\[.[^]]*\]", "", pattern):
        return
    for subject in (text, plain):
        assert read.matches(subject) == fnmatchcase(subject, pattern), (pattern, subject)


def test_no_pattern_is_slow() -> None:
    """The patterns that make backtracking explode take no longer than others."""
    text = "a" * 20_000
    start = perf_counter()
    assert BUILTINS["matches"].compute(text, "*a" * 200 + "*b") is False
    assert BUILTINS["matches"].compute(text, "*a?" * 100 + "*") is True
    assert perf_counter() - start < 2
