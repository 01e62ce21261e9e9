"""Observe: read a module, reuse what is known to be unchanged, confirm what is absent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.adapters.priority import Priority, working_as
from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page, Record
from syncdsl.engine.observation import Observation
from syncdsl.schema.values import Ref
from syncdsl.state import StoredRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from syncdsl.engine.context import Context
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import Instance, Observed


def observation_name(step: ObserveStep) -> str:
    """Return the name under which an observation is remembered: module and view, whatever the rules call it."""
    return f"{step.connection}.{step.module}" + (f"|{step.view}" if step.view else "")


def observe(step: ObserveStep, context: Context) -> None:
    """Read the step's module into the context.

    What was read before is reused only when it was read with the same fields. Between complete readings (sweeps) only
    changes are read. A record is absent only when a complete reading does not show it, or the system says it is
    deleted, and a direct read confirms it.
    """
    connection = context.run.connections[step.connection]
    stored = context.run.state.observed(observation_name(step))
    usable = set(step.fields) <= set(stored.fields)
    known = stored.records if usable else {}
    task = f"read {step.connection}.{step.module}"
    context.run.progress.start(task, None)
    records: dict[str, Record] = {}
    fresh: list[Record] = []
    gone: set[str] = set()
    end: ObservationEnd | None = None
    request = ObserveRequest(
        module=step.module,
        fields=step.fields,
        view=step.view,
        cursor=stored.cursor if usable and not _sweep_is_due(stored, context) else None,
        known=lambda record_id: known[record_id].version if record_id in known else None,
        children=_children(step, context, known),
    )
    with working_as(_urgency(request, stored)):
        for item in connection.observe(request):
            if isinstance(item, ObservationEnd):
                end = item
                continue
            _take(item, known, step, records, fresh, gone)
            context.run.progress.advance(task, len(item.records) + len(item.unchanged))
    if end is None:
        raise RuntimeError(f"the adapter of {step.connection} ended an observation without its end")
    if not end.complete:
        for record_id, old in known.items():
            if record_id not in records and record_id not in gone:
                records[record_id] = _restore(step, old)
    observation = Observation(
        step=step,
        records=records,
        server_time=end.server_time,
        cursor=end.cursor,
        swept=end.server_time if end.complete else None,
    )
    context.observations[step.id] = observation
    doubted = None if end.complete or step.view is None else gone | stored.records.keys()
    _confirm_absent(observation, context, gone, doubted)
    observation.put = [stored_record(record) for record in fresh if record.id in records]
    observation.remove = sorted(set(stored.records) - set(records))
    context.run.progress.finish(task, f"{len(records):,} records")


def _children(step: ObserveStep, context: Context, known: Mapping[str, StoredRecord]) -> Callable[[str], Sequence[str]]:
    """Return what gives the ids on file below a parent; nothing where the module has none, or it was not read."""
    field = context.run.schemas[step.connection].modules[step.module].parent_field
    below: dict[str, list[str]] = {}
    for record_id, stored in known.items() if field in step.fields else ():
        parent = stored.fields.get(str(field))
        if isinstance(parent, Ref):
            below.setdefault(parent.id, []).append(record_id)
    return lambda parent_id: below.get(parent_id, ())


def _sweep_is_due(stored: Observed, context: Context) -> bool:
    """Return whether the module is to be read completely.

    The local clock decides only how many calls this run makes: a clock that jumps sweeps too early or too late.
    """
    run = context.run
    return run.sweep or stored.swept is None or run.clock() - stored.swept >= run.sweep_after


def _urgency(request: ObserveRequest, stored: Observed) -> Priority:
    """Return how urgent a reading is: changes come before what is only read to be sure, and both before first loads."""
    if request.cursor is not None:
        return Priority.INCREMENTAL
    return Priority.VERIFY if stored.swept is not None else Priority.BACKFILL


def _take(
    page: Page,
    known: dict[str, StoredRecord],
    step: ObserveStep,
    records: dict[str, Record],
    fresh: list[Record],
    gone: set[str],
) -> None:
    for record in page.records:
        named = with_id(record)
        records[record.id] = named
        fresh.append(named)
        gone.discard(record.id)
    for record_id in page.unchanged:
        if record_id in known:
            records[record_id] = _restore(step, known[record_id])
    gone.update(record_id for record_id in page.gone if record_id not in records)


def _confirm_absent(
    observation: Observation, context: Context, said_gone: set[str], doubted: AbstractSet[str] | None
) -> None:
    """Fetch every linked record and made document that was not seen: only a direct read makes absence a fact.

    `doubted` are the only ids to ask about where changes of a view were read: what was outside before and is not among
    the changes is outside still.
    """
    step = observation.step
    missing: set[str] = set()
    for pair in context.plan.pairs.values():
        for endpoint, side in ((pair.left, "left"), (pair.right, "right")):
            if endpoint.observe != step.id:
                continue
            index = context.view.links(pair.name)
            ids = index.by_left if side == "left" else index.by_right
            missing.update(
                record_id
                for record_id, link in ids.items()
                if record_id not in observation.records and link.status in {"active", _other(side)}
            )
    if doubted is not None:
        observation.outside |= missing - doubted
        missing &= doubted
    documents = _unseen_documents(observation, context)
    missing.update(documents)
    if not missing:
        return
    found = context.run.connections[step.connection].fetch(step.module, sorted(missing), step.fields)
    observation.gone = {record_id for record_id in missing if record_id not in found}
    for record_id in sorted(documents.keys() - found.keys()):
        context.view.put_instance(replace(documents[record_id], doc_status="deleted"))
    for record_id, record in found.items():
        if record_id in documents or (step.view is None and record_id not in said_gone):
            # A reading without a view that missed an existing record was overtaken by a change: what counts is now.
            observation.records[record_id] = with_id(record)
        else:
            observation.outside.add(record_id)


def _unseen_documents(observation: Observation, context: Context) -> dict[str, Instance]:
    """Return the documents of this module that are thought to be there and were not seen, by id."""
    return {
        instance.doc_id: instance
        for document in context.plan.documents.values()
        if document.observe == observation.step.id
        for instances in context.view.instances(document.name).values()
        for instance in instances
        if instance.doc_id is not None
        and instance.doc_id not in observation.records
        and instance.doc_status != "deleted"
    }


def _other(side: str) -> str:
    return "right_gone" if side == "left" else "left_gone"


def with_id(record: Record) -> Record:
    """Return a record whose id is among its fields."""
    return Record(
        module=record.module,
        id=record.id,
        fields={**record.fields, "id": record.id},
        version=record.version,
        modified=record.modified,
        created=record.created,
    )


def _restore(step: ObserveStep, stored: StoredRecord) -> Record:
    return Record(
        module=step.module,
        id=stored.id,
        fields=stored.fields,
        version=stored.version,
        modified=stored.modified,
        created=stored.created,
    )


def stored_record(record: Record) -> StoredRecord:
    """Return a record as the state keeps it."""
    return StoredRecord(
        id=record.id,
        version=record.version,
        modified=record.modified,
        created=record.created,
        fields=record.fields,
    )
