"""What a record has, and what could be associated: lists for people. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from syncdsl.changes.effects import RecordName
from syncdsl.engine.associable import Associable
from syncdsl.schema.model import Model
from syncdsl.schema.values import show

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from syncdsl.engine.associable import Document, Subject
    from syncdsl.engine.run import Run

LIMIT = 20
"""How many candidates are asked for."""


class Row(Model):
    """A document. `how` it came to be associated: by a person with syncdsl, by the rules, elsewhere, or not at all.

    `by` and `at` (ISO 8601) are known of what people did with syncdsl.
    """

    document: RecordName
    customer: str
    status: str
    how: Literal["person", "rules", "elsewhere", "candidate"]
    by: str | None = None
    at: str | None = None


class Candidate(Model):
    """A record that documents can be associated with, and whom it is for."""

    record: RecordName
    parties: tuple[str, ...]


class AssociationList(Model):
    """What `syncdsl associations` shows: a record's documents, or candidates for a text."""

    record: RecordName | None = None
    search: str | None = None
    documents: tuple[Row, ...] = ()
    records: tuple[Candidate, ...] = ()


def associations(run: Run, record: str) -> AssociationList:
    """Return the documents that a record has. Raises Fault SD860, SD817 and SD826."""
    known = Associable(run)
    subject = known.subject(record)
    told = {
        (one.module, one.document_id): (one.by, one.at)
        for one in run.state.associations(subject.name.connection, subject.name.module, subject.name.id or "")
    }
    return AssociationList(record=subject.name, documents=tuple(_associated(run, known, subject, told)))


def search_documents(run: Run, record: str, text: str) -> AssociationList:
    """Return the documents that could be associated with a record and whose number or name contains a text."""
    known = Associable(run)
    subject = known.subject(record)
    rows = [
        _row(run, known, document, "candidate")
        for document in known.documents_for(subject)
        if not document.record_id
        and known.made_for(document) is None
        and text.casefold() in f"{document.name.label} {document.name.id}".casefold()
    ]
    return AssociationList(record=subject.name, search=text, documents=tuple(rows[:LIMIT]))


def search_records(run: Run, text: str) -> AssociationList:
    """Return the records that documents can be associated with and whose name contains a text; no deleted ones."""
    known = Associable(run)
    found = [
        Candidate(record=subject.name, parties=tuple(known.party_names(subject)))
        for subject in known.search(text, LIMIT)
    ]
    return AssociationList(search=text, records=tuple(found))


def _associated(
    run: Run, known: Associable, subject: Subject, told: dict[tuple[str, str], tuple[str, dt.datetime]]
) -> Iterator[Row]:
    seen: set[tuple[str, str]] = set()
    for document in known.made_by_rules(subject):
        seen.add((document.name.module, document.name.id or ""))
        yield _row(run, known, document, "rules")
    for document in known.documents_of(subject):
        place = (document.name.module, document.name.id or "")
        if place in seen:
            continue
        by, at = told.get(place, (None, None))
        yield _row(run, known, document, "person" if at is not None else "elsewhere", by, at)


def _row(
    run: Run,
    known: Associable,
    document: Document,
    how: Literal["person", "rules", "elsewhere", "candidate"],
    by: str | None = None,
    at: dt.datetime | None = None,
) -> Row:
    status = run.schemas[document.name.connection].modules[document.name.module].status_field
    return Row(
        document=document.name,
        customer=known.customer_name(document),
        status=show(document.record.fields.get(status)) if status is not None else "",
        how=how,
        by=by or None,
        at=at.isoformat() if at is not None else None,
    )
