"""The comments and the logical lines of a text, which the tree does not hold. Exact, and independent of the parser.

A `#` begins a comment unless it stands in a text or in a name in backticks. In a file with syntax errors, what the
recovery reads as a text (unclosed, or between other quotation marks) hides a `#` as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.syntax.automaton import INDENT_WIDTH
from syncdsl.syntax.scanner import OTHER_QUOTES_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.diagnostics import SourceFile, Span

_PIECE = re.compile(
    rf'{OTHER_QUOTES_PATTERN}|"(?:\\.|[^"\\\n])*"|"[^\n]*|`[^`\n]+`|`[^`\n]*'
    r"|(?P<comment>#[^\n]*)|(?P<open>\()|(?P<close>\))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment: `text` is from the `#` to the end of the line, without blanks at its end.

    `own_line` is on when nothing else stands on its line.
    """

    span: Span
    text: str
    own_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """The physical lines, counted from 1, that make one line of the language; `column` counts blanks, from 0."""

    first: int
    last: int
    column: int


@dataclass(frozen=True, slots=True)
class _Physical:
    """One physical line that holds more than blanks."""

    number: int
    column: int
    closes_first: bool
    depth: int
    lowest: int
    code: bool
    comment: tuple[int, int] | None


def comments(source: SourceFile) -> tuple[Comment, ...]:
    """Return all comments in the order of the text."""
    found: list[Comment] = []
    for line in _physical(source):
        if line.comment is not None:
            start, end = line.comment
            found.append(Comment(span=source.span(start, end), text=source.text[start:end], own_line=not line.code))
    return tuple(found)


def logical_lines(source: SourceFile) -> tuple[LogicalLine, ...]:
    """Return the lines of the language that hold anything but comments.

    Parentheses join lines. An unclosed one joins none: it must not swallow the file.
    """
    lines = [line for line in _physical(source) if line.code]
    found: list[LogicalLine] = []
    at = 0
    while at < len(lines):
        last = _closing(lines, at)
        found.append(LogicalLine(first=lines[at].number, last=lines[last].number, column=lines[at].column))
        at = last + 1
    return tuple(found)


def _closing(lines: list[_Physical], at: int) -> int:
    """Return the index of the line on which the parentheses of line `at` close; `at` if they do not."""
    depth = lines[at].depth - min(lines[at].lowest, 0)
    if depth <= 0:
        return at
    for index in range(at + 1, len(lines)):
        line = lines[index]
        if line.column <= lines[at].column and not line.closes_first:
            return at
        depth = max(depth + line.lowest, 0) + line.depth - line.lowest
        if depth <= 0:
            return index
    return at


def _physical(source: SourceFile) -> Iterator[_Physical]:
    text = source.text
    starts = source.line_starts
    for number, start in enumerate(starts, start=1):
        end = starts[number] - 1 if number < len(starts) else len(text)
        first = start
        while first < end and text[first] in " \t\r":
            first += 1
        if first < end:
            yield _scanned(text, number, start, first, end)


def _scanned(text: str, number: int, start: int, first: int, end: int) -> _Physical:
    depth = lowest = 0
    comment: tuple[int, int] | None = None
    position = first
    while (piece := _PIECE.search(text, position, end)) is not None:
        position = piece.end()
        match piece.lastgroup:
            case "comment":
                comment = (piece.start(), piece.start() + len(piece.group().rstrip()))
            case "open":
                depth += 1
            case "close":
                depth -= 1
                lowest = min(lowest, depth)
    return _Physical(
        number=number,
        column=len(text[start:first].expandtabs(INDENT_WIDTH)),
        closes_first=text[first] == ")",
        depth=depth,
        lowest=lowest,
        code=comment is None or comment[0] > first,
        comment=comment,
    )
