"""Trigger: edges over stored truth, and the documents they make or close.

Identity lies in the document: whatever is reordered, renamed or repeated among triggers, a record has at most one live
instance of each document.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Create, Hold, RecordName, Void
from syncdsl.engine.documents import document_fields
from syncdsl.engine.long_agenda import in_order
from syncdsl.engine.operations import CreateDocument, VoidDocument
from syncdsl.engine.steps.create import hold_new
from syncdsl.schema.values import show
from syncdsl.state import chunks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan, RecordPlan, TriggerPlan
    from syncdsl.plan.steps import TriggerStep
    from syncdsl.state import Instance


@dataclass(slots=True)
class Edges:
    """The triggers of one record that fired, by document."""

    create: defaultdict[str, list[TriggerPlan]] = field(default_factory=lambda: defaultdict(list))
    void: defaultdict[str, list[TriggerPlan]] = field(default_factory=lambda: defaultdict(list))


def trigger(step: TriggerStep, context: Context) -> None:
    """Judge every trigger of a record module and decide on documents.

    An edge is a condition that was false, or belongs to a record created after the trigger was switched on, and is true
    now. Everything else is baseline. The truth of an edge is committed together with its intent, never before.
    """
    plan = context.plan.records[step.record]
    fired: dict[str, tuple[Record, Edges]] = {}
    triggers = [one for one in context.plan.triggers if one.record == step.record]
    if context.run.focus is not None:
        # Switching on looks at every record: that is for a whole run.
        triggers = [one for one in triggers if context.view.activation(one.digest) is not None]
    now = context.observations[plan.endpoint.observe].server_time
    everything = any(context.view.activation(one.digest) is None for one in triggers)
    for ids, records in _look(plan, context, everything=everything):
        for record_id, edges in _judge(triggers, plan, context, ids, records).items():
            fired[record_id] = (records[record_id], edges)
    for one in triggers:
        if context.view.activation(one.digest) is None:
            context.view.activate(one.digest, now)
    for document in context.plan.documents.values():
        if document.record == step.record:
            context.run.recovery.adopt_instances(document, context, _in_scope(plan, context))
    for record_id in sorted(fired):
        record, edges = fired[record_id]
        for name in sorted({*edges.create, *edges.void}):
            _decide(context, plan, context.plan.documents[name], record, edges)


def _look(plan: RecordPlan, context: Context, *, everything: bool) -> Iterator[tuple[list[str], dict[str, Record]]]:
    """Return the records to look at, some at a time: their ids, and those of them that are there and in scope."""
    observation = context.observations[plan.endpoint.observe]
    for ids in chunks(in_order(observation.agenda)):
        found = observation.records.many(ids)
        yield ids, {key: record for key, record in found.items() if context.in_scope(plan.endpoint, record)}
    for some in observation.records.batches() if everything else ():
        seen = observation.named([record.id for record in some])
        fresh = [record for record in some if record.id not in seen]
        inside = {record.id: record for record in fresh if context.in_scope(plan.endpoint, record)}
        yield [record.id for record in fresh], inside


def _in_scope(plan: RecordPlan, context: Context) -> Iterator[str]:
    """Return the ids of all records in scope."""
    for some in context.observations[plan.endpoint.observe].records.batches():
        yield from (record.id for record in some if context.in_scope(plan.endpoint, record))


def _judge(
    triggers: Sequence[TriggerPlan],
    plan: RecordPlan,
    context: Context,
    ids: Sequence[str],
    records: Mapping[str, Record],
) -> dict[str, Edges]:
    """Judge the triggers of some records; return the edges, and commit every truth that is none."""
    now = context.observations[plan.endpoint.observe].server_time
    edges: defaultdict[str, Edges] = defaultdict(Edges)
    for one in triggers:
        activation = context.view.activation(one.digest)
        known = context.view.truths(one.digest)
        settled: dict[str, bool] = {}
        for record_id, record in records.items():
            holds = bool(context.evaluate(one.condition, plan.endpoint.connection, record.fields))
            before = known.get(record_id)
            new = before is None and activation is not None and _made_since(record, activation)
            if holds and (before is False or new):
                (edges[record_id].create if one.verb == "create" else edges[record_id].void)[one.document].append(one)
            elif before is None or before != holds:
                settled[record_id] = holds
        if activation is None:
            context.baseline["conditions noted"] += sum(settled.values())
        # Coming into scope is baseline: whatever is outside counts as true already, so that no edge waits for it.
        for record_id in ids:
            if record_id not in records and known.get(record_id) is not True:
                settled[record_id] = True
        if settled:
            context.view.put_truths(one.digest, settled, now)
    return edges


def _made_since(record: Record, activation: dt.datetime) -> bool:
    """Return whether a record seen for the first time was made after the trigger was switched on.

    Stamps are whole seconds, and whatever was there at the activation has its truth stored: the same second is after.
    """
    return record.created is not None and record.created >= activation.replace(microsecond=0)


def _decide(context: Context, plan: RecordPlan, document: DocumentPlan, record: Record, fired: Edges) -> None:
    creates, voids = fired.create.get(document.name, []), fired.void.get(document.name, [])
    name = context.name(plan.endpoint.connection, record)
    live = live_instance(context, document, record.id)
    if creates and voids:
        context.reported.append(
            f"{name.text} `{name.label}`: triggers would both create and void {document.name} at one moment; "
            "neither is done"
        )
        _settle(context, plan, [*creates, *voids], record)
    elif creates:
        if live is not None:
            context.reported.append(f"{name.text} `{name.label}`: there is a live {document.name} already")
            _settle(context, plan, creates, record)
        else:
            _create(context, plan, document, record, creates)
    elif live is None:
        context.reported.append(f"{name.text} `{name.label}`: no live {document.name} to void")
        _settle(context, plan, voids, record)
    else:
        _void(context, plan, document, record, live, voids)


def _settle(context: Context, plan: RecordPlan, triggers: list[TriggerPlan], record: Record) -> None:
    """Commit an edge that leads to nothing."""
    now = context.observations[plan.endpoint.observe].server_time
    for one in triggers:
        context.view.put_truths(one.digest, {record.id: True}, now)


def live_instance(context: Context, document: DocumentPlan, record_id: str) -> Instance | None:
    """Return the record's live instance of a document: made, and by the latest reading not closed or deleted."""
    observed = context.observations[document.observe].records
    for instance in reversed(context.view.instances(document.name).get(record_id, [])):
        if instance.doc_id is None:
            # Requested, and nobody knows yet whether it exists: recovery settles it before anything else is made.
            if instance.doc_status == "requested":
                return instance
            continue
        seen = observed.get(instance.doc_id)
        if seen is None or _status(document, seen) in document.closed:
            continue
        return instance
    return None


