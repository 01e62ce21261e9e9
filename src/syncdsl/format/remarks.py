"""The comments of a file while it is laid out: each is taken exactly once."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.syntax.comments import Comment


class Remarks:
    """The comments in the order of the file, and those within the line that is being laid out, not yet taken."""

    def __init__(self, text: str, comments: Sequence[Comment]) -> None:
        self.all = comments
        self.inner: list[Comment] = []
        """Within the current line; empty for nearly every line, which is then laid out without a thought of them."""
        self._text = text
        self._starts = [comment.span.start for comment in comments]

    def between(self, start: int, end: int) -> Sequence[Comment]:
        """Return the comments that begin between two offsets."""
        first = bisect_left(self._starts, start)
        if first == len(self._starts) or self._starts[first] >= end:
            return ()
        return self.all[first : bisect_left(self._starts, end, first)]

    def enter(self, start: int, end: int) -> None:
        """Begin a line whose code stands between two offsets."""
        self.inner = list(self.between(start, end)) if self._starts else []

    def take(self, start: int, end: int) -> list[Comment]:
        """Take the comments of the current line that begin between two offsets."""
        taken = [comment for comment in self.inner if start <= comment.span.start < end]
        if taken:
            self.inner = [comment for comment in self.inner if not start <= comment.span.start < end]
        return taken

    def leave(self) -> tuple[Comment, ...]:
        """End the line, and return those of its comments that found no place in it."""
        left = tuple(self.inner)
        self.inner = []
        return left

    def follows(self, end: int) -> bool:
        """Return whether a comment stands on the line that ends at an offset."""
        first = bisect_left(self._starts, end)
        if first == len(self._starts):
            return False
        comment = self.all[first]
        return not comment.own_line and "\n" not in self._text[end : comment.span.start]

    def after(self, offset: int, sign: str) -> int:
        """Return the offset of the next sign after an offset that stands in no comment."""
        at = self._text.index(sign, offset)
        index = bisect_left(self._starts, offset)
        while index < len(self._starts) and self._starts[index] < at:
            at = self._text.index(sign, max(at, self.all[index].span.end))
            index += 1
        return at
