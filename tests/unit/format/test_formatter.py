from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.diagnostics.source import MAX_BYTES
from syncdsl.format import FormatterMistake, NotFormatted, format_source, formatter
from syncdsl.syntax.comments import comments
from syncdsl.syntax.parser import parse

if TYPE_CHECKING:
    from collections.abc import Callable


def formatted(*lines: str) -> str:
    """Return the format of some lines after `language 1`, without it."""
    text = format_source(SourceFile("x.sync", "\n".join(("language 1", "", *lines)) + "\n"))
    return text.removeprefix("language 1\n\n")


def test_a_file_with_errors_is_refused_with_them() -> None:
    """What cannot be read cannot be laid out: the caller gets the findings."""
    with pytest.raises(NotFormatted) as refused:
        format_source(SourceFile("x.sync", "language 1\nmodule a: b ->\n"))
    assert [item.span.line for item in refused.value.diagnostics] == [2]


def test_line_ends_are_those_of_most_lines() -> None:
    r"""A file with `\r\n` keeps them; single strangers become like the others."""
    assert format_source(SourceFile("x", "language 1\r\nconnection a:b\r\n# c \r\n")) == (
        "language 1\r\n\r\nconnection a: b\r\n# c\r\n"
    )
    assert format_source(SourceFile("x", "language 1\n\nconnection a:b\r\n\n")) == "language 1\n\nconnection a: b\n"


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """It is dropped; spans of the tree and of comments agree without it."""
    assert format_source(SourceFile("x", "\ufefflanguage 1 # one\n")) == "language 1  # one\n"


def test_the_end_of_the_file_is_one_line_end() -> None:
    """With or without blank lines there, and in a file that ends in a comment."""
    for end in ("", "\n", "\n\n  \n"):
        assert format_source(SourceFile("x", "language 1" + end)) == "language 1\n"
        assert format_source(SourceFile("x", "language 1\n# end" + end)) == "language 1\n# end\n"


def test_a_result_that_means_something_else_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of the formatter leaves the file alone: wrong meaning, wrong digits, lost comment, unreadable text."""
    source = SourceFile("x", "language 1\nguard: amount<=1.50 EUR # c\n")
    for wrong in (
        "language 1\n\nguard: amount <= 1.51 EUR  # c\n",
        "language 1\n\nguard: amount <= 1.5 EUR  # c\n",
        "language 1\n\nguard: amount <= 1.50 EUR\n",
        "language 1\n\nguard: amount <= 1.50 EUR  # d\n",
        "language 1\n\nguard amount\n",
    ):
        monkeypatch.setattr(formatter, "layout", lambda *_, text=wrong: text)
        with pytest.raises(FormatterMistake):
            format_source(source)


def test_a_result_over_the_limit_is_refused() -> None:
    """Indentation must not make a file too large to be read again."""
    line = "module a: b.c -> d.e\n    where b: " + "f(" * 150 + "x" + ")" * 150 + "\n"
    source = SourceFile("x", "language 1\n" + line * 14)
    assert len(source.text) < MAX_BYTES
    with pytest.raises(NotFormatted) as refused:
        format_source(source)
    assert "larger than 1 MiB" in refused.value.diagnostics[0].message


def test_a_trailing_comment_has_no_width() -> None:
    """A long comment breaks nothing; the comments of lines that follow one another stand in one column."""
    long = "# " + "c" * 150
    assert formatted("guard: creates <= 1 " + long) == f"guard: creates <= 1  {long}\n"
    assert formatted("record a: b.c", '  view: "x" # 1', "  stage: Stage# 2", "", "  where: x # 3") == (
        'record a: b.c\n    view: "x"     # 1\n    stage: Stage  # 2\n\n    where: x  # 3\n'
    )


def test_a_comment_that_finds_no_place_stands_above_its_line() -> None:
    """Between the parts of a path, or in parentheses that go, there is none."""
    assert formatted("when (a # 1", "  .b): create c") == "# 1\nwhen a.b: create c\n"


def test_a_comment_after_a_list_keeps_the_list_below() -> None:
    """It is about the last limit; on the header's line it would be about all."""
    text = "guard:\n    creates <= 1\n    deletes <= 0  # never\n"
    assert formatted(*text.splitlines()) == text
    assert formatted("guard: creates <= 1, deletes <= 0 # both") == "guard: creates <= 1, deletes <= 0  # both\n"


def test_what_stands_in_a_placeholder_is_never_lost() -> None:
    """The grammar takes a comment there: such a text stays as it is written."""
    line = 'per: "{ a  # why}"'
    assert line in formatted("document d: a.b for r", f"    {line}")


def test_both_negations_of_in_stay() -> None:
    """`not x in (…)` and `x not in (…)` are different trees."""
    assert formatted('when not x in("a"): create c') == 'when not x in ("a"): create c\n'
    assert formatted('when x not in("a"): create c') == 'when x not in ("a"): create c\n'


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("((a)) + (b * c)", "a + b * c"),
        ("(a + b) * c", "(a + b) * c"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a - b) - c", "a - b - c"),
        ("a ?? (b ?? c)", "a ?? (b ?? c)"),
        ("(a or b) and c", "(a or b) and c"),
        ("a or (b and c)", "a or b and c"),
        ("not (a == b)", "not a == b"),
        ("(not a) == b", "(not a) == b"),
        ("(a == b) == c", "(a == b) == c"),
        ("- (a + b)", "-(a + b)"),
        ("--a", "-(-a)"),
        ("-(a * b)", "-(a * b)"),
        ("(-a) * b", "-a * b"),
        ("a < - 5", "a < -5"),
        ("(if a then b else c) is empty", "(if a then b else c) is empty"),
        ("if a then (if b then c else d) else e", "if a then if b then c else d else e"),
        ("f((if a then b else c), (x or y),)", "f(if a then b else c, x or y)"),
        ("(a + b) in (c)", "a + b in (c)"),
        ("(a in (b)) in (c)", "(a in (b)) in (c)"),
    ],
)
def test_parentheses_stand_only_where_they_are_needed(written: str, canonical: str) -> None:
    """By the levels of the grammar: all lean left, comparisons do not chain."""
    assert formatted(f"when {written}: create c") == f"when {canonical}: create c\n"


def test_a_long_file_takes_time_in_proportion() -> None:
    """Laying out 2,000 lines takes less time than parsing them, which is linear."""
    block = "module a: b.c <-> d.e\n    map:\n" + '        f(x ?? "y", 1) -> z.w  # why\n' * 98
    source = SourceFile("x", "language 1\n" + block * 20)
    program = parse(source).program
    found = comments(source)
    assert formatter.layout(source, program, found).count("\n") >= 2000

    def took(work: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    assert took(lambda: formatter.layout(source, program, found)) < took(lambda: parse(source))
