"""Reading takes time in proportion to the text, whatever stands in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

HEAD = "language 1\nconnection a: zoho_crm\nmodule m: a.B <-> a.C\n    map:\n"


def good_lines(size: int) -> str:
    """Return a good file."""
    return HEAD + "".join(f"        Field_{number} ?? 0 -> other.field_{number}\n" for number in range(size))


def broken_lines(size: int) -> str:
    """Return a file in which every line is broken."""
    return HEAD + "".join(f"        Field_{number} -> -> field_{number}\n" for number in range(size))


def open_parenthesis(size: int) -> str:
    """Return a file whose first map line leaves a parenthesis open."""
    return HEAD + "        concat(A -> b\n" + good_lines(size).removeprefix(HEAD)


def many_open_parentheses(size: int) -> str:
    """Return a file in which every line leaves a parenthesis open, and each is deeper than the first."""
    return HEAD + "        concat(A -> b\n" + "            concat(A -> b\n" * size


def long_line(size: int) -> str:
    """Return a line with many operands."""
    return HEAD + "        A in (" + ", ".join(f'"{number}"' for number in range(size)) + ") -> b\n"


def broken_long_line(size: int) -> str:
    """Return a line with many operands and a mistake at its end."""
    return HEAD + "        A in (" + ", ".join(f'"{number}"' for number in range(size)) + ") -> -> b\n"


def long_name(size: int) -> str:
    """Return a name of many characters, where it fits and where it does not."""
    return HEAD + f"        {'a' * size * 10} -> b\n        {'a' * size * 10} b\n"


def many_quotes(size: int) -> str:
    """Return a line of quotation marks, an odd number of them."""
    return HEAD + '        "' + '" "' * size + " -> b\n"


def many_placeholders(size: int) -> str:
    """Return a text with many placeholders."""
    return HEAD + '        "' + "{A} {{ " * size + '" -> b\n'


def staircase(size: int) -> str:
    """Return groups that are each indented deeper, up and down again."""
    steps = [" " * (4 * (number % 40)) + "when a.b == 1:\n" for number in range(size)]
    return HEAD + "".join(steps)


SHAPES: list[tuple[Callable[[int], str], int]] = [
    (good_lines, 200),
    (broken_lines, 120),
    (open_parenthesis, 200),
    (many_open_parentheses, 120),
    (long_line, 400),
    (broken_long_line, 300),
    (long_name, 2000),
    (many_quotes, 40),
    (many_placeholders, 400),
    (staircase, 150),
]


def calls(text: str) -> int:
    """Return how many calls of functions and methods parsing a text takes: work, counted without a clock."""
    count = 0

    def tally(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    source = SourceFile("a.sync", text)
    before = sys.getprofile()
    sys.setprofile(tally)
    try:
        parse(source)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(("shape", "size"), SHAPES, ids=lambda item: getattr(item, "__name__", str(item)))
def test_four_times_the_text_is_about_four_times_the_work(shape: Callable[[int], str], size: int) -> None:
    """Four times the text takes at most six times the calls: sixteen would be quadratic."""
    parse(SourceFile("a.sync", shape(8)))  # loads tables and fills memos
    once, four = calls(shape(size)), calls(shape(4 * size))
    assert four <= 6 * once + 1000
