"""Documents made by an earlier state, found again by the keys they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.live import part_of, status_of
from syncdsl.engine.steps.observe import carried_key
from syncdsl.state import Instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan

GAP = 5
"""How many numbers behind the last document found the search for those of one record goes on."""


def find_documents(document: DocumentPlan, context: Context, records: Iterable[Record]) -> None:
    """Remember documents on the agenda that carry a key nobody knows, as those of the records they were made for.

    `records` are all records in scope; they are gone through only when such a key turns up. A document of a value that
    its record no longer has is found when the record has it again.
    """
    if document.key_field is None:
        return
    documents = context.observations[document.observe]
    looked_at = documents.records.many(documents.agenda)
    by_key = {key: made for made in looked_at.values() if (key := carried_key(made, document.key_field)) is not None}
    known = {
        item.key
        for items in context.view.instances(document.name).values()
        for item in items
        if item.doc_id is not None
    }
    if by_key.keys() <= known:
        return
    for record in records:
        part = part_of(context, document, record)
        turn, last = 0, -1
        # A deleted instance leaves a gap, so the search goes on for a while behind the last one found.
        while turn <= last + GAP:
            key = context.document_key(document, record.id, turn, part)
            if key in by_key:
                last = turn
            if key in by_key and key not in known:
                context.view.put_instance(_instance(document, context, record, by_key[key], key, part, turn))
                context.baseline["documents found by key"] += 1
            turn += 1


def _instance(
    document: DocumentPlan, context: Context, record: Record, made: Record, key: str, part: str, turn: int
) -> Instance:
    endpoint = context.plan.records[document.record].endpoint
    numbers = [item.number for item in context.view.instances(document.name).get(record.id, [])]
    return Instance(
        document=document.name,
        connection=endpoint.connection,
        module=endpoint.module,
        record_id=record.id,
        number=turn if document.per is None else max(numbers, default=-1) + 1,
        key=key,
        doc_id=made.id,
        doc_status=status_of(document, made) or "made",
        part=part,
        turn=turn,
    )
