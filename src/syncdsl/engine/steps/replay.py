"""Replay: the edges of stages that records went through between two readings, where their system keeps a history."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.stages import KeepsStages
from syncdsl.engine.live import part_of
from syncdsl.engine.steps.confirming import confirmed
from syncdsl.plan.reads import reads_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.stages import StageChange
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import RecordPlan, TriggerPlan, Verb

UNKNOWN = "records whose stages in between are not known"
MOST = 200
"""How many records' histories one look reads: each costs a call. Of more only the net change counts, which is said."""
CLOSING: frozenset[Verb] = frozenset({"decline", "void"})


@dataclass(slots=True)
class Outcome:
    """What the edges of several moments come to.

    `fire` act now, `again` with the next run (a document has to be closed before), and `dropped` came and went.
    """

    fire: list[TriggerPlan] = field(default_factory=list)
    again: list[TriggerPlan] = field(default_factory=list)
    dropped: list[TriggerPlan] = field(default_factory=list)


def asks_for_stage(trigger: TriggerPlan, stage_field: str | None) -> bool:
    """Return whether a trigger's condition reads the record's stage."""
    return stage_field is not None and (stage_field,) in reads_of(trigger.condition)


def courses(
    context: Context, plan: RecordPlan, records: Mapping[str, Record], since: Mapping[str, dt.datetime]
) -> dict[str, tuple[StageChange, ...]]:
    """Return the stages that some records went through since they were last looked at.

    Left out, and counted, are those of which nobody knows: their system keeps no history, or there are too many.
    """
    connection = context.run.connections[plan.endpoint.connection]
    wanted = {
        record_id: moment
        for record_id, moment in since.items()
        if (modified := records[record_id].modified) is None or modified > moment
    }
    found: dict[str, tuple[StageChange, ...]] = {}
    if wanted and isinstance(connection, KeepsStages) and len(wanted) <= MOST:
        found = connection.stages(plan.endpoint.module, wanted)
    if unknown := len(wanted.keys() - found.keys()):
        context.baseline[UNKNOWN] += unknown
    return found


def at_stage(record: Record, stage_field: str, stage: str) -> Record:
    """Return a record as it was in an earlier stage, as far as that is known: the rest is as it is now."""
    return replace(record, fields={**record.fields, stage_field: stage})


def reduced(context: Context, plan: RecordPlan, record: Record, moments: Sequence[Sequence[TriggerPlan]]) -> Outcome:
    """Return what the edges of several moments come to, in their order.

    What would be made and closed again is neither. A document that lives is closed before another one is made.
    """
    if len(moments) < 2:
        return Outcome(fire=[one for moment in moments for one in moment])
    outcome = Outcome()
    by_document: defaultdict[str, list[Sequence[TriggerPlan]]] = defaultdict(list)
    for moment in moments:
        for name in {one.document: None for one in moment}:
            by_document[name].append([one for one in moment if one.document == name])
    for name, mine in by_document.items():
        document = context.plan.documents[name]
        live = confirmed(context, document, record.id, part_of(context, document, record)) is not None
        _reduce(mine, outcome, live=live)
    if outcome.dropped or outcome.again:
        named = context.name(plan.endpoint.connection, record)
        told = ", ".join(f"`{one.text}`" for one in dict.fromkeys([*outcome.dropped, *outcome.again]))
        rest = "; the new document is made with the next run" if outcome.again else ""
        context.reported.append(
            f"{named.text} `{named.label}`: it went through several stages since the last run, so {told} came and "
            f"went{rest}"
        )
    return outcome


def _reduce(moments: Sequence[Sequence[TriggerPlan]], outcome: Outcome, *, live: bool) -> None:
    """Go through the edges about one document."""
    making: list[TriggerPlan] = []
    closing: list[TriggerPlan] = []
    others: list[TriggerPlan] = []
    for moment in moments:
        creates = [one for one in moment if one.verb == "create"]
        closes = [one for one in moment if one.verb in CLOSING]
        there = bool(making) or (live and not closing)
        if creates and closes:
            outcome.dropped += [*creates, *closes]
            creates = closes = []
        if creates and there:
            outcome.dropped += creates
        elif creates:
            making = creates
        for one in moment:
            if one.verb in {"send", "accept"}:
                (others if making or (live and not closing) else outcome.dropped).append(one)
        if closes and making:
            outcome.dropped += [*making, *others, *closes]
            making, others = [], []
        elif closes and live and not closing:
            closing = closes
            outcome.dropped += others
            others = []
        else:
            outcome.dropped += closes
    if closing:
        outcome.fire += closing
        outcome.again += [*making, *others]
    else:
        outcome.fire += [*making, *others]
