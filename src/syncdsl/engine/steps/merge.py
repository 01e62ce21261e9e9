"""Merge: what each pair of records, and each record without a partner, comes to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from syncdsl.changes.effects import Hold, Skip
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.engine.lines import apply_line, line_state, promised_link, settled_link, stamp_text, units_of
from syncdsl.engine.mapping import Mapped
from syncdsl.engine.merging import Decision, LineState, Stamps, merge_changed, merge_first
from syncdsl.engine.operations import LinkRecords, SetAside
from syncdsl.engine.steps.create import clone_partner, create_partner, draft_partners
from syncdsl.engine.steps.match import mark_gone
from syncdsl.engine.steps.units import write_units
from syncdsl.state import Link

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.matching import Linked, Match
    from syncdsl.plan.pairs import Pair
    from syncdsl.plan.steps import MergeStep
    from syncdsl.state.records import LinkStatus

SideName = Literal["left", "right"]


def merge(step: MergeStep, context: Context) -> None:
    """Turn a pair's matches into operations and holds."""
    pair = context.plan.pairs[step.pair]
    result = context.matches[pair.name]
    for link, status in result.gone:
        _report_gone(pair, context, link, status)
    for dispute in result.disputes:
        _hold_dispute(pair, context, dispute.side, dispute.record, dispute.candidates, dispute.reason)
    # Everything that will have a partner is known before any reference is looked at: records may refer to each other.
    for record in result.create_right:
        context.plan_partner(
            pair.left.connection, pair.left.module, record.id, pair.right.connection, pair.right.module
        )
    for record in result.create_left:
        context.plan_partner(
            pair.right.connection, pair.right.module, record.id, pair.left.connection, pair.left.module
        )
    for found in result.matches:
        _first_contact(pair, context, found)
    alone: list[tuple[Record, SideName]] = [
        *((record, "left") for record in result.create_right),
        *((record, "right") for record in result.create_left),
    ]
    drafts = draft_partners(pair, context, alone)
    for item in result.linked:
        _linked(pair, context, item)
    for record, side, draft in drafts:
        create_partner(pair, context, record, side, found=draft)


def _report_gone(pair: Pair, context: Context, link: Link, status: LinkStatus) -> None:
    """`on delete: keep`: the partner stays, the deleted record is never made again."""
    context.view.put_link(mark_gone(link, status))
    context.baseline["deleted records noted"] += 1
    lost = pair.left if status == "left_gone" else pair.right
    lost_id = link.left_id if status == "left_gone" else link.right_id
    if status == "both_gone":
        context.reported.append(f"{pair.name}: both records of a link were deleted ({link.left_id}, {link.right_id})")
    else:
        context.reported.append(
            f"{lost.connection}.{lost.module}/{lost_id} was deleted; its partner is kept and it is not made again"
        )


def _hold_dispute(
    pair: Pair, context: Context, side: SideName, record: Record, candidates: tuple[Record, ...], reason: str
) -> None:
    here, there = (pair.left, pair.right) if side == "left" else (pair.right, pair.left)
    context.effects.append(
        Hold(
            rule=pair.name,
            location=pair.location,
            reason=reason,
            why="match",
            record=context.name(here.connection, record),
            candidates=tuple(
                context.name(here.connection if other.module == record.module else there.connection, other)
                for other in candidates
            ),
        )
    )
    context.expect(here.connection, record)


def _first_contact(pair: Pair, context: Context, found: Match) -> None:
    """Two unlinked records that are the same: link and fill, or what `on duplicate` says."""
    left, right = found.left, found.right
    rule = pair.on_duplicate
    suffix = _clone_suffix(pair, context, found)
    states = [line_state(pair, context, line, left, right, None, suffix) for line in pair.lines]
    if found.how == "duplicate":
        if rule.action == "skip":
            _skip(pair, context, left, right, found.key_text)
            return
        if rule.action == "clone":
            clone_partner(pair, context, left, right, rule.into or "right")
            return
        if rule.action == "review" and _differs(states):
            _hold_duplicate(pair, context, left, right, found.key_text, states)
            return
    link, source_side = _new_link(pair, context, found, suffix)
    context.plan_partner(pair.left.connection, pair.left.module, left.id, pair.right.connection, pair.right.module)
    context.plan_partner(pair.right.connection, pair.right.module, right.id, pair.left.connection, pair.left.module)
    key_side: SideName = "right" if source_side == "left" else "left"
    carrier, holder = (right, pair.right) if key_side == "right" else (left, pair.left)
    write_key = holder.key_field is not None and carrier.fields.get(holder.key_field) != link.key
    stamps = _stamps(context, left, right)
    decisions = [
        (
            unit,
            merge_first(
                unit,
                overwrite=rule.into if found.how == "duplicate" and rule.action == "overwrite" else None,
                policy=None if found.how == "duplicate" else pair.on_conflict,
                stamps=stamps,
            ),
        )
        for unit in units_of(states)
    ]
    how = {"key": "carry the same syncdsl key", "adopt": f"name each other by `{found.key_text}`"}.get(
        found.how, f"have the same `{found.key_text}`"
    )
    effect = LinkEffect(
        rule=pair.name,
        location=pair.location,
        reason=f"the records {how}",
        left=context.name(pair.left.connection, left),
        right=context.name(pair.right.connection, right),
        key=link.key,
        key_side=key_side,
        write_key=write_key,
        suffix=suffix,
    )
    settled = settled_link(pair, context, link, left, right, decisions)
    settled = promised_link(pair, context, settled, left, right, decisions, stamps)
    context.view.links(pair.name).put(settled)
    context.add(LinkRecords(effect=effect, pair=pair, link=settled, left=left, right=right))
    context.expect(pair.left.connection, left)
    context.expect(pair.right.connection, right)
    write_units(pair, context, settled, left, right, decisions, first=True)


