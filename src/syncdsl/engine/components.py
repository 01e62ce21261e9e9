"""Which records have to be decided together: those that share the form of a key, directly or through others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.engine.key_sources import sources_of
from syncdsl.engine.lines import SIDES
from syncdsl.engine.nesting import inside, side_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.key_sources import Sources
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Pair


@dataclass(slots=True, kw_only=True)
class Component:
    """Records in scope of a pair that are decided together: all of them by side, and those without a link.

    Nothing outside shares a key with a free record inside, so what is decided here does not depend on the rest.
    """

    left: dict[str, Record] = field(default_factory=dict)
    right: dict[str, Record] = field(default_factory=dict)
    free_left: dict[str, Record] = field(default_factory=dict)
    free_right: dict[str, Record] = field(default_factory=dict)

    def side(self, side: SideName) -> dict[str, Record]:
        """Return the records of a side."""
        return self.left if side == "left" else self.right

    def free(self, side: SideName) -> dict[str, Record]:
        """Return the records of a side that have no link and are not set aside."""
        return self.free_left if side == "left" else self.free_right


def component(pair: Pair, context: Context, side: SideName, ids: Iterable[str], sources: Sources) -> Component:
    """Return the component around some free records of one side.

    It grows through free records only: those that are linked claim nobody. Records that carry each other's keys are in
    it together, whichever was looked at first: `sources` tells whose keys are carried.
    """
    state = context.run.state
    found = Component()
    waiting: dict[SideName, set[str]] = {"left": set(), "right": set()}
    waiting[side] = set(ids)
    seen: dict[SideName, set[str]] = {"left": set(), "right": set()}
    while waiting["left"] or waiting["right"]:
        fresh: dict[SideName, set[str]] = {"left": set(), "right": set()}
        for here in SIDES:
            names = waiting[here] - seen[here]
            seen[here] |= names
            free = _take(pair, context, here, sorted(names), found)
            _bring_carriers(pair, context, here, free, fresh)
            for other, found_there in sources_of(pair, context, here, free, sources).items():
                fresh[other] |= found_there
            lefts, rights = state.sharing(pair.name, here, free) if pair.keys or pair.adopt else (set(), set())
            fresh["left"] |= lefts
            fresh["right"] |= rights
        waiting = {"left": fresh["left"] - seen["left"], "right": fresh["right"] - seen["right"]}
    for part in (found.left, found.right, found.free_left, found.free_right):
        ordered = sorted(part.items())
        part.clear()
        part.update(ordered)
    return found


def _take(pair: Pair, context: Context, side: SideName, ids: list[str], into: Component) -> list[str]:
    """Add the records of some ids that are in scope; return those that are free."""
    endpoint = side_of(pair, side)
    asides = context.view.set_asides(pair.name)
    records = context.observations[endpoint.observe].records.many(ids)
    links = context.view.links(pair.name).by_side(side).many(ids)
    free: list[str] = []
    for record_id, record in records.items():
        if not inside(pair, context, side, record):
            continue
        into.side(side)[record_id] = record
        if record_id not in links and (side, record_id) not in asides:
            into.free(side)[record_id] = record
            free.append(record_id)
    return free


def _bring_carriers(
    pair: Pair, context: Context, side: SideName, free: list[str], into: dict[SideName, set[str]]
) -> None:
    """Add the records of the other side that carry the keys of free records."""
    other: SideName = "right" if side == "left" else "left"
    endpoint = side_of(pair, other)
    if endpoint.key_field is None or not free:
        return
    keys = [context.pair_key(pair, side, record_id) for record_id in free]
    for ids in context.observations[endpoint.observe].records.carriers(keys).values():
        into[other].update(ids)
