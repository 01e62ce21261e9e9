"""Deleted: what becomes of a pair of which one record or both are gone for certain.

A link keeps its status until what the rules say has come about: while a delete is refused, or held for a person, each
look at the pair confirms anew that its record is absent, and decides anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.changes.decisions import DeactivatePartner, DeletePartner, KeepPartner, RestoreDeleted
from syncdsl.changes.effects import Deactivate, Delete, Hold, RecordName
from syncdsl.engine.lines import pair_fields
from syncdsl.engine.nesting import inside, parent_of
from syncdsl.engine.operations import DeactivateRecord, DeleteRecord, Evidence
from syncdsl.engine.steps.create import create_partner
from syncdsl.schema.values import show

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import Endpoint, Pair
    from syncdsl.schema.values import Fields
    from syncdsl.state import Link
    from syncdsl.state.records import LinkStatus

Choice: TypeAlias = Literal["keep", "deactivate", "delete", "restore"]
"""What a person can decide about a pair of which one record is gone."""


def deleted(pair: Pair, context: Context, link: Link, status: LinkStatus) -> None:
    """Decide on a link with `status`, which it does not have yet: what `on delete` says, or a person.

    The partner is taken away only while it is as it was when both were last the same (an edit beats a delete), and
    while no other module links it.
    """
    if link.status == status:
        return
    if status == "both_gone":
        context.reported.append(f"{pair.name}: both records of a link were deleted ({link.left_id}, {link.right_id})")
        remember_gone(context, link, status)
        return
    context.severed.add(link.uid)
    side: SideName = "right" if status == "left_gone" else "left"
    action = pair.on_delete.get("left" if status == "left_gone" else "right", "keep")
    partner = _partner(pair, context, link, side)
    if link.status == "both_gone":
        hold_deleted(pair, context, link, side, "it came back after it was deleted; its partner did not")
    elif action == "keep" or partner is None:
        keep_partner(pair, context, link, status)
    elif action == "review":
        hold_deleted(pair, context, link, side, "its partner was deleted, and the rule says review")
    elif link.status != "active":
        hold_deleted(pair, context, link, side, "it came back after it was deleted; now its partner is deleted")
    elif (field := _edited(pair, context, link, side, partner)) is not None:
        hold_deleted(pair, context, link, side, f"its partner was deleted, but `{field}` changed here since")
    elif (other := _linked_elsewhere(pair, context, partner, side)) is not None:
        hold_deleted(pair, context, link, side, f"its partner was deleted, but `{other}` links it too")
    else:
        remove_partner(pair, context, link, status, partner, action)


def keep_partner(pair: Pair, context: Context, link: Link, status: LinkStatus) -> None:
    """Leave the partner of a record that is gone as it is; the deleted record is never made again."""
    lost = lost_name(pair, context, link, "right" if status == "left_gone" else "left")
    context.reported.append(f"{lost.text} was deleted; its partner is kept and it is not made again")
    remember_gone(context, link, status)


def carry_out(pair: Pair, context: Context, link: Link, side: SideName, choice: Choice, decided: Decided) -> bool:
    """Carry out what a person chose for a held pair; return whether that is possible now.

    `side` is that of the record that is still there: it is kept, made inactive or deleted, or the one that is gone is
    made again from it. Out of scope it can only be kept.
    """
    status: LinkStatus = "left_gone" if side == "right" else "right_gone"
    partner = _partner(pair, context, link, side)
    if choice == "keep":
        keep_partner(pair, context, link, status)
        return True
    if partner is None:
        return False
    if choice == "restore":
        here, there = (pair.left, pair.right) if side == "left" else (pair.right, pair.left)
        context.plan_partner(here.connection, here.module, partner.id, there.connection, there.module)
        # The link stays, with its uid: what is made takes the place of what is gone.
        create_partner(pair, context, partner, side, decided=decided)
        return True
    remove_partner(pair, context, link, status, partner, choice, decided=decided)
    return True


def remove_partner(
    pair: Pair,
    context: Context,
    link: Link,
    status: LinkStatus,
    partner: Record,
    action: Literal["deactivate", "delete"],
    *,
    decided: Decided | None = None,
) -> None:
    """Take away the partner of a record that is gone."""
    side: SideName = "right" if status == "left_gone" else "left"
    here = pair.right if side == "right" else pair.left
    lost = lost_name(pair, context, link, side)
    reason = decided.reason if decided else f"its partner in {lost.connection} was deleted"
    by_person = (decided,) if decided else ()
    name = context.name(here.connection, partner)
    evidence = Evidence(connection=lost.connection, module=lost.module, id=lost.id or "", at=context.server_time)
    if action == "delete":
        delete = Delete(rule=pair.name, location=pair.location, reason=reason, record=name, side=side, partner=lost)
        after = mark_gone(link, "both_gone")
        context.leaving.add(link.uid)
        context.add(
            DeleteRecord(effect=delete, pair=pair, link=after, record=partner, evidence=evidence, decided=by_person)
        )
    else:
        idle = Deactivate(rule=pair.name, location=pair.location, reason=reason, record=name, side=side, partner=lost)
        after = mark_gone(link, status)
        context.add(
            DeactivateRecord(effect=idle, pair=pair, link=after, record=partner, evidence=evidence, decided=by_person)
        )
    context.expect(here.connection, partner)


def hold_deleted(
    pair: Pair,
    context: Context,
    link: Link,
    side: SideName,
    reason: str,
    candidates: tuple[RecordName, ...] = (),
) -> None:
    """Leave the pair of a deleted record to a person; `side` is that of the record that is still there."""
    here = pair.right if side == "right" else pair.left
    partner = _partner(pair, context, link, side)
    lost = lost_name(pair, context, link, side)
    if partner is None:
        held, base = (link.right_id, link.right_base) if side == "right" else (link.left_id, link.left_base)
        name = _gone_name(context, here, held, base)
    else:
        name = context.name(here.connection, partner)
        context.expect(here.connection, partner)
    # Whoever decides may take long: the absence stays a fact until the record is seen again.
    context.look_again(lost.connection, lost.module, lost.id or "")
    hold = Hold(
        rule=pair.name,
        location=pair.location,
        reason=reason,
        why="deleted",
        record=name,
        candidates=candidates or (lost,),
    )
    decided = context.reviews.of(hold)
    if (
        decided is not None
        and isinstance(decided.decision, KeepPartner | DeactivatePartner | DeletePartner | RestoreDeleted)
        and carry_out(pair, context, link, side, decided.decision.choice, decided)
    ):
        return
    context.hold(hold)


def remember_gone(context: Context, link: Link, status: LinkStatus) -> None:
    """Remember that records of a link are gone: it stays for good, so that none of them is ever made again."""
    context.view.put_link(mark_gone(link, status))
    context.baseline["deleted records noted"] += 1


def came_back(pair: Pair, context: Context, link: Link) -> Link:
    """Take up the link of a deleted record that is there again; return it. Each side's changes travel as ever."""
    restored = replace(link, status="active")
    context.view.put_link(restored)
    context.baseline["deleted records that came back"] += 1
    side: SideName = "right" if link.status == "left_gone" else "left"
    if pair.on_delete.get("left" if side == "right" else "right") == "deactivate" and link.status != "both_gone":
        back, here = lost_name(pair, context, link, side), pair.right if side == "right" else pair.left
        idle = f"{here.connection}.{here.module}/{link.right_id if side == 'right' else link.left_id}"
        context.reported.append(f"{back.text} came back; its partner {idle}, made inactive meanwhile, stays so")
    return restored


