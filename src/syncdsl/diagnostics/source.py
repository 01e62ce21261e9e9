"""A rule file's text with its lines."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from syncdsl.diagnostics.span import LazySpan

if TYPE_CHECKING:
    from syncdsl.diagnostics.span import Span

MAX_BYTES = 1024 * 1024
"""The size of a rule file from which on it is not read: SD1 says so."""


@dataclass(frozen=True)
class SourceFile:
    r"""One file as read: `path` as the user names it, `text` without a byte-order mark, lines split on `\\n` only."""

    path: str
    text: str

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offsets at which lines begin; the first is 0."""
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return tuple(starts)

    def line(self, number: int) -> str:
        """Return line `number` (from 1) without its line end; empty when there is no such line."""
        starts = self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] - 1 if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r")

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column (both from 1) of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span of two character offsets, `end` exclusive."""
        return LazySpan(self.path, start, end, self.line_starts)
