"""A stretch of one source file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where something stands in a file.

    Lines and columns count from 1, in characters; `end_column` is the column after the last character.
    `start` and `end` are character offsets into the text. `file` is the path as the user wrote it.
    """

    file: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int

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


NO_SPAN = Span(file="", start=0, end=0, line=1, column=1, end_line=1, end_column=1)
