"""Edges: conditions that turned true, judged over stored truth."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Hold
from syncdsl.engine.steps.replay import asks_for_stage, at_stage, courses, reduced
from syncdsl.plan.reads import reads_of
from syncdsl.schema.values import is_empty, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.adapters.stages import StageChange
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import RecordPlan, TriggerPlan, Verb
    from syncdsl.schema.snapshot import ModuleSchema

VERBS: tuple[Verb, ...] = ("create", "send", "accept", "decline", "void")
"""The order in which the effects of one moment run."""
CLOSING: frozenset[Verb] = frozenset({"decline", "void"})


@dataclass(slots=True)
class Fired:
    """The triggers of one record that fired, by document and verb."""

    record: Record
    by_document: defaultdict[str, defaultdict[Verb, list[TriggerPlan]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, trigger: TriggerPlan) -> None:
        """Add a trigger."""
        self.by_document[trigger.document][trigger.verb].append(trigger)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A record as it was from a moment on, and the triggers, by digest, that have not seen it yet."""

    at: dt.datetime
    record: Record
    asking: frozenset[str]


def judge(
    triggers: Sequence[TriggerPlan],
    plan: RecordPlan,
    context: Context,
    ids: Sequence[str],
    records: Mapping[str, Record],
) -> dict[str, Fired]:
    """Judge the triggers of some records; return the edges, and commit every truth that is none.

    An edge is a condition that was false, or belongs to a record created after the trigger was switched on, and is true
    now. Everything else is baseline. The truth of an edge is committed together with its intent, never before.
    `records` are those of `ids` that are there and in scope.
    """
    now = context.observations[plan.endpoint.observe].server_time
    fired: dict[str, Fired] = {}
    strange = _of_unknown_stages(triggers, plan, context, records)
    gone_through = _gone_through(triggers, plan, context, records)
    settled: dict[str, dict[str, bool]] = {one.digest: {} for one in triggers}
    again: list[tuple[str, str, dt.datetime]] = []
    for record_id, record in records.items():
        judged = [one for one in triggers if one.digest not in strange.get(record_id, ())]
        present = State(at=now, record=record, asking=frozenset(one.digest for one in judged))
        moments, truths = _edges(judged, plan, context, record, [*gone_through.get(record_id, ()), present])
        edges = [edge for _, edge in moments]
        outcome = reduced(context, plan, record, edges)
        for one in outcome.fire:
            fired.setdefault(record_id, Fired(record)).add(one)
        for one in outcome.again:
            # Judged again from right before the moment at which it turned true, whatever came after that.
            at = max(at for at, edge in moments if one in edge)
            again.append((one.digest, record_id, at - dt.timedelta(microseconds=1)))
        waiting = {one.digest for one in (*outcome.fire, *outcome.again)}
        for one in judged:
            if one.digest not in waiting:
                before = context.view.truths(one.digest).get(record_id)
                if before != truths[one.digest] or record_id in gone_through:
                    settled[one.digest][record_id] = bool(truths[one.digest])
            elif context.view.activation(one.digest) is None:
                # Of before the activation: if it has to wait, the next run could not tell it from a baseline.
                settled[one.digest][record_id] = False
    for one in triggers:
        known, mine = context.view.truths(one.digest), settled[one.digest]
        if context.view.activation(one.digest) is None:
            context.baseline["conditions noted"] += sum(mine.values())
        # Coming into scope is baseline: whatever is outside counts as true already, so that no edge waits for it.
        mine.update({one: True for one in ids if one not in records and known.get(one) is not True})
        if mine:
            context.view.put_truths(one.digest, mine, now)
    for digest, record_id, at in again:
        context.view.put_truths(digest, {record_id: False}, at)
    return fired


def _edges(
    triggers: Sequence[TriggerPlan], plan: RecordPlan, context: Context, record: Record, states: Sequence[State]
) -> tuple[list[tuple[dt.datetime, list[TriggerPlan]]], dict[str, bool | None]]:
    """Return which conditions of a record turned true, moment by moment, and what all of them are in the end."""
    moments: list[tuple[dt.datetime, list[TriggerPlan]]] = []
    truths = {one.digest: _before(context, one, record) for one in triggers}
    for state in states:
        edges: list[TriggerPlan] = []
        for one in triggers:
            if one.digest not in state.asking:
                continue
            holds = bool(context.evaluate(one.condition, plan.endpoint.connection, state.record.fields))
            if holds and truths[one.digest] is False:
                edges.append(one)
            truths[one.digest] = holds
        if edges:
            moments.append((state.at, edges))
    return moments, truths


