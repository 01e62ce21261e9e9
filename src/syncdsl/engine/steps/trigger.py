"""Trigger: edges over stored truth, and the documents they make, send, accept, decline or void.

Identity lies in the document: whatever is reordered, renamed or repeated among triggers, a record has at most one live
instance of each document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.live import standing_of
from syncdsl.engine.long_agenda import in_order
from syncdsl.engine.operations import ActOnDocument
from syncdsl.engine.steps.acting import decide
from syncdsl.engine.steps.edges import CLOSING, judge
from syncdsl.engine.steps.follow import follow
from syncdsl.engine.steps.write_back import of_documents, write_back
from syncdsl.plan.reads import names_today
from syncdsl.state import chunks

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.steps.edges import Fired
    from syncdsl.plan.pairs import DocumentPlan, RecordPlan, TriggerPlan
    from syncdsl.plan.steps import TriggerStep


def trigger(step: TriggerStep, context: Context) -> None:
    """Judge every trigger of a record module and decide on its documents."""
    plan = context.plan.records[step.record]
    triggers = [one for one in context.plan.triggers if one.record == step.record]
    if context.run.focus is not None:
        # Switching on looks at every record: that is for a whole run.
        triggers = [one for one in triggers if context.view.activation(one.digest) is not None]
    fired: dict[str, Fired] = {}
    everything = any(context.view.activation(one.digest) is None for one in triggers) or _is_another_day(
        step, triggers, context
    )
    for ids, records in _look(plan, context, everything=everything):
        fired.update(judge(triggers, plan, context, ids, records))
    now = context.observations[plan.endpoint.observe].server_time
    for one in triggers:
        if context.view.activation(one.digest) is None:
            context.view.activate(one.digest, now)
    for document in context.plan.documents.values():
        if document.record == step.record:
            context.run.recovery.adopt_instances(document, context, _in_scope(plan, context))
    _report_deleted(plan, context)
    before = len(context.operations)
    for record_id in sorted(fired):
        edges = fired[record_id]
        for name in sorted(edges.by_document):
            decide(context, plan, context.plan.documents[name], edges.record, edges.by_document[name])
    acts = [item for item in context.operations[before:] if isinstance(item, ActOnDocument)]
    for document in context.plan.documents.values():
        if document.record == step.record:
            closing = {
                (item.source.id, item.number)
                for item in acts
                if item.document.name == document.name and item.effect.kind in CLOSING
            }
            for some in _changed(context, plan, document, now):
                follow(context, plan, document, some, closing)
                write_back(context, plan, document, some)


def _is_another_day(step: TriggerStep, triggers: Sequence[TriggerPlan], context: Context) -> bool:
    """Return whether conditions name today, and it is another day than when they were judged last."""
    naming = [one for one in triggers if any(names_today(part) for part in (one.condition, one.require) if part)]
    if not naming or context.run.focus is not None:
        return False
    name, today = f"record {step.record}", context.today.isoformat()
    passed = context.run.state.passed(name)
    if passed is not None and passed[1] == today:
        return False
    context.view.later(lambda state: state.put_pass(name, "", today))
    return True


def _report_deleted(plan: RecordPlan, context: Context) -> None:
    """Say which documents stay although the record they were made for was deleted."""
    observation = context.observations[plan.endpoint.observe]
    deleted = {*observation.because("gone"), *observation.because("absent")}
    for document in context.plan.documents.values():
        if document.record != plan.name:
            continue
        instances = context.view.instances(document.name)
        for record_id in sorted(deleted & instances.keys()):
            for instance in instances[record_id]:
                if standing_of(context, document, instance) not in {None, "requested", "closed"}:
                    context.reported.append(
                        f"{plan.endpoint.connection}.{plan.endpoint.module}/{record_id} was deleted; its "
                        f"{document.name} {document.connection}.{document.module}/{instance.doc_id} stays"
                    )


def _changed(context: Context, plan: RecordPlan, document: DocumentPlan, now: dt.datetime) -> Iterator[list[Record]]:
    """Return the records in scope whose document is looked at: they changed, it did, or the rules for it did."""
    observation = context.observations[plan.endpoint.observe]
    with_documents = context.view.instances(document.name)
    known = context.view.activation(document.digest) is not None
    if known or context.run.focus is not None:
        wanted = {*of_documents(context, document), *observation.named(with_documents.keys())}
    else:
        context.view.activate(document.digest, now)
        wanted = set(with_documents)
    for ids in chunks(sorted(wanted)):
        found = observation.records.many(ids)
        yield [record for _, record in sorted(found.items()) if context.in_scope(plan.endpoint, record)]


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


def _in_scope(plan: RecordPlan, context: Context) -> Iterator[Record]:
    """Return all records in scope."""
    for some in context.observations[plan.endpoint.observe].records.batches():
        yield from (record for record in some if context.in_scope(plan.endpoint, record))