def _clone_suffix(pair: Pair, context: Context, found: Match) -> dict[str, str]:
    """Return the suffix of a copy that `on duplicate: clone` made and that is linked again by its key."""
    into = pair.on_duplicate.into
    if found.how != "key" or pair.on_duplicate.action != "clone" or into is None:
        return {}
    endpoint, copy, source = (
        (pair.right, found.right, found.left) if into == "right" else (pair.left, found.left, found.right)
    )
    label = context.schema(endpoint.connection, endpoint.module).label_field
    held = copy.fields.get(label)
    for line in pair.lines:
        assignment = line.to_right if into == "right" else line.to_left
        if assignment is None or assignment.target != label:
            continue
        outcome = apply_line(pair, context, line, into, source, {})
        if isinstance(outcome, Mapped) and isinstance(outcome.value, str) and isinstance(held, str):
            added = held.removeprefix(outcome.value)
            if held.startswith(outcome.value) and added[:1] == " " and added[1:].isdecimal():
                return {f"{into}:{label}": added}
    return {}


def _new_link(pair: Pair, context: Context, found: Match, suffix: dict[str, str]) -> tuple[Link, SideName]:
    """Return the link and the side its key is computed from: the left one, or the one the record was made from."""
    left_key = context.pair_key(pair, "left", found.left.id)
    right_key = context.pair_key(pair, "right", found.right.id)
    made_from_right = (pair.left.key_field is not None and found.left.fields.get(pair.left.key_field) == right_key) or (
        pair.right.key_field is None and pair.left.key_field is not None
    )
    key = right_key if made_from_right else left_key
    link = Link(
        uid=key,
        pair=pair.name,
        left_id=found.left.id,
        right_id=found.right.id,
        key=key,
        status="active",
        lines=(),
        left_base={},
        right_base={},
        suffix=suffix,
    )
    return link, "right" if made_from_right else "left"


def _differs(states: list[LineState]) -> bool:
    """Return whether two mapped values that are both there differ."""
    return any(
        merge_first(
            (state,), overwrite=None, policy="review", stamps=Stamps(left=None, right=None, window=dt.timedelta())
        )
        == "hold"
        for state in states
    )


def _skip(pair: Pair, context: Context, left: Record, right: Record, key_text: str) -> None:
    record, other, side, endpoint, there = (
        (right, left, "right", pair.right, pair.left)
        if pair.direction == "left"
        else (left, right, "left", pair.left, pair.right)
    )
    effect = Skip(
        rule=pair.name,
        location=pair.location,
        reason=f"a duplicate by `{key_text}`, and the rule says skip",
        record=context.name(endpoint.connection, record),
        candidates=(context.name(there.connection, other),),
    )
    context.add(SetAside(effect=effect, pair=pair, side=side, record=record))
    other_side = "left" if side == "right" else "right"
    context.add(
        SetAside(
            effect=Skip(
                rule=pair.name,
                location=pair.location,
                reason=effect.reason,
                record=effect.candidates[0],
                candidates=(effect.record,),
            ),
            pair=pair,
            side=other_side,
            record=other,
        )
    )


def _hold_duplicate(
    pair: Pair, context: Context, left: Record, right: Record, key_text: str, states: list[LineState]
) -> None:
    differing = [state.line.text for state in states if not state.agrees and _differs([state])]
    context.effects.append(
        Hold(
            rule=pair.name,
            location=pair.location,
            reason=f"the same `{key_text}`, but different values ({'; '.join(differing[:3])})",
            why="duplicate",
            record=context.name(pair.left.connection, left),
            candidates=(context.name(pair.right.connection, right),),
        )
    )
    context.expect(pair.left.connection, left)
    context.expect(pair.right.connection, right)


def _stamps(context: Context, left: Record, right: Record, link: Link | None = None) -> Stamps:
    """Return when people changed the records; a stamp that our own write left says nothing about them."""
    return Stamps(
        left=None if link and link.left_written == stamp_text(left) else left.modified,
        right=None if link and link.right_written == stamp_text(right) else right.modified,
        window=context.stamp_window,
    )


def _linked(pair: Pair, context: Context, item: Linked) -> None:
    """Merge a linked pair field by field, and put back a key that is missing."""
    link, left, right = item.link, item.left, item.right
    states = [line_state(pair, context, line, left, right, link) for line in pair.lines]
    stamps = _stamps(context, left, right, link)
    decisions: list[tuple[tuple[LineState, ...], Decision]] = []
    for unit in units_of(states):
        known = all(state.line.digest in link.lines for state in unit)
        decisions.append(
            (
                unit,
                merge_changed(unit, pair.on_conflict, stamps)
                if known
                else merge_first(unit, overwrite=None, policy=pair.on_conflict, stamps=stamps),
            )
        )
    _restore_key(pair, context, link, left, right)
    settled = settled_link(pair, context, link, left, right, decisions)
    if settled != link:
        context.view.put_link(settled)
        context.baseline["accepted values"] += 1
    write_units(pair, context, settled, left, right, decisions)


def _restore_key(pair: Pair, context: Context, link: Link, left: Record, right: Record) -> None:
    """Write a key again that a person cleared, or whose write failed."""
    from_right = link.key == context.pair_key(pair, "right", right.id)
    key_side: SideName = "left" if from_right else "right"
    carrier, endpoint = (left, pair.left) if from_right else (right, pair.right)
    if endpoint.key_field is None or carrier.fields.get(endpoint.key_field) == link.key:
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