def _before(context: Context, trigger: TriggerPlan, record: Record) -> bool | None:
    """Return the truth that a condition had before: none where what it is now is the baseline.

    A record that was made after the activation was in no state before, and so is one that `backfill` takes in.
    """
    known = context.view.truths(trigger.digest).get(record.id)
    if known is not None:
        return known
    activation = context.view.activation(trigger.digest)
    if activation is None and trigger.backfill is not None:
        activation = _day(trigger.backfill)
    return False if activation is not None and _made_since(record, activation) else None


def _gone_through(
    triggers: Sequence[TriggerPlan], plan: RecordPlan, context: Context, records: Mapping[str, Record]
) -> dict[str, list[State]]:
    """Return the states that changed records went through since they were last looked at, the present one left out."""
    schema = context.schema(plan.endpoint.connection, plan.endpoint.module)
    stage = schema.stage_field
    asking = [one for one in triggers if asks_for_stage(one, stage) and context.view.activation(one.digest) is not None]
    agenda = context.observations[plan.endpoint.observe].agenda
    changed = [record_id for record_id in records if record_id in agenda] if asking and stage is not None else []
    if not changed or stage is None:
        return {}
    seen = {one.digest: context.view.truth_times(one.digest, changed) for one in asking}
    since: dict[str, dt.datetime] = {}
    for record_id in changed:
        moments = [seen[one.digest].get(record_id) or _creation(context, one, records[record_id]) for one in asking]
        known = [moment for moment in moments if moment is not None]
        if known:
            since[record_id] = min(known)
    found = courses(context, plan, records, since)
    return {
        record_id: [
            State(
                at=change.at,
                record=at_stage(records[record_id], stage, change.stage),
                asking=frozenset(
                    one.digest
                    for one in asking
                    if (moment := seen[one.digest].get(record_id) or _creation(context, one, records[record_id]))
                    is not None
                    and change.at > moment
                ),
            )
            for change in _in_between(changes, records[record_id], schema)
        ]
        for record_id, changes in found.items()
    }


def _in_between(changes: Sequence[StageChange], record: Record, schema: ModuleSchema) -> Sequence[StageChange]:
    """Return the stages before the present one, but for those of which nobody knows what they mean."""
    if changes and schema.stage_field and changes[-1].stage == record.fields.get(schema.stage_field):
        changes = changes[:-1]
    known = {stage.value for stage in schema.stages}
    return [change for change in changes if not known or change.stage in known]


def _creation(context: Context, trigger: TriggerPlan, record: Record) -> dt.datetime | None:
    """Return the moment before a record was made, where that is after the activation."""
    activation = context.view.activation(trigger.digest)
    if activation is None or record.created is None or not _made_since(record, activation):
        return None
    return record.created - dt.timedelta(microseconds=1)


def _of_unknown_stages(
    triggers: Sequence[TriggerPlan], plan: RecordPlan, context: Context, records: Mapping[str, Record]
) -> dict[str, frozenset[str]]:
    """Return the triggers (by digest) that cannot be judged of records whose stage the schema snapshot does not know.

    A stage that was renamed or added is neither won nor lost nor open until somebody says so: judged by its old name it
    would turn conditions false, and true again with the next snapshot.
    """
    schema = context.schema(plan.endpoint.connection, plan.endpoint.module)
    if schema.stage_field is None or not schema.stages:
        return {}
    asking = [one for one in triggers if (schema.stage_field,) in reads_of(one.condition)]
    known = {stage.value for stage in schema.stages}
    found: dict[str, frozenset[str]] = {}
    for record_id, record in records.items() if asking else ():
        stage = record.fields.get(schema.stage_field)
        if is_empty(stage) or stage in known:
            continue
        found[record_id] = frozenset(one.digest for one in asking)
        context.hold(
            Hold(
                rule=asking[0].document,
                location=asking[0].location,
                reason=f"the schema snapshot knows no stage `{show(stage)}`: pull it again with "
                f"`syncdsl schema pull {plan.endpoint.connection}` and review what the stage means",
                why="value",
                record=context.name(plan.endpoint.connection, record),
                field=schema.stage_field,
            )
        )
    return found


def settle(context: Context, plan: RecordPlan, triggers: Sequence[TriggerPlan], record_id: str) -> None:
    """Commit edges that lead to nothing."""
    now = context.observations[plan.endpoint.observe].server_time
    for one in triggers:
        context.view.put_truths(one.digest, {record_id: True}, now)


def _day(text: str) -> dt.datetime:
    """Return the beginning of a day."""
    return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)


def _made_since(record: Record, moment: dt.datetime) -> bool:
    """Return whether a record was made after a moment, such as that of the activation.

    Stamps are whole seconds, and whatever was there at the activation has its truth stored: the same second is after.
    """
    return record.created is not None and record.created >= moment.replace(microsecond=0)
