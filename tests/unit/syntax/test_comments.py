from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncdsl.diagnostics import SourceFile
from syncdsl.syntax.comments import comments, logical_lines
from syncdsl.syntax.grammar import automaton
from syncdsl.syntax.scanner import Scanner

PIECES = ["#", '"', "`", "'", "\\", "(", ")", "\n", "\r\n", "    ", "a", "# b", "«", "{{", "“", ", ", '"a#b"', "`a#b`"]


def texts(text: str) -> list[str]:
    """Return the comments of a text."""
    return [item.text for item in comments(SourceFile("a.sync", text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\nx -> y # b\n", ["# a", "# b"]),
        ('"a # b" -> c # d', ["# d"]),
        (r'"a \" # b" -> c # d', ["# d"]),
        ("`a # b` -> c", []),
        ("x # a \r\ny # b\t\r\n", ["# a", "# b"]),
        ('x -> "open # no\n# yes', ["# yes"]),
        ("x == 'a # b'  # c", ["# c"]),
        ('# "a\nx # `b', ['# "a', "# `b"]),
        ("#", ["#"]),
        ("", []),
    ],
)
def test_a_hash_begins_a_comment_outside_of_texts(text: str, expected: list[str]) -> None:
    """Texts and names in backticks may hold a `#`; line ends and blanks are no part of a comment."""
    assert texts(text) == expected


def test_spans_and_lines_of_their_own() -> None:
    """A span is exactly the comment's text, and a comment knows whether something stands before it."""
    source = SourceFile("a.sync", "language 1\n    # above\nx -> y  # beside\n")
    found = comments(source)
    assert [source.text[item.span.start : item.span.end] for item in found] == [item.text for item in found]
    assert [(item.span.line, item.span.column, item.own_line) for item in found] == [(2, 5, True), (3, 9, False)]


def test_parentheses_join_lines() -> None:
    """Lines inside parentheses are one; an unclosed one joins none; comments and blank lines are no lines."""
    text = "a in (\n    1,  # one\n\n    # two\n    2,\n)\nb (\nc\n"
    found = logical_lines(SourceFile("a.sync", text))
    assert [(line.first, line.last) for line in found] == [(1, 6), (7, 7), (8, 8)]


@settings(max_examples=300, deadline=None)
@example("(\n)`#`(``a#b`)")
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_lines_are_those_of_the_parser(text: str) -> None:
    """For any text the lines are those that the recovery's scanner reads, and no comment hides a token of its."""
    lines = Scanner(automaton()).lines(text)
    source = SourceFile("a.sync", text)
    assert [(item.first, item.last, item.column) for item in logical_lines(source)] == [
        (line.number, line.last, line.column) for line in lines
    ]
    covered = {place for item in comments(source) for place in range(item.span.start, item.span.end)}
    for line in lines:
        for lexeme in line.lexemes:
            assert lexeme.start not in covered
            assert "#" not in lexeme.text or lexeme.text[0] in "\"`'«“"
