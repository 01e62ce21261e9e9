"""Why a document was made: the trigger whose condition turned true, when, and where each of its fields came from."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.stages import KeepsStages
from syncdsl.engine.explaining.answers import Cause, DocumentWhy, InputWhy, StageSeen
from syncdsl.engine.explaining.conditions import condition_hurdle
from syncdsl.engine.live import standing_of
from syncdsl.plan.reads import names_today
from syncdsl.plan.wording import expression_text
from syncdsl.schema.values import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.explaining.answers import Hurdle
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, DocumentPlan, RecordPlan, TriggerPlan
    from syncdsl.state import HistoryRow, Instance, Intent

_STANDS = {
    None: "it is not there any more",
    "requested": "asked for, and no answer yet",
    "draft": "a draft, which follows its record",
    "accepted": "accepted by the rules",
    "sent": "sent: what its record becomes is reported, and changes nothing",
    "paid": "paid in part or in full",
    "closed": "void, declined or closed",
}


def document_why(look: Look, document: DocumentPlan, instance: Instance, field: str | None) -> DocumentWhy:
    """Return why a document was made; with `field` only where that field came from."""
    context, state = look.context, look.context.run.state
    plan = context.plan.records[document.record]
    record = context.observations[plan.endpoint.observe].records.get(instance.record_id)
    seen = context.observations[document.observe].records.get(instance.doc_id or "")
    intent = _made(state.intents_of(instance.key))
    rows = state.history_of(uids={instance.key}, records=set())
    made = next((row for row in rows if intent is not None and row.entry.iid == intent.iid), rows[0] if rows else None)
    trigger = _trigger(look, document, intent)
    source = f"{instance.connection}.{instance.module}/{instance.record_id}"
    cause = _cause(look, made)
    text = trigger.text if trigger is not None else "a trigger that the rules no longer have"
    before = _before(intent, trigger)
    return DocumentWhy(
        rule=document.name,
        location=document.location,
        number=instance.number,
        document=f"{document.connection}.{document.module}/{instance.doc_id}" if instance.doc_id else None,
        document_label=context.name(document.connection, seen).label if seen is not None else "",
        record=source,
        record_label=context.name(plan.endpoint.connection, record).label if record is not None else "",
        status=_STANDS[standing_of(context, document, instance)],
        trigger=text,
        condition=_hurdle(look, plan, trigger, record, "condition"),
        require=_hurdle(look, plan, trigger, record, "require"),
        cause=cause.model_copy(update={"location": trigger.location}) if cause and trigger else cause,
        before=before,
        stages=tuple(_stages(look, plan, instance, before)),
        amount=_amount(intent),
        inputs=tuple(_inputs(look, plan, document, instance, record, field)),
        lines=tuple(_lines(look, plan, document, instance, record)) if field is None else (),
        text=f"`{text}` made it for {source}" if intent is not None else f"it was found again by the key of {source}",
    )


def _made(intents: Sequence[Intent]) -> Intent | None:
    """Return the write that made a document."""
    creates = [intent for intent in intents if intent.op == "create"]
    return next((intent for intent in reversed(creates) if intent.state == "done"), creates[-1] if creates else None)


def _trigger(look: Look, document: DocumentPlan, intent: Intent | None) -> TriggerPlan | None:
    """Return the trigger that made a document, as far as the rules still have it."""
    digests = intent.payload.get("triggers", ()) if intent is not None else ()
    mine = [one for one in look.context.plan.triggers if one.document == document.name]
    return next((one for one in mine if one.digest in digests), None)


def _before(intent: Intent | None, trigger: TriggerPlan | None) -> dt.datetime | None:
    """Return as of when the condition was judged last before it turned true."""
    since = intent.payload.get("since", {}) if intent is not None else {}
    told = since.get(trigger.digest) if trigger is not None and isinstance(since, dict) else None
    try:
        return dt.datetime.fromisoformat(str(told)) if told is not None else None
    except ValueError:
        return None


def _amount(intent: Intent | None) -> str | None:
    amount = intent.payload.get("amount") if intent is not None else None
    return str(amount) if amount is not None else None


def _cause(look: Look, row: HistoryRow | None) -> Cause | None:
    if row is None:
        return None
    starts = look.context.run.state.run_starts([row.run]) if row.entry.at is None else {}
    return Cause(
        run=row.run,
        at=row.entry.at or starts.get(row.run),
        by=row.entry.by,
        location=row.entry.cause_location,
        write=row.entry.iid,
    )


def _hurdle(
    look: Look, plan: RecordPlan, trigger: TriggerPlan | None, record: Record | None, which: str
) -> Hurdle | None:
    """Return what a condition of the trigger comes to now: the record may have moved on since."""
    if trigger is None or record is None:
        return None
    condition = trigger.condition if which == "condition" else trigger.require
    if condition is None:
        return None
    words = expression_text(condition)
    found = condition_hurdle(
        look.context,
        "condition" if which == "condition" else "require",
        condition,
        plan.endpoint.connection,
        record,
        text=f"`{words}`" if which == "condition" else f"`require: {words}`",
        location=trigger.location,
        becomes="it turns true again",
    )
    return found.model_copy(update={"remedies": ()})


def _stages(look: Look, plan: RecordPlan, instance: Instance, before: dt.datetime | None) -> Iterator[StageSeen]:
    """Return the stages that the record went through since, where its system tells and is asked."""
    connection = look.context.run.connections[plan.endpoint.connection]
    if not look.fresh or before is None or not isinstance(connection, KeepsStages):
        return
    # The stage that it came from was reached before: the whole of what its system keeps is asked for.
    found = connection.stages(plan.endpoint.module, {instance.record_id: dt.datetime(1970, 1, 1, tzinfo=dt.UTC)})
    for change in found.get(instance.record_id, ()):
        yield StageSeen(stage=change.stage, at=change.at)


def _inputs(
    look: Look,
    plan: RecordPlan,
    document: DocumentPlan,
    instance: Instance,
    record: Record | None,
    field: str | None,
) -> Iterator[InputWhy]:
    """Return where each field of a document came from."""
    wanted = field.casefold() if field is not None else None
    for assignment in document.assignments:
        names = {assignment.target.casefold(), *(path[0].casefold() for path in assignment.reads)}
        if wanted is None or wanted in names:
            given = instance.inputs.get(assignment.target)
            yield _input(look, plan, assignment.target, assignment.value, given, record)


def _lines(
    look: Look, plan: RecordPlan, document: DocumentPlan, instance: Instance, record: Record | None
) -> Iterator[tuple[InputWhy, ...]]:
    """Return where each field of each line came from; lines that are made of rows stand in their order."""
    stored = instance.inputs.get(document.lines_field or "")
    rows = stored.get("rows", []) if isinstance(stored, dict) else []
    single = all(line.rows is None for line in document.lines)
    for number, row in enumerate(rows):
        line = document.lines[number] if single and number < len(document.lines) else document.lines[-1]
        cells: tuple[Assignment, ...] = line.assignments
        yield tuple(
            _input(look, plan, cell.target, cell.value, row.get(cell.target), record if line.rows is None else None)
            for cell in cells
            if isinstance(row, dict) and cell.target in row
        )


def _input(
    look: Look, plan: RecordPlan, target: str, value: PlanExpression, given: Any, record: Record | None
) -> InputWhy:
    # What is made of the day was fixed when the document was made.
    known = record is not None and not names_today(value)
    now = (
        look.context.evaluate(value, plan.endpoint.connection, record.fields) if record is not None and known else None
    )
    return InputWhy(field=target, text=expression_text(value), given=to_json(from_json(given)), now=to_json(now))
