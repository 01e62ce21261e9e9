"""`why`: the decisions behind a record or one of its fields; of one that nothing was done about, why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault, did_you_mean
from syncdsl.diagnostics.codes.explaining import NOT_MAPPED
from syncdsl.engine.explaining.answers import Asked, Why
from syncdsl.engine.explaining.document_reasons import document_why
from syncdsl.engine.explaining.link_reasons import link_why
from syncdsl.engine.explaining.why_not import answers_of, in_no_rule, read_since
from syncdsl.engine.lines import SIDES, line_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.changes.effects import RecordName
    from syncdsl.engine.explaining.looking import Look
    from syncdsl.plan.pairs import DocumentPlan, Pair
    from syncdsl.state import Instance, Link


def why(look: Look, name: RecordName, field: str | None = None) -> Why:
    """Return why a record is as it is: its links, the documents made of it or for it, and what is asked about it.

    With `field` only what is about that field. Raises Fault SD892 when no rule of the record names the field.
    """
    links = list(_links(look))
    documents = list(_documents(look))
    if field is not None:
        _refuse_unmapped(look, field, links, documents)
    told = tuple(link_why(look, pair, link, field) for pair, link in links)
    made = tuple(document_why(look, document, instance, field) for document, instance in documents)
    if field is not None:
        told = tuple(one for one in told if one.fields)
        made = tuple(one for one in made if one.inputs)
    return Why(
        record=name.text,
        label=name.label,
        read="now" if look.fresh else "on file",
        since=read_since(look),
        field=field,
        links=told,
        documents=made,
        questions=tuple(_questions(look)),
        untouched=tuple(answers_of(look) or [in_no_rule(look)]) if not (links or documents) else (),
        former=not (links or documents) and bool(look.context.run.state.uids_of(look.record)),
    )


def _links(look: Look) -> Iterator[tuple[Pair, Link]]:
    """Return the links of the record."""
    for pair in look.context.plan.pairs.values():
        for side in look.sides(pair):
            # As stored: what this very look would link or settle is no fact yet.
            link = look.context.run.state.links_by(pair.name, side, [look.id]).get(look.id)
            if link is not None:
                yield pair, link


def _documents(look: Look) -> Iterator[tuple[DocumentPlan, Instance]]:
    """Return the documents made for the record, and the one that it is itself."""
    for document in look.context.plan.documents.values():
        is_one = (document.connection, document.module) == look.record[:2]
        for instance in look.context.run.state.instances(document.name):
            made_for_it = (instance.connection, instance.module, instance.record_id) == look.record
            if made_for_it or (is_one and instance.doc_id == look.id):
                yield document, instance


def _questions(look: Look) -> Iterator[Asked]:
    rules = (*look.context.plan.pairs, *look.context.plan.documents)
    records = {look.record, *(record for rule in rules for record in look.related(rule))}
    for item in look.context.run.state.reviews_of(records):
        if item.state in {"open", "decided"}:
            decided = f"decided by {item.decided_by or 'a person'}" if item.state == "decided" else ""
            yield Asked(
                id=item.id, kind=item.kind, rule=item.rule, text=item.reason, since=item.opened, decided=decided
            )


def _refuse_unmapped(
    look: Look, field: str, links: list[tuple[Pair, Link]], documents: list[tuple[DocumentPlan, Instance]]
) -> None:
    """Refuse a field that no rule of the record names."""
    pairs = [pair for pair, _ in links] or [pair for pair in look.context.plan.pairs.values() if look.sides(pair)]
    names = {name for pair in pairs for line in pair.lines for side in SIDES for name in line_fields(line, side)}
    for document, _ in documents:
        for assignment in document.assignments:
            names |= {assignment.target, *(path[0] for path in assignment.reads)}
    if any(name.casefold() == field.casefold() for name in names):
        return
    near = did_you_mean(field, names)
    listed = ", ".join(sorted(names)[:12]) or "none"
    raise Fault(
        NOT_MAPPED,
        f"no rule of {look.record[0]}.{look.record[1]}/{look.id} names the field `{field}`",
        help=f"did you mean `{near}`?" if near else f"its rules name these: {listed}",
    )
