"""Undo of documents: what a run made is voided, never deleted, and what a draft took on is put back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from syncdsl.changes.effects import Act, FieldChange, Hold, Update
from syncdsl.engine.live import standing_in, status_of
from syncdsl.engine.operations import ActOnDocument, UpdateDocument
from syncdsl.schema.canonical import canonical
from syncdsl.schema.values import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan
    from syncdsl.state import HistoryEntry, Instance
    from syncdsl.state.run_writes import RunWrite


def undo_document(context: Context, write: RunWrite, fields: Sequence[HistoryEntry], reason: str) -> None:
    """Decide what puts back a write to a document, or one that a document made to its record."""
    document = context.plan.documents[write.rule]
    observed = context.observations.get(document.observe)
    owner = context.plan.records[document.record].endpoint
    sources = context.observations.get(owner.observe)
    instance = _instance(context, document, write)
    made = observed.records.get(instance.doc_id or "") if observed is not None and instance is not None else None
    source = sources.records.get(instance.record_id) if sources is not None and instance is not None else None
    if instance is None or made is None or source is None:
        context.reported.append(f"{document.name}: a document that was made, or its record, is not there any more")
        return
    if write.op == "create":
        _close(context, document, instance, made, source, reason)
    else:
        _put_back(context, document, instance, made, source, write, fields, reason)


def _instance(context: Context, document: DocumentPlan, write: RunWrite) -> Instance | None:
    named = {write.record_id, write.source[2]}
    for instances in context.view.instances(document.name).values():
        for instance in instances:
            if instance.doc_id is not None and instance.doc_id in named:
                return instance
    return None


def _verb(document: DocumentPlan) -> Literal["void", "decline"]:
    """Return how a document is closed: quotes know no void, they are declined."""
    return "decline" if "void" not in document.closed and "declined" in document.closed else "void"


def _close(
    context: Context, document: DocumentPlan, instance: Instance, made: Record, source: Record, reason: str
) -> None:
    """Void a document, unless it is closed, or somebody sent or paid it."""
    owner = context.plan.records[document.record].endpoint
    name, of = context.name(document.connection, made), context.name(owner.connection, source)
    status = status_of(document, made)
    match standing_in(document, status, instance):
        case "closed":
            return
        case "sent" | "paid":
            context.hold(
                Hold(
                    rule=document.name,
                    location=document.location,
                    reason=f"{reason}, which made it: it is {status} by now, so a person closes it",
                    why="document",
                    record=name,
                    candidates=(of,),
                )
            )
            context.expect(document.connection, made)
            return
        case _:
            pass
    effect = Act(
        kind=_verb(document),
        rule=document.name,
        location=document.location,
        reason=f"{reason}, which made it",
        record=name,
        source=of,
    )
    context.add(
        ActOnDocument(
            effect=effect, document=document, source=source, number=instance.number, before=status, triggers=()
        )
    )
    context.expect(document.connection, made)
    context.expect(owner.connection, source)


def _put_back(
    context: Context,
    document: DocumentPlan,
    instance: Instance,
    made: Record,
    source: Record,
    write: RunWrite,
    fields: Sequence[HistoryEntry],
    reason: str,
) -> None:
    """Put the fields of a draft, or of its record, back that hold what the run wrote; hold the others."""
    owner = context.plan.records[document.record].endpoint
    back = (write.connection, write.module) == (owner.connection, owner.module)
    record, connection = (source, owner.connection) if back else (made, document.connection)
    name = context.name(connection, record)
    other = context.name(document.connection, made) if back else context.name(owner.connection, source)
    draft = standing_in(document, status_of(document, made), instance) in {"draft", "requested"}
    changes: list[FieldChange] = []
    for entry in fields:
        kind = context.type_of(connection, record.module, entry.field)
        now = canonical(record.fields.get(entry.field), kind)
        if entry.erased or now == canonical(from_json(entry.old), kind):
            continue
        if now != canonical(from_json(entry.new), kind) or not (back or draft):
            context.hold(
                Hold(
                    rule=document.name,
                    location=entry.cause_location,
                    reason=f"{reason}: `{entry.field}` was changed since, or the document is no longer a draft",
                    why="undo",
                    record=name,
                    candidates=(other,),
                    field=entry.field,
                    left=to_json(record.fields.get(entry.field)),
                    right=entry.old,
                )
            )
            context.expect(connection, record)
            continue
        old = to_json(record.fields.get(entry.field))
        changes.append(FieldChange(field=entry.field, old=old, new=entry.old, location=entry.cause_location))
    if not changes:
        return
    effect = Update(
        rule=document.name,
        location=document.location,
        reason=reason,
        record=name,
        side="left" if back else "right",
        partner=other,
        fields=tuple(changes),
    )
    values = {change.field: from_json(change.new) for change in changes}
    # What the record gave last stays what it gave: so nothing of it is news to the next run.
    given = {} if back else {field: value for field, value in instance.inputs.items() if field in values}
    context.add(
        UpdateDocument(
            effect=effect,
            document=document,
            source=source,
            number=instance.number,
            key=instance.key,
            record=record,
            values=values,
            given=given,
        )
    )
    context.expect(connection, record)
