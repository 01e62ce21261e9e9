"""What a file may look like from outside: sizes, depths, line ends, indentation, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax import Module, Path, parse, walk

if TYPE_CHECKING:
    from syncdsl.syntax import ParseResult

MODULE = "language 1\n\nmodule a: crm.A <-> books.b\n    map:\n        A -> b\n        C -> d\n"


def read(text: str) -> ParseResult:
    """Parse a text."""
    return parse(SourceFile("a.sync", text))


def codes(text: str) -> list[tuple[str, int]]:
    """Return the codes and lines of what is found."""
    return [(item.code.id, item.span.line) for item in read(text).diagnostics]


def test_windows_line_ends_change_nothing() -> None:
    """A file with carriage returns has the same tree, also when it has a mistake."""
    windows = read(MODULE.replace("\n", "\r\n"))
    assert windows.diagnostics == ()
    assert windows.program == read(MODULE).program
    assert codes(MODULE.replace("A -> b", "A b").replace("\n", "\r\n")) == [("SD102", 5)]


def test_a_byte_order_mark_is_passed_over() -> None:
    """Spans count from behind the mark, as `SourceFile` promises for its text."""
    marked = read("\ufeff" + MODULE)
    assert marked.diagnostics == ()
    assert marked.program.statements[0].span.start == 0


@pytest.mark.parametrize("ending", ["", "\n\n\n", "\n# the end", "    # the end", "\n    "])
def test_endings(ending: str) -> None:
    """It does not matter how a file ends."""
    result = read(MODULE.rstrip("\n") + ending)
    assert result.diagnostics == ()
    assert result.program == read(MODULE).program


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "   ", "\t\n"])
def test_an_empty_file_lacks_its_language(text: str) -> None:
    """A file without statements says nothing, not even its language."""
    assert codes(text) == [("SD122", 1)]


def test_language() -> None:
    """The language stands once, first, and has to be known."""
    assert codes(MODULE.removeprefix("language 1\n")) == [("SD122", 1)]
    assert codes(MODULE.replace("language 1", "language 7")) == [("SD123", 1)]
    assert codes(MODULE.replace("language 1", "language 1.5")) == [("SD123", 1)]
    assert codes(MODULE + "language 1\n") == [("SD124", 7)]
    assert codes(MODULE.removeprefix("language 1\n") + "language 1\n") == [("SD124", 6)]


def test_indentation_of_another_width_is_a_warning() -> None:
    """Two spaces mean the same as four, and are told once."""
    result = read(MODULE.replace("    ", "  "))
    assert [item.code.id for item in result.diagnostics] == ["SD116"]
    assert result.complete
    assert result.program == read(MODULE).program


def test_tabs_are_told_once() -> None:
    """A tab reaches the next multiple of four."""
    result = read(MODULE.replace("    ", "\t"))
    assert [(item.code.id, item.span.line) for item in result.diagnostics] == [("SD117", 4)]
    assert result.program == read(MODULE).program


def test_a_wrong_column_repeated_counts_once() -> None:
    """Neighbours with the same wrong column make one report."""
    text = MODULE + "          E -> f\n          G -> h\n        I -> j\n"
    assert codes(text) == [("SD115", 7)]
    module = read(text).program.statements[1]
    assert isinstance(module, Module)
    assert sum(isinstance(node, Path) for node in walk(module)) == 10


def test_a_large_file_is_refused() -> None:
    """More than 1 MiB is not read; bytes count, not characters."""
    assert codes("#" * (1024 * 1024 + 1)) == [("SD125", 1)]
    assert codes("#" + "é" * (512 * 1024)) == [("SD125", 1)]


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "A" + ")" * 5000,
        "not " * 5000 + "A",
        "- " * 5000 + "A",
        " or ".join("A" * 5000),
        "if A then " * 2000 + "A" + " else A" * 2000,
        "f(" * 201 + "A" + ")" * 201,
        '"{' + " + ".join("A" * 500) + '}"',
    ],
)
def test_deep_nesting_is_refused(expression: str) -> None:
    """No depth makes the parser fail; what is too deep is told once."""
    assert codes(f"{MODULE}        {expression} -> z\n") == [("SD126", 7)]


def test_depth_within_the_limit() -> None:
    """Two hundred parentheses and a chain below the limit are read."""
    assert codes(f"{MODULE}        {'(' * 200}A{')' * 200} -> z\n") == []
    assert codes(f"{MODULE}        {' + '.join('A' * 199)} -> z\n") == []


def test_many_mistakes_are_not_all_told() -> None:
    """After a hundred reports the rest is summed up in one."""
    found = codes(MODULE + "        A b\n" * 150)
    assert len(found) == 101
    assert found[-1] == ("SD128", 107)


def test_lines_break_inside_parentheses() -> None:
    """A call may span lines; an unclosed parenthesis takes only deeper lines."""
    text = MODULE + "        pad(\n            E,\n            3\n        ) -> f\n"
    assert codes(text) == []
    assert codes(text + "        A b\n") == [("SD102", 11)]
    assert codes(MODULE + "        pad(E -> f\n        G -> h\n") == [("SD109", 7)]


def test_a_body_that_is_not_indented() -> None:
    """Lines at the column of their header are one report."""
    text = "language 1\n\nmodule a: crm.A <-> books.b\n    map:\n    A -> b\n    C -> d\n    on conflict: crm\n"
    assert codes(text) == [("SD115", 5)]


def test_the_first_line_of_a_block_is_blamed_when_it_is_the_wrong_one() -> None:
    """If the second line of a block has the right column, the report stands at the first."""
    text = MODULE.replace("    map:", '      view: "V"\n    map:')
    assert codes(text) == [("SD115", 4)]
