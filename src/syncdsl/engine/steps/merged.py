"""Merged: the pair of a record that another one of its module has swallowed, as the system itself confirms.

The losing record's partner belongs to the survivor from now on. Where that cannot be said for certain (the survivor has
a partner of its own, or two losers had one each) nothing is linked, and nothing deleted either: a person decides.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.engine.nesting import inside
from syncdsl.engine.steps.contact import join
from syncdsl.engine.steps.deleted import hold_deleted, lost_name

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.plan.pairs import Pair
    from syncdsl.state import Link
    from syncdsl.state.records import LinkStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A link whose record on `lost` was merged into `survivor`.

    `record` is the survivor where the partner can be given to it, `again` the link as it goes on; else `reason` says
    why not, with the `candidates`.
    """

    link: Link
    lost: SideName
    survivor: str
    record: Record | None = None
    again: Link | None = None
    reason: str = ""
    candidates: tuple[RecordName, ...] = ()


def take_merged(pair: Pair, context: Context, gone: list[tuple[Link, LinkStatus]]) -> list[Merged]:
    """Take the links of merged records out of `gone`, and see to it that no survivor is matched or gets a partner."""
    found: list[tuple[Link, SideName, str]] = []
    for link, status in gone:
        if link.status != "active" or status == "both_gone":
            continue
        lost: SideName = "left" if status == "left_gone" else "right"
        endpoint, lost_id = (pair.left, link.left_id) if lost == "left" else (pair.right, link.right_id)
        survivor = context.observations[endpoint.observe].survivors.get(lost_id)
        if survivor is not None:
            found.append((link, lost, survivor))
    if not found:
        return []
    taken = {link.uid for link, _, _ in found}
    gone[:] = [item for item in gone if item[0].uid not in taken]
    claims = Counter((lost, survivor) for _, lost, survivor in found)
    decided = [
        _decide(pair, context, link, lost, survivor, alone=claims[lost, survivor] == 1)
        for link, lost, survivor in found
    ]
    context.in_doubt.update((pair.name, item.survivor) for item in decided)
    for item in decided:
        if item.again is not None:
            # From here on references and children find the survivor's partner.
            context.view.links(pair.name).put(item.again)
    return decided


def _decide(pair: Pair, context: Context, link: Link, lost: SideName, survivor: str, *, alone: bool) -> Merged:
    """Say what becomes of one link, and why it cannot go on where it cannot."""
    endpoint, there = (pair.left, pair.right) if lost == "left" else (pair.right, pair.left)
    record = context.observations[endpoint.observe].records.get(survivor)
    item = Merged(link=link, lost=lost, survivor=survivor)
    if record is None or not inside(pair, context, lost, record):
        return replace(item, reason="which is out of scope")
    candidates: tuple[RecordName, ...] = (context.name(endpoint.connection, record),)
    theirs = context.view.links(pair.name).by_side(lost).get(survivor)
    if theirs is not None:
        other_id = theirs.right_id if lost == "left" else theirs.left_id
        other = context.observations[there.observe].records.get(other_id)
        if other is not None:
            candidates = (*candidates, context.name(there.connection, other))
        return replace(item, reason="which has a partner of its own", candidates=candidates)
    if not alone:
        return replace(item, reason="as was another one with a partner", candidates=candidates)
    partner = context.observations[there.observe].records.get(link.right_id if lost == "left" else link.left_id)
    if partner is None or not inside(pair, context, "right" if lost == "left" else "left", partner):
        return replace(item, reason="while this record is out of scope", candidates=candidates)
    if (pair.name, survivor) in context.in_doubt or (lost, survivor) in context.view.set_asides(pair.name):
        return replace(item, reason="which is set aside or in doubt", candidates=candidates)
    return replace(item, record=record, again=_again(pair, context, link, lost, survivor))


def _again(pair: Pair, context: Context, link: Link, lost: SideName, survivor: str) -> Link:
    """Return the link as it goes on: the key is that of the record it was made from, and changes with that one only."""
    moved = replace(link, left_id=survivor) if lost == "left" else replace(link, right_id=survivor)
    from_left = link.key == context.pair_key(pair, "left", link.left_id)
    key = (
        context.pair_key(pair, "left", moved.left_id) if from_left else context.pair_key(pair, "right", moved.right_id)
    )
    return replace(moved, key=key, lines=(), left_base={}, right_base={}, status="active")


def merged(pair: Pair, context: Context, item: Merged) -> None:
    """Give the partner of a record that was merged away to the one that survived, or leave both to a person.

    Values follow `on conflict` where they differ, as on any first contact without a duplicate.
    """
    link = item.link
    side: SideName = "right" if item.lost == "left" else "left"
    if item.record is None or item.again is None:
        context.severed.add(link.uid)
        reason = f"its partner was merged into another one, {item.reason}"
        hold_deleted(pair, context, link, side, reason, item.candidates)
        return
    there, partner_id = (pair.right, link.right_id) if side == "right" else (pair.left, link.left_id)
    partner = context.observations[there.observe].records[partner_id]
    left, right = (item.record, partner) if item.lost == "left" else (partner, item.record)
    key_side: SideName = "right" if item.again.key == context.pair_key(pair, "left", left.id) else "left"
    join(
        pair,
        context,
        item.again,
        left,
        right,
        key_side=key_side,
        reason=f"{lost_name(pair, context, link, side).text} was merged into it",
        overwrite=None,
        policy=pair.on_conflict,
    )
