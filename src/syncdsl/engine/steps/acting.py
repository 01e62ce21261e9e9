"""Acting: what the edges of one moment do to one document of a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.effects import Act, Create, Hold, RecordName
from syncdsl.engine.documents import document_fields
from syncdsl.engine.live import live_instance, next_turn, part_of, standing_in, status_of
from syncdsl.engine.operations import ActOnDocument, CreateDocument
from syncdsl.engine.steps.confirming import confirmed
from syncdsl.engine.steps.create import hold_new
from syncdsl.engine.steps.edges import CLOSING, VERBS, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.live import Standing
    from syncdsl.plan.pairs import DocumentPlan, RecordPlan, TriggerPlan, Verb
    from syncdsl.state import Instance

    Action = Literal["send", "accept", "decline", "void"]


def decide(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    record: Record,
    fired: Mapping[Verb, Sequence[TriggerPlan]],
) -> None:
    """Decide what the edges of a record come to: create, send, accept, decline, void, in this order.

    What would both make and close a document does neither. An edge that waits is not committed: it fires again.
    """
    name = context.name(plan.endpoint.connection, record)
    waiting = {verb: _required(context, plan, record, triggers) for verb, triggers in fired.items()}
    edges = {verb: triggers for verb, triggers in waiting.items() if triggers}
    if edges.get("create") and any(edges.get(verb) for verb in CLOSING):
        closing = " and ".join(verb for verb in VERBS if verb in CLOSING and edges.get(verb))
        context.reported.append(
            f"{name.text} `{name.label}`: triggers would both create and {closing} {document.name} at one moment; "
            "neither is done"
        )
        for verb in ("create", *CLOSING):
            settle(context, plan, edges.pop(verb, ()), record.id)
    part = part_of(context, document, record)
    look = confirmed if edges.get("create") else live_instance
    live = look(context, document, record.id, part)
    number = live.number if live is not None else None
    if edges.get("create"):
        if live is not None:
            context.reported.append(f"{name.text} `{name.label}`: there is a live {document.name} already")
            settle(context, plan, edges["create"], record.id)
        else:
            number = _create(context, plan, document, record, part, edges["create"])
            if number is None:
                return
    for verb in VERBS:
        triggers = edges.get(verb)
        if verb == "create" or not triggers:
            continue
        if number is None:
            context.reported.append(f"{name.text} `{name.label}`: no live {document.name} to {verb}")
            settle(context, plan, triggers, record.id)
        else:
            _act(context, plan, document, record, live, number, verb, triggers)


def _required(
    context: Context, plan: RecordPlan, record: Record, triggers: Sequence[TriggerPlan]
) -> Sequence[TriggerPlan]:
    """Return the triggers that may act; the others wait, visibly, for what they require."""
    ready: list[TriggerPlan] = []
    for one in triggers:
        if one.require is None or context.evaluate(one.require, plan.endpoint.connection, record.fields):
            ready.append(one)
            continue
        context.hold(
            Hold(
                rule=one.document,
                location=one.location,
                reason=f"`{one.text}`: what it requires does not hold yet",
                why="parked",
                record=context.name(plan.endpoint.connection, record),
                field=f"{one.verb} {one.document}",
            )
        )
    return ready


def _create(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    record: Record,
    part: str,
    triggers: Sequence[TriggerPlan],
) -> int | None:
    """Decide on making a document; return its number, None when something keeps it from being made."""
    name = context.name(plan.endpoint.connection, record)
    found, amount, currency = document_fields(context, plan, document, record)
    if found.problem is not None:
        # The edge is not committed: it fires again when what it waits for has come.
        hold_new(context, document.name, found, name)
        return None
    number, turn = next_turn(context, document, record.id, part)
    effect = Create(
        rule=document.name,
        location=triggers[0].location,
        reason=f"`{triggers[0].text}`",
        record=_to_be_made(document, name),
        source=name,
        source_side="left",
        key=context.document_key(document, record.id, turn, part),
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
            part=part,
            turn=turn,
            triggers=tuple(one.digest for one in triggers),
        )
    )
    context.expect(plan.endpoint.connection, record)
    return number


def _to_be_made(document: DocumentPlan, source: RecordName) -> RecordName:
    return RecordName(
        connection=document.connection, module=document.module, id=None, label=f"{document.name} for {source.label}"
    )


def _act(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    record: Record,
    live: Instance | None,
    number: int,
    verb: Action,
    triggers: Sequence[TriggerPlan],
) -> None:
    """Decide on a status change of a live document, or of one that is made before (`live` is None)."""
    source = context.name(plan.endpoint.connection, record)
    target, status, standing = _to_be_made(document, source), "", _DRAFT
    seen: Record | None = None
    if live is not None:
        seen = context.observations[document.observe].records.get(live.doc_id or "")
        if seen is None:
            return
        target, status = context.name(document.connection, seen), status_of(document, seen)
        standing = standing_in(document, status, live)
    even_sent = any(one.even_sent for one in triggers)
    if standing == "paid":
        _ask(context, plan, document, record, target, status, triggers)
        return
    if _is_done(verb, standing, status):
        settle(context, plan, triggers, record.id)
        return
    if standing == "sent" and not even_sent:
        context.reported.append(
            f"{target.text} `{target.label}`: it is {status} by now, so `{triggers[0].text}` leaves it as it is"
        )
        settle(context, plan, triggers, record.id)
        return
    effect = Act(
        kind=verb,
        rule=document.name,
        location=triggers[0].location,
        reason=f"`{triggers[0].text}`",
        record=target,
        source=source,
        even_sent=even_sent,
    )
    context.add(
        ActOnDocument(
            effect=effect,
            document=document,
            source=record,
            number=number,
            before=status,
            triggers=tuple(one.digest for one in triggers),
        )
    )
    context.expect(plan.endpoint.connection, record)
    if seen is not None:
        context.expect(document.connection, seen)


_DRAFT: Standing = "draft"


def _is_done(verb: Action, standing: Standing, status: str) -> bool:
    """Return whether a live document is already where a status change would bring it."""
    return (verb == "send" and standing in {"sent", "accepted"}) or (verb == "accept" and status == "accepted")


def _ask(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    record: Record,
    target: RecordName,
    status: str,
    triggers: Sequence[TriggerPlan],
) -> None:
    """Leave a document that was paid, in part or in full, to a person."""
    hold = Hold(
        rule=document.name,
        location=triggers[0].location,
        reason=f"`{triggers[0].text}`: it is {status} by now, so a person decides",
        why="document",
        record=target,
        candidates=(context.name(plan.endpoint.connection, record),),
    )
    if context.reviews.of(hold) is not None:
        # Left as it is: the one thing that can be decided.
        settle(context, plan, triggers, record.id)
    else:
        context.hold(hold)
