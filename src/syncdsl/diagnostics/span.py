"""A stretch of one source file."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence


class Span:
    """Where something stands in a file. Never changed once made.

    Lines and columns count from 1, in characters; `end_column` is the column after the last character.
    `start` and `end` are character offsets into the text. `file` is the path as the user wrote it.

    Every node of a tree has a span and few are ever shown: lines and columns are found when they are asked for, unless
    they are given. That is also why this is no frozen dataclass, which takes four times as long to make.
    """

    __slots__ = ("_given", "_lines", "end", "file", "start")

    def __init__(
        self, *, file: str, start: int, end: int, line: int, column: int, end_line: int, end_column: int
    ) -> None:
        self.file: Final = file
        self.start: Final = start
        self.end: Final = end
        self._given: tuple[int, int, int, int] | None = (line, column, end_line, end_column)
        self._lines: Sequence[int] = ()

    @property
    def line(self) -> int:
        """The line of the first character."""
        return self._given[0] if self._given else bisect_right(self._lines, self.start)

    @property
    def column(self) -> int:
        """The column of the first character."""
        return self._given[1] if self._given else self.start - self._lines[self.line - 1] + 1

    @property
    def end_line(self) -> int:
        """The line of the end."""
        return self._given[2] if self._given else bisect_right(self._lines, self.end)

    @property
    def end_column(self) -> int:
        """The column after the last character."""
        return self._given[3] if self._given else self.end - self._lines[self.end_line - 1] + 1

    def to(self, other: Span) -> Span:
        """Return the span from the beginning of this one to the end of `other`."""
        return Span(
            file=self.file,
            start=self.start,
            end=other.end,
            line=self.line,
            column=self.column,
            end_line=other.end_line,
            end_column=other.end_column,
        )

    @property
    def location(self) -> str:
        """`path:line`, the form that plans and effects name their rule by."""
        return f"{self.file}:{self.line}"

    @property
    def _facts(self) -> tuple[str, int, int, int, int, int, int]:
        return (self.file, self.start, self.end, self.line, self.column, self.end_line, self.end_column)

    def __eq__(self, other: object) -> bool:
        return self._facts == other._facts if isinstance(other, Span) else NotImplemented

    def __hash__(self) -> int:
        return hash((self.file, self.start, self.end))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, self._facts  # without the lines of the whole file

    def __repr__(self) -> str:
        names = ("file", "start", "end", "line", "column", "end_line", "end_column")
        return f"Span({', '.join(f'{name}={fact!r}' for name, fact in zip(names, self._facts, strict=True))})"


class LazySpan(Span):
    """A span that knows where all lines of its file begin."""

    __slots__ = ()

    def __init__(self, file: str, start: int, end: int, lines: Sequence[int]) -> None:
        # Not through the constructor above: this runs once for every node of a tree.
        self.file = file  # type: ignore[misc]  # the one other place that makes them
        self.start = start  # type: ignore[misc]  # the same
        self.end = end  # type: ignore[misc]  # the same
        self._given = None
        self._lines = lines


def _restored(file: str, start: int, end: int, *place: int) -> Span:
    line, column, end_line, end_column = place
    return Span(file=file, start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column)


NO_SPAN = Span(file="", start=0, end=0, line=1, column=1, end_line=1, end_column=1)
