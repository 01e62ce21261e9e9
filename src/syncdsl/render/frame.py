"""The lines of a file with its marks: carets under the places, labels beside them, a bar along several lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells, holds_command, neutral, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from syncdsl.diagnostics import SourceFile, Span
    from syncdsl.render.style import Style

TAB = "    "
"""A tab is shown as wide as this, wherever it stands: so the mark below fits."""

MOST_LINES = 6
"""A place over more lines than these is shown by its first two and last two."""

LONGEST_LINE = 200
"""Of a longer line only the part around the mark is shown."""

_AROUND = 40
"""How much of a long line stands before the mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place to point at: `sign` is what underlines it, `meaning` its colour, `label` is neutral text beside it."""

    span: Span
    sign: str = "^"
    meaning: str = "error"
    label: str = ""

    @property
    def end(self) -> tuple[int, int | None]:
        """Line and column after the last marked character; None is the end of the line."""
        if self.span.end_line > self.span.line and self.span.end_column == 1:
            return self.span.end_line - 1, None
        return self.span.end_line, self.span.end_column

    @property
    def several(self) -> bool:
        """Whether it goes over more than one line."""
        return self.end[0] > self.span.line


@dataclass(frozen=True, slots=True)
class _Line:
    """One line as shown: of a long one only a part, with `…` where something is missing."""

    number: int
    text: str
    first: int
    last: int
    hot: bool

    @property
    def shown(self) -> str:
        before, after = "… " if self.first else "", " …" if self.last < len(self.text) else ""
        return before + self._show(self.text[self.first : self.last]).rstrip() + after

    def cell(self, column: int) -> int:
        """Return how many columns of the terminal stand before a column (from 1) of the file."""
        until = min(max(column - 1, self.first), self.last)
        return (2 if self.first else 0) + cells(self._show(self.text[self.first : until]))

    def _show(self, text: str) -> str:
        # Pieces of the line are shown apart from each other, and none of them alone may hold the whole command.
        return visible(text.replace("\t", TAB).replace("#", "<U+0023>") if self.hot else text.replace("\t", TAB))


def shown_lines(marks: Iterable[Mark]) -> list[int]:
    """Return the numbers of the lines that a frame with these marks shows."""
    wanted: set[int] = set()
    for mark in marks:
        first, last = mark.span.line, mark.end[0]
        if last - first < MOST_LINES:
            wanted.update(range(first, last + 1))
        else:
            wanted.update((first, first + 1, last - 1, last))
    # A single line left out would take as much room as it does itself.
    wanted.update(number + 1 for number in tuple(wanted) if number + 2 in wanted)
    return sorted(wanted)


def frame(source: SourceFile, marks: Sequence[Mark], gutter: int, style: Style) -> Iterator[str]:
    """Yield the lines of a frame; line numbers stand in `gutter` columns."""
    lanes = [mark for mark in marks if mark.several]
    bar = style("frame", "|")
    before = 0
    for number in shown_lines(marks):
        if before and number > before + 1:
            inside = _lanes(lanes, number, style).rstrip()
            yield "...".ljust(gutter + 3) + inside if inside else "..."
        before = number
        line = _line(source, number, marks)
        text = (_lanes(lanes, number, style, line) + line.shown).rstrip()
        yield f"{style('frame', str(number).rjust(gutter))} {bar}{' ' if text else ''}{text}"
        for row in _rows(line, marks, lanes, style):
            yield f"{' ' * gutter} {bar} {row}"


def _line(source: SourceFile, number: int, marks: Iterable[Mark]) -> _Line:
    text = source.line(number)
    first, last = 0, len(text)
    if last > LONGEST_LINE:
        starts = [mark.span.column - 1 for mark in marks if mark.span.line == number]
        starts += [max((mark.end[1] or last) - 2, 0) for mark in marks if mark.several and mark.end[0] == number]
        start = min(starts[0] if starts else 0, last)
        first = start - _AROUND if start > LONGEST_LINE - _AROUND else 0
        last = min(first + LONGEST_LINE, last)
    return _Line(number, text, first, last, holds_command(text[first:last]))


def _lanes(lanes: Sequence[Mark], number: int, style: Style, line: _Line | None = None) -> str:
    """Return what stands between the bar and a source line: `|` along every place that goes through it."""
    return "".join(_lane(mark, number, style, line) + " " for mark in lanes)


def _lane(mark: Mark, number: int, style: Style, line: _Line | None) -> str:
    first = mark.span.line
    if first < number <= mark.end[0]:
        return style(mark.meaning, "|")
    if first == number and line is not None and _begins_line(mark, line):
        return style(mark.meaning, "/")
    return " "


def _begins_line(mark: Mark, line: _Line) -> bool:
    return not line.text[: mark.span.column - 1].strip()


def _rows(line: _Line, marks: Sequence[Mark], lanes: Sequence[Mark], style: Style) -> Iterator[str]:
    """Yield what stands below a source line."""
    number = line.number
    for index, mark in enumerate(lanes):
        if mark.span.line == number and not _begins_line(mark, line):
            yield _corner(line, lanes, index, line.cell(mark.span.column), style)
    for mark in marks:
        if mark.span.line == number and not mark.several:
            start = line.cell(mark.span.column)
            width = max(line.cell(mark.end[1] or len(line.text) + 1) - start, 1)
            inside = _around(lanes, line, style)
            yield f"{inside}{' ' * start}{_labelled(mark, mark.sign * width, style)}"
    for index, mark in enumerate(lanes):
        if mark.end[0] == number:
            column = mark.end[1] or len(line.text) + 1
            yield _corner(line, lanes, index, max(line.cell(column) - 1, 0), style, closing=True)


def _around(lanes: Sequence[Mark], line: _Line, style: Style) -> str:
    """Return the lanes beside a row below a line: one that begins there is drawn already when it began the line."""
    return "".join(
        (
            style(mark.meaning, "|")
            if mark.span.line < line.number <= mark.end[0]
            or (mark.span.line == line.number and _begins_line(mark, line))
            else " "
        )
        + " "
        for mark in lanes
    )


def _corner(line: _Line, lanes: Sequence[Mark], index: int, cell: int, style: Style, *, closing: bool = False) -> str:
    """Return the row in which a place over several lines opens or closes at a cell."""
    mark = lanes[index]
    reach = "_" * (2 * (len(lanes) - index) - 1 + cell)
    drawn = ("|" if closing else " ") + reach + mark.sign
    return _around(lanes[:index], line, style) + (
        _labelled(mark, drawn, style) if closing else style(mark.meaning, drawn)
    )


def _labelled(mark: Mark, drawn: str, style: Style) -> str:
    label = f" {style(mark.meaning, neutral(mark.label))}" if mark.label else ""
    return style(mark.meaning, drawn) + label
