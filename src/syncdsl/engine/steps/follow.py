"""Follow: a draft takes on what its record became, by the same three-way merge as partners; what was sent does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.changes.decisions import TakeSide
from syncdsl.changes.effects import FieldChange, Hold, Update
from syncdsl.engine.document_values import as_json, fixed_fields, held, written_fields
from syncdsl.engine.documents import document_fields
from syncdsl.engine.erased import revealed
from syncdsl.engine.live import live_instance, part_of, standing_in, standing_of, status_of
from syncdsl.engine.operations import UpdateDocument
from syncdsl.engine.steps.create import hold_new
from syncdsl.schema.values import fields_from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from typing import Any

    from syncdsl.adapters.protocol import Record
    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.context import Context
    from syncdsl.engine.reviewing import Decided
    from syncdsl.engine.steps.create import NewFields
    from syncdsl.plan.pairs import DocumentPlan, RecordPlan
    from syncdsl.schema.values import Fields
    from syncdsl.state import Instance


def follow(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    records: Iterable[Record],
    closing: AbstractSet[tuple[str, int]],
) -> None:
    """Decide what the live documents of some records take on.

    One that this change set closes (`closing` holds record ids and numbers) takes on nothing. Drafts are read as they
    are now: their lists do not show all of their fields.
    """
    changed: list[tuple[Record, Instance, NewFields]] = []
    for record in records:
        instance = live_instance(context, document, record.id, part_of(context, document, record))
        if instance is None or instance.doc_id is None or (record.id, instance.number) in closing:
            continue
        found, _, _ = document_fields(context, plan, document, record)
        if _news(context, document, instance, found):
            changed.append((record, instance, found))
    drafts = [item for item in changed if standing_of(context, document, item[1]) == "draft"]
    for record, instance, found in changed:
        if standing_of(context, document, instance) != "draft":
            _report(context, document, record, instance, found)
    if not drafts:
        return
    names = (*written_fields(document), *((document.status_field,) if document.status_field else ()))
    label = context.schema(document.connection, document.module).label_field
    read = context.run.connections[document.connection].fetch(
        document.module,
        sorted({instance.doc_id or "" for _, instance, _ in drafts}),
        tuple(dict.fromkeys((*names, label))),
    )
    for record, instance, found in drafts:
        draft = read.get(instance.doc_id or "")
        if draft is None or standing_in(document, status_of(document, draft), instance) != "draft":
            continue
        _merge(context, plan, document, record, instance, found, draft)


def _given(context: Context, document: DocumentPlan, found: NewFields) -> Fields:
    return held(context, document, found.values, (name for name in written_fields(document)))


def _news(context: Context, document: DocumentPlan, instance: Instance, found: NewFields) -> set[str]:
    """Return the fields for which the record gives something else than it gave last."""
    now, before = _given(context, document, found), fields_from_json(instance.inputs)
    names = set(written_fields(document)) - fixed_fields(document)
    known = revealed(context, before, now, names)
    if known is None:
        return names
    known = held(context, document, known, names)
    return {name for name in names if now.get(name) != known.get(name)}


def _report(context: Context, document: DocumentPlan, record: Record, instance: Instance, found: NewFields) -> None:
    """Say that a document that was sent is no longer what its record would make of it."""
    seen = context.observations[document.observe].records.get(instance.doc_id or "")
    if seen is None or found.problem is not None:
        return
    target = context.name(document.connection, seen)
    source = context.name(context.plan.records[document.record].endpoint.connection, record)
    names = ", ".join(f"`{name}`" for name in sorted(_news(context, document, instance, found)))
    context.reported.append(
        f"{target.text} `{target.label}`: {source.text} `{source.label}` would give it another {names} by now; it is "
        f"{status_of(document, seen)}, so it stays as it is"
    )


def _merge(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    record: Record,
    instance: Instance,
    found: NewFields,
    draft: Record,
) -> None:
    """Merge what the record gives into its draft, field by field."""
    source = context.name(plan.endpoint.connection, record)
    if found.problem is not None:
        hold_new(context, document.name, found, source)
        return
    target = context.name(document.connection, draft)
    now = _given(context, document, found)
    here = held(context, document, draft.fields, written_fields(document))
    # What its record gave stands for what a draft held where nobody could read it back.
    base = fields_from_json({**instance.inputs, **instance.base})
    values: Fields = {}
    changes: list[FieldChange] = []
    settled: set[str] = set()
    decided: list[Decided] = []
    for name in sorted(_news(context, document, instance, found)):
        known = revealed(context, base, here, {name})
        as_it_was = known is not None and here.get(name) == known.get(name)
        unknown = name not in base and name in here
        if now.get(name) == here.get(name) or unknown:
            settled.add(name)
            continue
        if not as_it_was:
            hold = _question(document, source, target, name, now, here)
            answer = context.reviews.of(hold)
            if answer is None:
                context.hold(hold)
                continue
            if not (isinstance(answer.decision, TakeSide) and answer.decision.side == "left"):
                settled.add(name)
                continue
            decided.append(answer)
        values[name] = found.values.get(name)
        old, new = to_json(here.get(name)), to_json(found.values.get(name))
        changes.append(FieldChange(field=name, old=old, new=new, location=document.location))
    if settled:
        context.view.put_instance(
            replace(instance, inputs=_with(instance.inputs, settled, now), base=_with(instance.base, settled, here))
        )
    if not values:
        return
    effect = Update(
        rule=document.name,
        location=document.location,
        reason=f"a draft follows {source.text}",
        record=target,
        side="right",
        partner=source,
        fields=tuple(changes),
        waits_for=tuple(found.waits_for),
    )
    context.add(
        UpdateDocument(
            effect=effect,
            document=document,
            source=record,
            number=instance.number,
            record=draft,
            values=values,
            given=as_json({name: now[name] for name in values if name in now}),
            decided=tuple(decided),
        )
    )
    context.expect(plan.endpoint.connection, record)


def _with(known: Mapping[str, Any], names: set[str], values: Fields) -> dict[str, Any]:
    """Return what an instance remembers, with what some fields are now."""
    rest = {name: value for name, value in known.items() if name not in names}
    return {**rest, **as_json({name: values[name] for name in names if name in values})}


def _question(
    document: DocumentPlan, source: RecordName, target: RecordName, name: str, now: Fields, here: Fields
) -> Hold:
    """Return what is asked about a field that a person changed in the draft and that its record changed too."""
    return Hold(
        rule=document.name,
        location=document.location,
        reason=f"`{name}` was changed in the draft, and {source.text} would give it something else; the draft keeps it",
        why="conflict",
        record=source,
        candidates=(target,),
        field=name,
        left=to_json(now.get(name)),
        right=to_json(here.get(name)),
    )