def _status(document: DocumentPlan, record: Record) -> str:
    return show(record.fields.get(document.status_field)) if document.status_field else ""


def _create(
    context: Context, plan: RecordPlan, document: DocumentPlan, record: Record, triggers: list[TriggerPlan]
) -> None:
    name = context.name(plan.endpoint.connection, record)
    found, amount, currency = document_fields(context, plan, document, record)
    if found.problem is not None:
        # The edge is not committed: it fires again when what it waits for has come.
        hold_new(context, document.name, found, name)
        return
    number = next_number(context, document, record.id)
    effect = Create(
        rule=document.name,
        location=triggers[0].location,
        reason=f"`{triggers[0].text}`",
        record=RecordName(
            connection=document.connection, module=document.module, id=None, label=f"{document.name} for {name.label}"
        ),
        source=name,
        source_side="left",
        key=context.document_key(document, record.id, number),
        instance=number,
        document=True,
        fields=tuple(found.changes),
        waits_for=tuple(found.waits_for),
        amount=format(amount, "f") if amount is not None else None,
        currency=currency,
    )
    context.add(
        CreateDocument(
            effect=effect,
            document=document,
            source=record,
            values=found.values,
            triggers=tuple(one.digest for one in triggers),
        )
    )
    context.expect(plan.endpoint.connection, record)


def next_number(context: Context, document: DocumentPlan, record_id: str) -> int:
    """Return the number behind the record's last instance; one that was refused for certain never counted."""
    made = [item for item in context.view.instances(document.name).get(record_id, []) if item.doc_status != "refused"]
    return max((item.number for item in made), default=-1) + 1


def _void(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    record: Record,
    instance: Instance,
    triggers: list[TriggerPlan],
) -> None:
    name = context.name(plan.endpoint.connection, record)
    seen = context.observations[document.observe].records.get(instance.doc_id or "")
    if seen is None:
        return
    target = context.name(document.connection, seen)
    status = _status(document, seen)
    if status not in document.untouched:
        hold = Hold(
            rule=document.name,
            location=triggers[0].location,
            reason=f"`{triggers[0].text}`: it is {status} by now, so a person decides",
            why="document",
            record=target,
            candidates=(name,),
        )
        if context.reviews.of(hold) is not None:
            # Left as it is: the one thing that can be decided.
            _settle(context, plan, triggers, record)
        else:
            context.hold(hold)
        return
    effect = Void(
        rule=document.name,
        location=triggers[0].location,
        reason=f"`{triggers[0].text}`",
        record=target,
        source=name,
    )
    context.add(
        VoidDocument(
            effect=effect, document=document, instance=instance, triggers=tuple(one.digest for one in triggers)
        )
    )
    context.expect(plan.endpoint.connection, record)
    context.expect(document.connection, seen)
