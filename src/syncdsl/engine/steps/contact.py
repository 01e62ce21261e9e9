"""First contact: two unlinked records that are the same, and records whose partner cannot be told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Hold, Skip
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.engine.lines import apply_line, line_state, promised_link, settled_link, units_of
from syncdsl.engine.mapping import Mapped
from syncdsl.engine.merging import Stamps, merge_first
from syncdsl.engine.operations import LinkRecords, SetAside
from syncdsl.engine.steps.create import clone_partner
from syncdsl.engine.steps.linked import stamps_of
from syncdsl.engine.steps.units import write_units
from syncdsl.state import Link

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.matching import Match
    from syncdsl.engine.merging import LineState
    from syncdsl.plan.pairs import Pair
    from syncdsl.state.records import LinkOrigin

_ORIGINS: dict[str, LinkOrigin] = {"duplicate": "matched", "adopt": "adopted", "key": "key"}


def hold_dispute(
    pair: Pair, context: Context, side: SideName, record: Record, candidates: tuple[Record, ...], reason: str
) -> None:
    """Leave a record whose partner cannot be told to a person."""
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


def first_contact(pair: Pair, context: Context, found: Match) -> None:
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
    stamps = stamps_of(context, left, right)
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
        origin=_ORIGINS[found.how],
        linked_at=context.run.clock(),
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
