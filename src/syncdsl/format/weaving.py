"""Puts comments and blank lines between the lines of a program, and comments at their ends."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.format.layout import INDENT, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.diagnostics import SourceFile
    from syncdsl.format.lines import Line
    from syncdsl.syntax.comments import Comment

PACKED = frozenset({"connection", "guard", "moved", "use", "when"})
"""Statements that may stand without a blank line between them where each takes one line."""
_GAP = 2


@dataclass(slots=True, kw_only=True)
class _Row:
    """A line of the result (several where code is broken), a blank line before it, and a comment at its end."""

    depth: int
    text: str
    blank: bool
    code: bool
    comment: str | None = None


class Weaver:
    """Weaves the lines and the comments of one file."""

    def __init__(self, source: SourceFile, comments: Sequence[Comment]) -> None:
        self._source = source
        self._comments = comments
        self._next = 0
        self._rows: list[_Row] = []
        self._previous: Line | None = None
        self._columns = [0]
        """The columns where the previous line and those that it is nested in stood, from 0, by depth."""
        self._seen = 1
        """The line of the file that was reached."""

    def weave(self, lines: Sequence[Line]) -> str:
        """Return the text of the file."""
        statement, one_line = "", False
        for at, line in enumerate(lines):
            rows = [*self._comments_before(line.start, line.depth), *self._rows_of(line)]
            if self._previous is None or rows[0].depth > self._previous.depth:
                rows[0].blank = False
            alone = "\n" not in rows[-1].text and (at + 1 == len(lines) or bool(lines[at + 1].kind))
            if line.kind:
                indented = rows[0].depth > 0
                packed = one_line and alone and not indented and statement == line.kind and statement in PACKED
                if self._previous is not None and not packed:
                    _separate(rows)
                statement, one_line = line.kind, alone
            else:
                one_line = False
            self._rows += rows
            self._pass(line)
        rows = list(self._comments_before(len(self._source.text) + 1, 0))
        if rows and self._previous is not None and rows[0].depth > self._previous.depth:
            rows[0].blank = False
        return _written([*self._rows, *rows])

    def _comments_before(self, end: int, depth: int) -> Iterator[_Row]:
        """Yield the comments before the next line, which stands at a depth; one may be at the end of the previous."""
        bound = 0 if self._previous is None else self._previous.depth + self._previous.opens
        while self._next < len(self._comments) and self._comments[self._next].span.start < end:
            comment = self._comments[self._next]
            self._next += 1
            last = self._rows[-1] if self._rows else None
            if not comment.own_line and last is not None and last.code and last.comment is None:
                last.comment = comment.text
                self._seen = comment.span.line
                continue
            bound = max(depth, min(bound, self._depth_of(comment)))
            blank = comment.span.line > self._seen + 1
            yield _Row(depth=bound, text=comment.text, blank=blank, code=False)
            self._seen = comment.span.line

    def _depth_of(self, comment: Comment) -> int:
        """Return the depth of the deepest block that a comment's column puts it in."""
        previous = self._previous
        if previous is None:
            return 0
        start = self._source.line_starts[comment.span.line - 1]
        column = len(self._source.text[start : comment.span.start].expandtabs(INDENT))
        if previous.opens and column > self._columns[-1]:
            return previous.depth + 1
        return max(bisect_right(self._columns, column) - 1, 0)

    def _rows_of(self, line: Line) -> list[_Row]:
        """Return the row of a line, after comments from inside it that found no place there."""
        blank = self._line_at(line.start) > self._seen + 1
        rows = [_Row(depth=line.depth, text=comment.text, blank=False, code=False) for comment in line.above]
        rows.append(_Row(depth=line.depth, text=render(line.doc, line.depth * INDENT), blank=False, code=True))
        rows[0].blank = blank
        return rows

    def _pass(self, line: Line) -> None:
        first = self._line_at(line.start)
        del self._columns[line.depth :]
        if self._previous is not None and first == self._seen:  # after the colon of its block
            self._columns.append(self._columns[-1] + 1)
        else:
            self._columns.append(line.start - self._source.line_starts[first - 1])
        while self._next < len(self._comments) and self._comments[self._next].span.start < line.end:
            self._next += 1
        self._previous = line
        self._seen = self._line_at(line.end)

    def _line_at(self, offset: int) -> int:
        return bisect_right(self._source.line_starts, offset)


def _separate(rows: list[_Row]) -> None:
    """Put a blank line before a statement or the comments over it, unless there is one."""
    own = [row for row in rows if row.depth == 0]
    if not any(row.blank for row in own):
        own[0].blank = True


def _written(rows: Sequence[_Row]) -> str:
    """Write the rows; the comments at the ends of lines of one block that follow one another stand in one column."""
    out: list[str] = []
    run: list[tuple[int, str, str]] = []
    depth = 0

    def align() -> None:
        column = max(len(code) for _, code, _ in run) + _GAP
        for at, code, comment in run:
            out[at] = f"{code:<{column}}{comment}\n"
        run.clear()

    for row in rows:
        text = " " * (row.depth * INDENT) + row.text
        broken = "\n" in text
        if run and (row.blank or row.comment is None or row.depth != depth or broken):
            align()
        if row.blank:
            out.append("\n")
        if row.comment is None:
            out.append(f"{text}\n")
        elif broken:
            out.append(f"{text}{' ' * _GAP}{row.comment}\n")
        else:
            run.append((len(out), text, row.comment))
            depth = row.depth
            out.append("")
    if run:
        align()
    return "".join(out)
