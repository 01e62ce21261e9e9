"""Two linked records, line by line: what agrees, what differs, and who changed since the last sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.plan.expressions import Constant
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import is_empty
from syncdsl.trial.images import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.verification import ChangedSide, DifferenceKind
    from syncdsl.plan.pairs import Assignment, Endpoint, MapLine, Pair
    from syncdsl.schema.values import Fields, Value
    from syncdsl.state import Link
    from syncdsl.state.records import Side
    from syncdsl.trial.images import Images, Unknown

Verdict: TypeAlias = Literal["agrees", "differs", "says nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One direction of a line: what the fed side should hold, and what it holds. `travels`: it can still be written."""

    side: Side
    assignment: Assignment
    should: Value | Unknown
    holds: Value
    weak: bool

    @property
    def travels(self) -> bool:
        """Whether a change can be written that way after the record was created."""
        return not self.assignment.create_only


@dataclass(frozen=True, slots=True, kw_only=True)
class LineComparison:
    """One line over two records."""

    line: MapLine
    directions: tuple[Direction, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether both sides mean the same: of a two-way line either direction suffices, what a map loses is lost.

        A constant and a `when empty` line say something only about an empty field.
        """
        if any(same(item.should, item.holds) for item in self.directions):
            return "agrees"
        for item in self.directions:
            fills = is_empty(item.holds) and item.should is not None
            if fills or not item.weak:
                return "differs"
        return "says nothing"

    @property
    def left_value(self) -> Value | Unknown:
        """What the left side holds or, where it is only read, comes to."""
        held = [item.holds for item in self.directions if item.side == "left"]
        return held[0] if held else self.directions[0].should

    @property
    def right_value(self) -> Value | Unknown:
        """What the right side holds or, where it is only read, comes to."""
        held = [item.holds for item in self.directions if item.side == "right"]
        return held[0] if held else self.directions[0].should


class Comparer:
    """Compares the records of one pair."""

    def __init__(self, pair: Pair, images: Images) -> None:
        self._pair = pair
        self._images = images

    def compare(self, link: Link, left: Record, right: Record) -> list[LineComparison]:
        """Return one comparison for every line."""
        return [self._line(line, link, left, right) for line in self._pair.lines]

    def _line(self, line: MapLine, link: Link, left: Record, right: Record) -> LineComparison:
        return LineComparison(
            line=line,
            directions=tuple(self._directions(line, link, left, right)),
        )

    def who_changed(self, unit: Iterable[LineComparison], link: Link, left: Record, right: Record) -> ChangedSide:
        """Return who changed since the last sync in any line of a unit; `rule` when a line was not merged yet."""
        lines = [item.line for item in unit]
        if any(line.digest not in link.lines for line in lines):
            return "rule"
        here = any(self._changed(line, "left", left, link.left_base) for line in lines)
        there = any(self._changed(line, "right", right, link.right_base) for line in lines)
        return "both" if here and there else "left" if here else "right" if there else "neither"

    def _directions(self, line: MapLine, link: Link, left: Record, right: Record) -> Iterable[Direction]:
        pair = self._pair
        if line.to_right is not None:
            yield self._direction(line, "right", line.to_right, pair.left, pair.right, left, right, link.suffix)
        if line.to_left is not None:
            yield self._direction(line, "left", line.to_left, pair.right, pair.left, right, left, link.suffix)

    def _direction(
        self,
        line: MapLine,
        side: Side,
        assignment: Assignment,
        source: Endpoint,
        target: Endpoint,
        read: Record,
        written: Record,
        suffix: Mapping[str, str],
    ) -> Direction:
        """Return a direction; what a clone's fields carry at their end belongs to the map."""
        other: Side = "left" if side == "right" else "right"
        should = self._images.image(assignment, source, target, _bare(read.fields, other, suffix))
        added = suffix.get(f"{side}:{assignment.target}")
        if added and isinstance(should, str):
            should = canonical(should + added, assignment.type)
        return Direction(
            side=side,
            assignment=assignment,
            should=should,
            holds=canonical(written.fields.get(assignment.target), assignment.type),
            weak=line.when_empty or isinstance(assignment.value, Constant),
        )

    def _changed(self, line: MapLine, side: Side, record: Record, base: Fields) -> bool:
        """Return whether a side differs from its own base: in what it feeds the line, or else in its field."""
        endpoint, feeding, written = (
            (self._pair.left, line.to_right, line.to_left)
            if side == "left"
            else (self._pair.right, line.to_left, line.to_right)
        )
        if feeding is not None:
            now = {
                name: canonical(record.fields.get(name), self._images.type_of(endpoint, name))
                for name in {path[0] for path in feeding.reads}
            }
            then = {**base, "id": record.id}
            return not same(
                self._images.contribution(feeding, endpoint.connection, {**now, "id": record.id}),
                self._images.contribution(feeding, endpoint.connection, then),
            )
        if written is None:
            return False
        held = canonical(record.fields.get(written.target), self._images.type_of(endpoint, written.target))
        return not same(held, base.get(written.target))


def units(comparisons: Iterable[LineComparison]) -> list[list[LineComparison]]:
    """Return the comparisons as the rules resolve lines: a group's together, every other alone."""
    found: dict[object, list[LineComparison]] = {}
    for number, comparison in enumerate(comparisons):
        found.setdefault(comparison.line.group or number, []).append(comparison)
    return list(found.values())


def explain(item: LineComparison, changed: ChangedSide) -> DifferenceKind:
    """Return why a line differs; `changed` is who changed in its unit, because a line of a group travels with it."""
    if changed == "rule" or item.line.enforce:
        return "pending"
    to_right, to_left = _travels(item, "right"), _travels(item, "left")
    if (changed in {"left", "both"} and to_right) or (changed in {"right", "both"} and to_left):
        return "pending"
    return "drift" if changed == "neither" and to_right and to_left else "left alone"


def _travels(item: LineComparison, side: Side) -> bool:
    """Return whether what this line says reaches a side: a weak line writes only where nothing is."""
    return any(
        one.side == side and one.travels and (not one.weak or (is_empty(one.holds) and one.should is not None))
        for one in item.directions
    )


def _bare(fields: Mapping[str, Value], side: Side, suffix: Mapping[str, str]) -> Mapping[str, Value]:
    """Return a record's fields without what a clone's carry at their end."""
    bare = dict(fields)
    for place, added in suffix.items():
        owner, _, name = place.partition(":")
        value = fields.get(name)
        if owner == side and isinstance(value, str) and value.endswith(added):
            bare[name] = value.removesuffix(added)
    return bare
