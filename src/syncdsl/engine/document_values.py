"""What a document holds, in the form in which it is compared with what its record gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from syncdsl.plan.reads import names_today
from syncdsl.schema.canonical import canonical
from syncdsl.schema.types import RowsType
from syncdsl.schema.values import PartnerOf, is_empty, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import DocumentPlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Fields, Row, Value


def written_fields(document: DocumentPlan) -> tuple[str, ...]:
    """Return the fields of a document that its record gives, its lines among them."""
    names = [item.target for item in document.assignments]
    if document.lines and document.lines_field:
        names.append(document.lines_field)
    return tuple(dict.fromkeys(names))


def document_fields_in(plan: Plan, connection: str, module: str) -> set[str]:
    """Return the fields that documents of a plan have in a module: what a write of them has to be read back for."""
    return {
        name
        for document in plan.documents.values()
        if (document.connection, document.module) == (connection, module)
        for name in written_fields(document)
    }


def fixed_fields(document: DocumentPlan) -> frozenset[str]:
    """Return the fields that are fixed when a document is made, because they are made of the day."""
    fixed = {item.target for item in document.assignments if names_today(item.value)}
    if document.lines_field and any(names_today(item.value) for line in document.lines for item in line.assignments):
        fixed.add(document.lines_field)
    return frozenset(fixed)


def held(context: Context, document: DocumentPlan, fields: Fields, names: Iterable[str]) -> Fields:
    """Return the canonical forms of some fields of a document; of its lines the columns that its record gives."""
    found: Fields = {}
    for name in names:
        kind = context.type_of(document.connection, document.module, name)
        value = fields.get(name)
        form = _rows(document, value, kind) if isinstance(kind, RowsType) else canonical(value, kind)
        if not is_empty(form):
            found[name] = form
    return found


def _rows(document: DocumentPlan, value: Value, kind: RowsType) -> Value:
    """Return the lines of a document, each with the columns that some line of the rules writes."""
    columns = {item.target for line in document.lines for item in line.assignments}
    if not isinstance(value, tuple):
        return value
    return cast("Value", tuple(_row(row, columns, kind) for row in value if isinstance(row, tuple)))


def _row(row: Row, columns: set[str], kind: RowsType) -> Row:
    cells = []
    for name, cell in sorted(row):
        field = kind.fields.get(name)
        form = cell if isinstance(cell, PartnerOf) or field is None else canonical(cell, field.value)
        if name in columns and not is_empty(form):
            cells.append((name, form))
    return tuple(cells)


def as_json(fields: Fields) -> dict[str, Any]:
    """Return fields in the form in which an instance remembers them."""
    return {name: to_json(value) for name, value in sorted(fields.items())}
