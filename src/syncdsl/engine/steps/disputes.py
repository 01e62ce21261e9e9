"""Disputes that a person has decided: what is left of a match when their decisions are carried out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from syncdsl.changes.decisions import LinkWith, MakeNew
from syncdsl.changes.effects import Hold
from syncdsl.engine.matching import Dispute, Match

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.matching import MatchResult
    from syncdsl.engine.reviewing import Decided
    from syncdsl.plan.pairs import Pair


@dataclass(slots=True, kw_only=True)
class Resolved:
    """A match result after the decisions of people.

    `new` are records that get a partner of their own because of a decision, `refused` disputes whose decision cannot be
    carried out, because the chosen partner has another one by now.
    """

    result: MatchResult
    new: list[tuple[SideName, Record, Decided]] = field(default_factory=list)
    refused: list[tuple[Dispute, Decided]] = field(default_factory=list)


def dispute_hold(pair: Pair, context: Context, dispute: Dispute) -> Hold:
    """Return the question that a dispute asks."""
    here, there = (pair.left, pair.right) if dispute.side == "left" else (pair.right, pair.left)
    return Hold(
        rule=pair.name,
        location=pair.location,
        reason=dispute.reason,
        why="match",
        record=context.name(here.connection, dispute.record),
        candidates=tuple(
            context.name(here.connection if dispute.about == "create" else there.connection, other)
            for other in dispute.candidates
        ),
    )


def hold_dispute(pair: Pair, context: Context, dispute: Dispute) -> None:
    """Leave a record whose partner cannot be told to a person."""
    context.hold(dispute_hold(pair, context, dispute))
    context.expect((pair.left if dispute.side == "left" else pair.right).connection, dispute.record)


def settle_disputes(pair: Pair, context: Context, result: MatchResult) -> MatchResult:
    """Carry out what people decided about the disputes of a pair; leave out what a create in doubt asks already.

    What is made because of one names the person as its cause.
    """
    if not result.disputes:
        return result
    result.disputes = [item for item in result.disputes if not _asked_about(pair, context, item)]
    if not context.reviews:
        return result
    decided = [(item, context.reviews.of(dispute_hold(pair, context, item))) for item in result.disputes]
    if not any(decision for _, decision in decided):
        return result
    index = context.view.links(pair.name)

    def linked(side: SideName, record_id: str) -> bool:
        return (index.by_left if side == "left" else index.by_right).get(record_id) is not None

    settled = resolved(result, decided, linked)
    for dispute, decision in decided:
        # What is left of the question, such as a candidate that was not chosen, is the next run's to ask.
        for other in dispute_hold(pair, context, dispute).candidates if decision else ():
            context.look_again(other.connection, other.module, other.id or "")
    for side, record, decision in settled.new:
        endpoint = pair.left if side == "left" else pair.right
        context.reviews.note_cause((endpoint.connection, endpoint.module, record.id), decision)
    for dispute, decision in settled.refused:
        context.reported.append(
            f"{dispute.record.module}/{dispute.record.id}: {decision.reason} to link it, but the chosen record has "
            "another partner"
        )
    return settled.result


def _asked_about(pair: Pair, context: Context, dispute: Dispute) -> bool:
    connection = (pair.left if dispute.side == "left" else pair.right).connection
    return (connection, dispute.record.module, dispute.record.id) in context.reviews.asked_about


def resolved(
    result: MatchResult,
    decided: Sequence[tuple[Dispute, Decided | None]],
    linked: Callable[[SideName, str], bool],
) -> Resolved:
    """Return what is left of a match after decisions. Pure; in the order of `decided`, the first claim counts.

    `linked` tells whether a record of a side has a partner already. Whoever gets a partner by a decision is in dispute
    no more, and nothing is made for it.
    """
    taken: set[tuple[SideName, str]] = set()
    for match in result.matches:
        taken |= {("left", match.left.id), ("right", match.right.id)}
    out = Resolved(result=result)
    matches: list[Match] = []
    open_disputes: list[Dispute] = []
    for dispute, decision in decided:
        there: SideName = "right" if dispute.side == "left" else "left"
        me = (dispute.side, dispute.record.id)
        if me in taken:
            # The chosen partner of one that was decided before it.
            continue
        match decision.decision if decision else None:
            case LinkWith(id=chosen):
                partner = next((one for one in dispute.candidates if one.id == chosen), None)
                if partner is None or dispute.about == "create" or linked(there, chosen) or (there, chosen) in taken:
                    open_disputes.append(dispute)
                    if decision is not None:
                        out.refused.append((dispute, decision))
                    continue
                left, right = (dispute.record, partner) if dispute.side == "left" else (partner, dispute.record)
                matches.append(Match(left=left, right=right, how="review", key_text="", decided=decision))
                taken |= {me, (there, chosen)}
            case MakeNew() if decision is not None:
                out.new.append((dispute.side, dispute.record, decision))
            case _:
                open_disputes.append(dispute)
    out.result = replace(
        result,
        matches=[*result.matches, *matches],
        disputes=[item for item in open_disputes if (item.side, item.record.id) not in taken],
        create_right=_with_new(result.create_right, "left", out, taken),
        create_left=_with_new(result.create_left, "right", out, taken),
    )
    return out


def _with_new(
    records: Sequence[Record], side: SideName, out: Resolved, taken: set[tuple[SideName, str]]
) -> list[Record]:
    """Return the records of a side that get a partner, in order of ids."""
    found = {record.id: record for record in records if (side, record.id) not in taken}
    found.update({record.id: record for new_side, record, _ in out.new if new_side == side})
    return [found[record_id] for record_id in sorted(found)]
