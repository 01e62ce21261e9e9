"""Twice the file takes no more than about twice the work: lines of code that run are counted, not seconds."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import pytest
from tests.corpus.measure import check
from tests.fuzz.shapes import SHAPES

from syncdsl.diagnostics import SourceFile
from syncdsl.lint.engine import lint
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

RATIO = 2.3
PARSED = (
    "many modules", "many lines both ways", "deep parentheses", "deep conditions", "every line is broken",
    "every statement is broken", "an unclosed parenthesis at the top", "an unclosed text at the top",
    "an unclosed parenthesis in each line", "nothing but opening parentheses", "a long sum", "a long list",
    "a long line of commas", "columns that go up and down", "many tables", "many tests",
)  # fmt: skip
ANALYSED = (
    "modules of unknown modules", "many tables", "many rows", "many documents", "documents of unknown records",
    "many records", "many renames", "many exchanges and roles", "many cases",
    "a test that expects much", "many unknown fields",
)  # fmt: skip
"""Shapes for which also the analysis is counted; rules that write one module are compared with one another."""


def work(run: Callable[[], object]) -> int:
    """Return how many lines of Python run."""
    count = 0

    def line(_frame: FrameType, event: str, _argument: object) -> object:
        nonlocal count
        count += event == "line"
        return line

    before = sys.gettrace()
    gc.disable()
    sys.settrace(line)  # type: ignore[arg-type]  # it returns itself
    try:
        run()
    finally:
        sys.settrace(before)
        gc.enable()
    return count


def _linted(text: str) -> None:
    source = SourceFile("a.sync", text)
    lint([source], {}, [parse(source)])


@pytest.mark.parametrize("shape", PARSED)
def test_reading_grows_with_the_file(shape: str) -> None:
    """Parsing and linting twice as much is at most 2.3 times the work."""
    few, many = SHAPES[shape](40), SHAPES[shape](80)
    _linted(few)
    assert work(lambda: _linted(many)) <= RATIO * work(lambda: _linted(few))


@pytest.mark.parametrize("shape", ANALYSED)
def test_checking_grows_with_the_file(shape: str) -> None:
    """Checking twice as much is at most 2.3 times the work."""
    few, many = SHAPES[shape](40), SHAPES[shape](80)
    check({"a.sync": few})
    assert work(lambda: check({"a.sync": many})) <= RATIO * work(lambda: check({"a.sync": few}))


def test_so_many_unknown_names_are_not_compared_with_all_others() -> None:
    """Beyond a bound no more names are suggested, so that n unknown names among n others take no n times n."""
    found = [item for item in check({"a.sync": SHAPES["one long test"](700)}) if item.code.id == "SD227"]
    assert len(found) == 700
    assert "no other is suggested" in str(found[-1].help)
