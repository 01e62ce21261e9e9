"""First contact: two unlinked records that are the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.changes.decisions import MakeCopy, TakeSide
from syncdsl.changes.decisions import SetAside as AsideDecision
from syncdsl.changes.effects import Hold, Skip
from syncdsl.changes.effects import Link as LinkEffect
from syncdsl.engine.lines import apply_line, line_state, promised_link, settled_link, units_of
from syncdsl.engine.mapped import Mapped
from syncdsl.engine.merging import Stamps, merge_first
from syncdsl.engine.operations import LinkRecords, SetAside
from syncdsl.engine.steps.create import clone_partner
from syncdsl.engine.steps.linked import stamps_of
from syncdsl.engine.steps.units import settle_conflicts, write_units
from syncdsl.state import Link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.matching import Match
    from syncdsl.engine.merging import LineState
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import Pair, Winner
    from syncdsl.state.records import LinkOrigin

_ORIGINS: dict[str, LinkOrigin] = {"duplicate": "matched", "adopt": "adopted", "key": "key", "review": "review"}


def first_contact(pair: Pair, context: Context, found: Match) -> None:
    """Two unlinked records that are the same: link and fill, or what `on duplicate` says."""
    left, right = found.left, found.right
    rule = pair.on_duplicate
    suffix = _clone_suffix(pair, context, found)
    states = [line_state(pair, context, line, left, right, None, suffix) for line in pair.lines]
    decided = found.decided
    overwrite = rule.into if found.how in {"duplicate", "review"} and rule.action == "overwrite" else None
    persons: dict[str, Decided] = {}
    if found.how == "duplicate":
        if rule.action == "skip":
            _skip(pair, context, left, right, f"a duplicate by `{found.key_text}`, and the rule says skip")
            return
        if rule.action == "clone":
            clone_partner(pair, context, left, right, rule.into or "right")
            return
        if rule.action == "review" and _differs(states):
            hold = _duplicate_hold(pair, context, left, right, found.key_text, states)
            decided = context.reviews.of(hold)
            if decided is None or not isinstance(decided.decision, TakeSide):
                _set_apart(pair, context, left, right, hold, decided)
                return
            overwrite = "right" if decided.decision.side == "left" else "left"
            persons = {line.digest: decided for line in pair.lines}
    link, source_side = _new_link(pair, context, found, suffix)
    link = replace(link, origin="review") if decided else link
    how = {"key": "carry the same syncdsl key", "adopt": f"name each other by `{found.key_text}`"}.get(
        found.how, f"have the same `{found.key_text}`"
    )
    join(
        pair,
        context,
        link,
        left,
        right,
        key_side="right" if source_side == "left" else "left",
        reason=decided.reason if decided else f"the records {how}",
        overwrite=overwrite,
        policy=None if found.how == "duplicate" else pair.on_conflict,
        decided=decided,
        persons=persons,
    )


def join(
    pair: Pair,
    context: Context,
    link: Link,
    left: Record,
    right: Record,
    *,
    key_side: SideName,
    reason: str,
    overwrite: SideName | None,
    policy: Winner | None,
    decided: Decided | None = None,
    persons: Mapping[str, Decided] | None = None,
) -> None:
    """Make two records partners, and merge their values for the first time.

    `decided` is the decision of a person to link them, `persons` those about values, by the
    digests of lines. An empty side is filled; two different values follow `overwrite`, the side that takes the
    other's, else `policy`.
    """
    context.plan_partner(pair.left.connection, pair.left.module, left.id, pair.right.connection, pair.right.module)
    context.plan_partner(pair.right.connection, pair.right.module, right.id, pair.left.connection, pair.left.module)
    carrier, holder = (right, pair.right) if key_side == "right" else (left, pair.left)
    stamps = stamps_of(context, left, right)
    states = [line_state(pair, context, line, left, right, None, link.suffix) for line in pair.lines]
    decisions, settled_by = settle_conflicts(
        pair,
        context,
        left,
        right,
        [(unit, merge_first(unit, overwrite=overwrite, policy=policy, stamps=stamps)) for unit in units_of(states)],
    )
    effect = LinkEffect(
        rule=pair.name,
        location=pair.location,
        reason=reason,
        left=context.name(pair.left.connection, left),
        right=context.name(pair.right.connection, right),
        key=link.key,
        key_side=key_side,
        write_key=holder.key_field is not None and carrier.fields.get(holder.key_field) != link.key,
        suffix=link.suffix,
    )
    settled = settled_link(pair, context, link, left, right, decisions)
    settled = promised_link(pair, context, settled, left, right, decisions, stamps)
    context.view.links(pair.name).put(settled)
    by_person = (decided,) if decided else ()
    context.add(LinkRecords(effect=effect, pair=pair, link=settled, left=left, right=right, decided=by_person))
    context.expect(pair.left.connection, left)
    context.expect(pair.right.connection, right)
    write_units(pair, context, settled, left, right, decisions, first=True, decided={**(persons or {}), **settled_by})


def _set_apart(pair: Pair, context: Context, left: Record, right: Record, hold: Hold, decided: Decided | None) -> None:
    """Do with duplicates what a person decided, short of linking them; hold them while nobody did."""
    match decided.decision if decided else None:
        case MakeCopy(side=side) if pair.direction in {"both", side}:
            clone_partner(pair, context, left, right, side, decided=decided)
        case AsideDecision():
            _skip(pair, context, left, right, decided.reason if decided else "", decided)
        case _:
            context.hold(hold)
            context.expect(pair.left.connection, left)
            context.expect(pair.right.connection, right)


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


def _skip(
    pair: Pair, context: Context, left: Record, right: Record, reason: str, decided: Decided | None = None
) -> None:
    by_person = (decided,) if decided else ()
    record, other, side, endpoint, there = (
        (right, left, "right", pair.right, pair.left)
        if pair.direction == "left"
        else (left, right, "left", pair.left, pair.right)
    )
    effect = Skip(
        rule=pair.name,
        location=pair.location,
        reason=reason,
        record=context.name(endpoint.connection, record),
        candidates=(context.name(there.connection, other),),
    )
    context.add(SetAside(effect=effect, pair=pair, side=side, record=record, decided=by_person))
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
            decided=by_person,
        )
    )


def _duplicate_hold(
    pair: Pair, context: Context, left: Record, right: Record, key_text: str, states: list[LineState]
) -> Hold:
    differing = [state.line.text for state in states if not state.agrees and _differs([state])]
    return Hold(
        rule=pair.name,
        location=pair.location,
        reason=f"the same `{key_text}`, but different values ({'; '.join(differing[:3])})",
        why="duplicate",
        record=context.name(pair.left.connection, left),
        candidates=(context.name(pair.right.connection, right),),
    )
