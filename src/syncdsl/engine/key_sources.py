"""Whose key a record carries: the record that it was made from or linked with, where no link tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from syncdsl.engine.lines import FACING
from syncdsl.engine.nesting import inside, side_of
from syncdsl.state import chunks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Pair

Sources: TypeAlias = "dict[str, tuple[SideName, str]]"
"""The side and id of the source of a syncdsl key."""


def key_sources(
    pair: Pair,
    context: Context,
    free: Mapping[SideName, list[str]],
    carried: Mapping[SideName, set[str]],
    *,
    everything: bool,
) -> Sources:
    """Return the sources of the keys that free records carry and that belong to no link.

    A key names its source only one way, so all free records have to be tried; that happens only when a key turns up
    that is unknown, as after the loss of a state.
    """
    sources: Sources = {}
    for side, other in FACING:
        unknown = carried[other] - context.view.known_keys(carried[other])
        if not unknown:
            continue
        for record_id in free[side]:
            key = context.pair_key(pair, side, record_id)
            if key in unknown:
                sources[key] = (side, record_id)
        if not everything and not unknown <= sources.keys():
            sources.update(_among_all(pair, context, side, unknown - sources.keys()))
    return sources


def _among_all(pair: Pair, context: Context, side: SideName, unknown: set[str]) -> Sources:
    """Look for sources among all free records of a side."""
    found: Sources = {}
    index = context.view.links(pair.name).by_side(side)
    for batch in context.observations[side_of(pair, side).observe].records.batches():
        linked = index.many(record.id for record in batch)
        for record in batch:
            key = context.pair_key(pair, side, record.id)
            if key in unknown and record.id not in linked and inside(pair, context, side, record):
                found[key] = (side, record.id)
    return found


def sources_of(
    pair: Pair, context: Context, side: SideName, ids: list[str], sources: Sources
) -> dict[SideName, set[str]]:
    """Return the sources of the keys that some records of a side carry."""
    found: dict[SideName, set[str]] = {"left": set(), "right": set()}
    field = side_of(pair, side).key_field
    if not sources or field is None:
        return found
    for some in chunks(ids):
        for record in context.observations[side_of(pair, side).observe].records.many(some).values():
            source = sources.get(str(record.fields.get(field)))
            if source is not None and source[0] != side:
                found[source[0]].add(source[1])
    return found
