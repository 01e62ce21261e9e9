"""Edges: conditions that turned true, judged over stored truth."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Hold
from syncdsl.plan.reads import reads_of
from syncdsl.schema.values import is_empty, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import RecordPlan, TriggerPlan, Verb

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
    for one in triggers:
        activation = context.view.activation(one.digest)
        known = context.view.truths(one.digest)
        settled: dict[str, bool] = {}
        for record_id, record in records.items():
            if one.digest in strange.get(record_id, ()):
                continue
            holds = bool(context.evaluate(one.condition, plan.endpoint.connection, record.fields))
            if holds and _is_edge(one, record, known.get(record_id), activation):
                fired.setdefault(record_id, Fired(record)).add(one)
                if activation is None:
                    # Of before the activation: if it has to wait, the next run could not tell it from a baseline.
                    settled[record_id] = False
            elif known.get(record_id) != holds:
                settled[record_id] = holds
        if activation is None:
            context.baseline["conditions noted"] += sum(settled.values())
        # Coming into scope is baseline: whatever is outside counts as true already, so that no edge waits for it.
        for record_id in ids:
            if record_id not in records and known.get(record_id) is not True:
                settled[record_id] = True
        if settled:
            context.view.put_truths(one.digest, settled, now)
    return fired


def _is_edge(trigger: TriggerPlan, record: Record, before: bool | None, activation: dt.datetime | None) -> bool:  # noqa: FBT001 - a truth
    """Return whether a condition that holds turned true: it was false, or its record came after the activation."""
    if before is not None:
        return not before
    if activation is not None:
        return _made_since(record, activation)
    return trigger.backfill is not None and _made_since(record, _day(trigger.backfill))


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
