"""Derived values: one-way lines over fields that this very change set writes to the side they read.

`Name <-> name` and `"{Name} & co" -> company`: a customer renamed on the right changes Name on the left, and company on
the right has to follow. Bases cannot tell, because after our own write the left holds what its base says; so such lines
are decided over the records as they will be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.engine.lines import apply_line, line_state, units_of
from syncdsl.engine.mapped import Mapped
from syncdsl.schema.values import PartnerOf

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.merging import Decision, LineState
    from syncdsl.plan.pairs import Assignment, MapLine, Pair
    from syncdsl.schema.values import Fields
    from syncdsl.state import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """Units that follow the writes of their own change set, with the two records as they will be after these."""

    units: tuple[tuple[tuple[LineState, ...], SideName], ...] = ()
    left: Record | None = None
    right: Record | None = None

    @property
    def lines(self) -> set[str]:
        """The digests of the lines that follow."""
        return {state.line.digest for unit, _ in self.units for state in unit}


NOTHING = Derived()


def derived(
    pair: Pair,
    context: Context,
    link: Link,
    left: Record,
    right: Record,
    decisions: Iterable[tuple[tuple[LineState, ...], Decision]],
) -> Derived:
    """Return the one-way units that are settled as the records are, and not as they will be."""
    travelling: list[tuple[tuple[LineState, ...], SideName]] = []
    targets: dict[SideName, set[str]] = {"left": set(), "right": set()}
    open_lines: set[str] = set()
    for unit, decision in decisions:
        if decision != "settled":
            open_lines.update(state.line.digest for state in unit)
        if decision in {"to_left", "to_right"}:
            side: SideName = "left" if decision == "to_left" else "right"
            travelling.append((unit, side))
            targets[side].update(one.target for state in unit if (one := _toward(state.line, side)) is not None)
    following = [
        line
        for line in pair.one_way_lines
        if line.digest in link.lines and line.digest not in open_lines and _reads_any(line, targets)
    ]
    # Nearly always nothing follows, and then nothing has to be evaluated for it.
    if not following:
        return NOTHING
    written: dict[SideName, Fields] = {"left": {}, "right": {}}
    for unit, side in travelling:
        written[side].update(_written(pair, context, link, unit, side, left if side == "right" else right))
    following = [line for line in following if _reads_any(line, written)]
    if not following:
        return NOTHING
    then_left = replace(left, fields={**left.fields, **written["left"]})
    then_right = replace(right, fields={**right.fields, **written["right"]})
    found: list[tuple[tuple[LineState, ...], SideName]] = []
    for unit in units_of([line_state(pair, context, line, then_left, then_right, link) for line in following]):
        toward: SideName = "right" if unit[0].can_right else "left"
        if any(not state.agrees for state in unit):
            found.append((unit, toward))
    return Derived(units=tuple(found), left=then_left, right=then_right)


def _written(
    pair: Pair, context: Context, link: Link, unit: tuple[LineState, ...], side: SideName, source: Record
) -> Fields:
    """Return what a unit that travels writes to a side, as far as it is known before."""
    values: Fields = {}
    for state in unit:
        assignment = _toward(state.line, side)
        if assignment is None or assignment.create_only:
            continue
        outcome = apply_line(pair, context, state.line, side, source, link.suffix)
        if isinstance(outcome, Mapped) and not isinstance(outcome.value, PartnerOf):
            values[assignment.target] = outcome.value
    return values


def _reads_any(line: MapLine, written: Mapping[SideName, Container[str]]) -> bool:
    """Return whether a one-way line reads a field that is written."""
    side: SideName = "left" if line.to_right is not None else "right"
    assignment = line.to_right or line.to_left
    return assignment is not None and any(path[0] in written[side] for path in assignment.reads)


def _toward(line: MapLine, side: SideName) -> Assignment | None:
    return line.to_right if side == "right" else line.to_left
