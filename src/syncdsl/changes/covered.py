"""How much of the rules their own tests exercise: what may come of each place, and what was seen."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import Literal, TypeAlias

from syncdsl.changes.rehearsed import Spot
from syncdsl.schema.model import Model

PointKind: TypeAlias = Literal["where", "when", "require", "if", "operand", "trigger", "line", "row"]
"""What is counted: conditions by where they stand, operands of `and` and `or`, triggers, map lines, rows of tables."""

KINDS: tuple[PointKind, ...] = ("where", "when", "require", "if", "operand", "trigger", "line", "row")


class Point(Model):
    """One place of the rules: what may come of it (`true` and `false` of a condition), and what came of it in tests."""

    kind: PointKind
    place: Spot
    text: str
    wanted: tuple[str, ...]
    seen: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """What never came of it."""
        return tuple(one for one in self.wanted if one not in self.seen)


class Coverage(Model):
    """All places of a project's rules, by file and line."""

    points: tuple[Point, ...]

    @property
    def total(self) -> int:
        """How many outcomes there are."""
        return sum(len(point.wanted) for point in self.points)

    @property
    def seen(self) -> int:
        """How many of them were seen."""
        return sum(len(point.wanted) - len(point.missing) for point in self.points)

    @property
    def percent(self) -> Decimal:
        """The share that was seen, in per cent with one digit, rounded down; 100 where there is nothing to see."""
        return share(self.seen, self.total)

    @property
    def percent_text(self) -> str:
        """The share as people read it."""
        return f"{self.percent}"

    @property
    def files(self) -> tuple[str, ...]:
        """The files that have places, in order."""
        return tuple(dict.fromkeys(point.place.file for point in self.points))

    def of(self, file: str | None = None, kind: PointKind | None = None) -> Coverage:
        """Return the part of one file, of one kind, or both."""
        return Coverage(
            points=tuple(
                point for point in self.points if file in {None, point.place.file} and kind in {None, point.kind}
            )
        )


def share(seen: int, total: int) -> Decimal:
    """Return per cent with one digit, rounded down: what is not all is never 100."""
    if not total:
        return Decimal("100.0")
    return (Decimal(seen) * 100 / total).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