def mark_gone(link: Link, status: LinkStatus) -> Link:
    """Return a link whose record on one side or both is gone for certain."""
    return replace(link, status=status)


def _partner(pair: Pair, context: Context, link: Link, side: SideName) -> Record | None:
    """Return the record that is still there, if it is seen and in scope: what is out of scope is left alone."""
    endpoint, record_id = (pair.right, link.right_id) if side == "right" else (pair.left, link.left_id)
    record = context.observations[endpoint.observe].records.get(record_id)
    if record is None or not context.in_scope(endpoint, record):
        return None
    if inside(pair, context, side, record):
        return record
    # A child below a parent that goes: both were deleted, and children go first.
    parent = parent_of(pair, context, side, record)
    above = context.view.links(pair.parent.pair).by_side(side).get(parent.id) if pair.parent and parent else None
    return record if above is not None and above.uid in context.leaving else None


def _edited(pair: Pair, context: Context, link: Link, side: SideName, partner: Record) -> str | None:
    """Return a mapped field that differs from what the surviving side held when both were last the same.

    What was never the same has no base: whatever a field holds then may be somebody's work.
    """
    endpoint, base = (pair.right, link.right_base) if side == "right" else (pair.left, link.left_base)
    names = pair_fields(pair, side)
    held = context.canonical_fields(endpoint.connection, endpoint.module, partner.fields, names)
    return next((name for name in sorted(names) if held.get(name) != base.get(name)), None)


def _linked_elsewhere(pair: Pair, context: Context, partner: Record, side: SideName) -> str | None:
    """Return another module that has an active link of the record."""
    mine = pair.right if side == "right" else pair.left
    for other in context.plan.pairs.values():
        index = context.view.links(other.name)
        for endpoint, known in ((other.left, index.by_left), (other.right, index.by_right)):
            if other.name == pair.name or (endpoint.connection, endpoint.module) != (mine.connection, mine.module):
                continue
            link = known.get(partner.id)
            if link is not None and link.status == "active":
                return other.name
    return None


def lost_name(pair: Pair, context: Context, link: Link, side: SideName) -> RecordName:
    """Return the name of the record that is gone; `side` is that of the one that is still there."""
    if side == "right":
        return _gone_name(context, pair.left, link.left_id, link.left_base)
    return _gone_name(context, pair.right, link.right_id, link.right_base)


def _gone_name(context: Context, endpoint: Endpoint, record_id: str, base: Fields) -> RecordName:
    label = show(base.get(context.schema(endpoint.connection, endpoint.module).label_field))
    return RecordName(connection=endpoint.connection, module=endpoint.module, id=record_id, label=label or record_id)
