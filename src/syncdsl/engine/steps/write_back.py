"""Write back: what a document's own values change in the record it was made for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.changes.effects import FieldChange, Hold, Update
from syncdsl.engine.live import live_instance, part_of
from syncdsl.engine.mapped import Mapped, Misfit, Parked
from syncdsl.engine.mapping import mapped_value
from syncdsl.engine.operations import UpdateDocument
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import PartnerOf, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan, RecordPlan
    from syncdsl.schema.values import Fields
    from syncdsl.state import Instance


def write_back(context: Context, plan: RecordPlan, document: DocumentPlan, records: Iterable[Record]) -> None:
    """Decide what the live documents of some records change in them."""
    if not document.write_backs:
        return
    observed = context.observations[document.observe].records
    for record in records:
        instance = live_instance(context, document, record.id, part_of(context, document, record))
        made = observed.get(instance.doc_id or "") if instance is not None else None
        if instance is not None and made is not None:
            for operation in changes_back(context, plan, document, record, instance, made):
                context.add(operation)
                context.expect(document.connection, made)
                context.expect(plan.endpoint.connection, record)


def of_documents(context: Context, document: DocumentPlan) -> set[str]:
    """Return the ids of the records whose document is on the agenda, where something is written back."""
    if not document.write_backs:
        return set()
    made = {
        instance.doc_id: record_id
        for record_id, instances in context.view.instances(document.name).items()
        for instance in instances
        if instance.doc_id is not None
    }
    return {made[doc_id] for doc_id in context.observations[document.observe].named(made.keys())}


def changes_back(
    context: Context, plan: RecordPlan, document: DocumentPlan, record: Record, instance: Instance, made: Record
) -> Iterator[UpdateDocument]:
    """Return what a document writes back: what it gives now and did not give when it was last written.

    What somebody made of the record's field since is overwritten when the document changes, and not before.
    """
    values: Fields = {}
    changes: list[FieldChange] = []
    given: dict[str, Any] = {}
    source, target = context.name(document.connection, made), context.name(plan.endpoint.connection, record)
    for assignment in document.write_backs:
        outcome = mapped_value(
            context, assignment, source=document.connection, target=plan.endpoint.connection, fields=made.fields
        )
        if not isinstance(outcome, Mapped) or isinstance(outcome.value, PartnerOf):
            _hold(context, document, source, target, assignment.target, outcome)
            continue
        now = canonical(outcome.value, assignment.type)
        told = to_json(now)
        if instance.base.get(_remembered(assignment.target)) == told:
            continue
        here = record.fields.get(assignment.target)
        given[_remembered(assignment.target)] = told
        if canonical(here, assignment.type) != now:
            values[assignment.target] = outcome.value
            change = FieldChange(
                field=assignment.target, old=to_json(here), new=to_json(outcome.value), location=document.location
            )
            changes.append(change)
    if not values:
        if given:
            context.view.put_instance(replace(instance, base={**instance.base, **given}))
        return
    effect = Update(
        rule=document.name,
        location=document.location,
        reason=f"{source.text} `{source.label}` is written back",
        record=target,
        side="left",
        partner=source,
        fields=tuple(changes),
    )
    yield UpdateDocument(
        effect=effect,
        document=document,
        source=record,
        number=instance.number,
        key=instance.key,
        record=record,
        values=values,
        given=given,
    )


def _remembered(name: str) -> str:
    """Return under which name an instance remembers what was written back last; no field has such a name."""
    return f"< {name}"


def _hold(
    context: Context,
    document: DocumentPlan,
    source: RecordName,
    target: RecordName,
    name: str,
    outcome: Mapped | Misfit | Parked,
) -> None:
    problem = outcome.reason if isinstance(outcome, Misfit) else "it refers to a record that has no partner"
    offered = outcome.value if isinstance(outcome, Misfit) else None
    context.hold(
        Hold(
            rule=document.name,
            location=document.location,
            reason=f"`{name}` cannot be written back: {problem}",
            why="value",
            record=source,
            candidates=(target,),
            field=name,
            right=to_json(offered),
        )
    )
