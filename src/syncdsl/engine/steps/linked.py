"""Linked: the merge of two records that are partners already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.engine.lines import line_state, settled_link, stamp_text, units_of
from syncdsl.engine.merging import Decision, LineState, Stamps, merge_changed, merge_first
from syncdsl.engine.operations import LinkRecords
from syncdsl.engine.steps.derived import derived
from syncdsl.engine.steps.enforced import answered
from syncdsl.engine.steps.units import settle_conflicts, write_units

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.matching import Linked
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.state import Link


def is_settled(pair: Pair, context: Context, link: Link, left: Record, right: Record) -> bool:
    """Return whether nothing is to be decided about a link: every line knows it, no field changed, the key is there."""
    touched = context.touched(pair)
    return touched.knows_all(link) and not touched.lines(link, left, right) and _carry(pair, link, left, right)


def linked(pair: Pair, context: Context, item: Linked) -> None:
    """Merge a linked pair field by field, and put back a key that is missing."""
    link, left, right = item.link, item.left, item.right
    touched = context.touched(pair)
    lines = touched.lines(link, left, right)
    if not lines and touched.knows_all(link):
        _restore_key(pair, context, link, left, right)
        return
    states = [line_state(pair, context, line, left, right, link) for line in lines]
    stamps = stamps_of(context, left, right, link)
    decisions: list[tuple[tuple[LineState, ...], Decision]] = []
    for unit in units_of(states):
        known = all(state.line.digest in link.lines for state in unit)
        if known:
            decision = merge_changed(unit, pair.on_conflict, stamps)
            if answered(pair, context, link, unit, decision, left, right):
                decision = "settled"
        else:
            # New and changed lines, and those that could not be settled: as on first contact, for these fields only.
            decision = merge_first(unit, overwrite=None, policy=pair.on_conflict, stamps=stamps)
            if link.lines and decision != "hold":
                context.baseline["values under new or changed lines"] += len(unit)
        decisions.append((unit, decision))
    decisions, persons = settle_conflicts(pair, context, left, right, decisions)
    _restore_key(pair, context, link, left, right)
    settled = settled_link(pair, context, link, left, right, decisions)
    if settled != link:
        context.view.settle_link(settled)
        context.baseline["accepted values"] += 1
    following = derived(pair, context, link, left, right, decisions)
    write_units(pair, context, settled, left, right, decisions, decided=persons, derived=following)


def _restore_key(pair: Pair, context: Context, link: Link, left: Record, right: Record) -> None:
    """Write a key again that a person cleared, or whose write failed."""
    if _carry(pair, link, left, right):
        return
    from_right = link.key == context.pair_key(pair, "right", right.id)
    key_side: SideName = "left" if from_right else "right"
    carrier, endpoint = (left, pair.left) if from_right else (right, pair.right)
    if _carries(endpoint, carrier, link.key):
        return
    effect = LinkEffect(
        rule=pair.name,
        location=pair.location,
        reason="the records are linked, but the syncdsl key is missing",
        left=context.name(pair.left.connection, left),
        right=context.name(pair.right.connection, right),
        key=link.key,
        key_side=key_side,
        write_key=True,
        suffix=link.suffix,
    )
    context.add(LinkRecords(effect=effect, pair=pair, link=link, left=left, right=right))


def _carry(pair: Pair, link: Link, left: Record, right: Record) -> bool:
    """Return whether both records carry their key, or have no field for it."""
    return _carries(pair.left, left, link.key) and _carries(pair.right, right, link.key)


def _carries(endpoint: Endpoint, record: Record, key: str) -> bool:
    """Return whether a record carries a key, or its module has no field for it."""
    return endpoint.key_field is None or record.fields.get(endpoint.key_field) == key


def stamps_of(context: Context, left: Record, right: Record, link: Link | None = None) -> Stamps:
    """Return when people changed the records; a stamp that our own write left says nothing about them."""
    return Stamps(
        left=None if link and link.left_written == stamp_text(left) else left.modified,
        right=None if link and link.right_written == stamp_text(right) else right.modified,
        window=context.stamp_window,
    )
