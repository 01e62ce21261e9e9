"""Where the documents made for a record stand: which one is live, and what the rules may still do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.schema.values import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan
    from syncdsl.state import Instance

Standing: TypeAlias = Literal["requested", "draft", "accepted", "sent", "paid", "closed"]
"""`requested`: nobody knows yet whether it exists. `accepted`: a draft that the rules themselves accepted. `sent`: a
customer has seen it, or a person took it on. `paid`: money or goods moved."""


def part_of(context: Context, document: DocumentPlan, record: Record) -> str:
    """Return the value of a record that its documents are told apart by; empty where there is one document."""
    if document.per is None:
        return ""
    connection = context.plan.records[document.record].endpoint.connection
    return show(context.evaluate(document.per, connection, record.fields))


def live_instance(context: Context, document: DocumentPlan, record_id: str, part: str) -> Instance | None:
    """Return the record's live instance of a document: made, and by the latest reading not closed or deleted."""
    for instance in reversed(of_part(context, document, record_id, part)):
        standing = standing_of(context, document, instance)
        if standing is not None and standing != "closed":
            return instance
    return None


def of_part(context: Context, document: DocumentPlan, record_id: str, part: str) -> Sequence[Instance]:
    """Return the instances for one value of a record, in the order they were made."""
    return [item for item in context.view.instances(document.name).get(record_id, []) if item.part == part]


def standing_of(context: Context, document: DocumentPlan, instance: Instance) -> Standing | None:
    """Return where an instance stands by the latest reading; None: it is not there."""
    if instance.doc_id is None:
        # Requested, and nobody knows yet whether it exists: recovery settles it before anything else is made.
        return "requested" if instance.doc_status == "requested" else None
    seen = context.observations[document.observe].records.get(instance.doc_id)
    return None if seen is None else standing_in(document, status_of(document, seen), instance)


def standing_in(document: DocumentPlan, status: str, instance: Instance) -> Standing:
    """Return what a status means for an instance."""
    if status in document.closed:
        return "closed"
    if status in document.paid:
        return "paid"
    if not status or status in document.untouched:
        return "draft"
    return "accepted" if status == instance.doc_status == "accepted" else "sent"


def status_of(document: DocumentPlan, record: Record) -> str:
    """Return the status of a document; empty where its module has none."""
    return show(record.fields.get(document.status_field)) if document.status_field else ""


def next_turn(context: Context, document: DocumentPlan, record_id: str, part: str) -> tuple[int, int]:
    """Return the number of a record's next instance, and its turn for one value.

    One that was refused for certain never counted.
    """
    made = [item for item in context.view.instances(document.name).get(record_id, []) if item.doc_status != "refused"]
    number = max((item.number for item in made), default=-1) + 1
    return number, max((item.turn for item in made if item.part == part), default=-1) + 1
