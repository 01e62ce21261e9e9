"""Where a generator's choices come from: a search, or one seed. Simpler choices are smaller numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from hypothesis import strategies as st

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

T = TypeVar("T")


class Draw(Protocol):
    """Makes choices."""

    def integer(self, least: int, most: int) -> int:
        """Return a number; the least is the simplest."""
        ...


class Searched:
    """Choices of Hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, least: int, most: int) -> int:
        """Return a number."""
        return self._draw(st.integers(least, most))


class Seeded:
    """Choices of a seeded generator."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def integer(self, least: int, most: int) -> int:
        """Return a number."""
        return self._source.randint(least, most)


def choose(draw: Draw, options: Sequence[T]) -> T:
    """Return one of the options; the first is the simplest."""
    return options[draw.integer(0, len(options) - 1)]


def chance(draw: Draw, percent: int) -> bool:
    """Return True with a probability; False is simpler."""
    return draw.integer(0, 99) >= 100 - percent
