"""What a document for a record says: its fields, its lines, its total."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.changes.effects import FieldChange
from syncdsl.engine.mapped import Mapped
from syncdsl.engine.mapping import mapped_value
from syncdsl.engine.steps.create import NewFields
from syncdsl.schema.types import MoneyType, ReferenceType
from syncdsl.schema.values import Ref, show, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentLine, DocumentPlan, RecordPlan
    from syncdsl.schema.values import Row, Value


def document_fields(
    context: Context, plan: RecordPlan, document: DocumentPlan, record: Record
) -> tuple[NewFields, Decimal | None, str | None]:
    """Return the fields of a document for a record, its total, and its currency (None: the base currency).

    An amount keeps its record's currency: a document whose customer is kept in another one is parked, never renumbered.
    """
    found = NewFields()
    for assignment in document.assignments:
        outcome = mapped_value(
            context,
            assignment,
            source=plan.endpoint.connection,
            target=document.connection,
            fields=record.fields,
        )
        found.put(assignment.target, outcome, text=assignment.target, location=document.location)
        if assignment.required:
            clear = found.problem is None
            found.require(assignment.target, text=assignment.target, location=document.location)
            if clear and found.problem is not None and isinstance(assignment.type, ReferenceType):
                # A deal without a customer: it waits for one, and nothing about it is wrong.
                found.parked = True
    currency = _currency(context, plan, record)
    _check_currency(context, document, found, currency)
    rows: list[Row] = []
    total: Decimal | None = Decimal(0)
    for line in document.lines:
        for given in _given(line, record):
            row = _row(context, plan, document, line, record, found, given)
            rows.append(row)
            total = _add(total, row)
    if rows and document.lines_field:
        found.values[document.lines_field] = tuple(rows)
        found.changes.append(_change(document, rows))
    elif found.problem is None:
        found.problem, found.location = "it would have no line", document.location
    return found, total, currency


def _given(line: DocumentLine, record: Record) -> Sequence[Mapping[str, Value] | None]:
    """Return what a line is made for: the rows of a list of the record, or once for the record itself (None)."""
    if line.rows is None:
        return (None,)
    rows = record.fields.get(line.rows[0])
    return [dict(row) for row in rows if isinstance(row, tuple)] if isinstance(rows, tuple) else ()


def _row(
    context: Context,
    plan: RecordPlan,
    document: DocumentPlan,
    line: DocumentLine,
    record: Record,
    found: NewFields,
    given: Mapping[str, Value] | None,
) -> Row:
    gathered = NewFields()
    for assignment in line.assignments:
        outcome = mapped_value(
            context,
            assignment,
            source=plan.endpoint.connection,
            target=document.connection,
            fields=record.fields,
            row=given,
        )
        text = f"line.{assignment.target}"
        gathered.put(assignment.target, outcome, text=text, location=document.location)
        if assignment.required or isinstance(assignment.type, MoneyType):
            # A line without its amount is no line: zero is never assumed.
            gathered.require(assignment.target, text=text, location=document.location)
        if not isinstance(outcome, Mapped):
            break
    if gathered.problem is not None and found.problem is None:
        found.problem, found.location, found.parked = gathered.problem, gathered.location, gathered.parked
    found.waits_for.extend(gathered.waits_for)
    return tuple(sorted(gathered.values.items()))


def _add(total: Decimal | None, row: Row) -> Decimal | None:
    values = dict(row)
    rate, quantity = values.get("rate"), values.get("quantity", Decimal(1))
    if total is None or not isinstance(rate, Decimal) or not isinstance(quantity, Decimal | int):
        return None
    return total + rate * quantity


def _change(document: DocumentPlan, rows: list[Row]) -> FieldChange:
    return FieldChange(field=document.lines_field or "", old=None, new=to_json(tuple(rows)), location=document.location)


def _currency(context: Context, plan: RecordPlan, record: Record) -> str | None:
    name = context.schema(plan.endpoint.connection, plan.endpoint.module).currency_field
    return (show(record.fields.get(name)) or None) if name else None


def _check_currency(context: Context, document: DocumentPlan, found: NewFields, currency: str | None) -> None:
    """Park a document whose customer's currency is known and is another one than the record's."""
    wanted = currency or context.identities[document.connection].base_currency
    for value in list(found.values.values()):
        if not isinstance(value, Ref):
            continue
        module = context.schema(document.connection, value.module)
        partner = context.observed_record(document.connection, value.module, value.id)
        if module.currency_field is None or partner is None:
            continue
        kept = partner.fields.get(module.currency_field)
        if isinstance(kept, Ref):
            kept_in = context.observed_record(document.connection, kept.module, kept.id)
            kept = kept_in.fields.get("currency_code") if kept_in else None
        if kept is not None and show(kept) != wanted and found.problem is None:
            found.problem = f"the amount is in {wanted}, the customer is kept in {show(kept)}"
            found.location, found.parked = document.location, True
