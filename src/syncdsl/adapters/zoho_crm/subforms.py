"""The rows of a subform when a record is updated (Zoho CRM API v8, Update subform data).

A row that a call does not mention stays, so an update names every row that is there: the ones to keep by their id,
the ones to take out with `_delete`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho_crm.values import write_row, write_value
from syncdsl.schema.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.schema.types import RowsType
    from syncdsl.schema.values import Value

ID = "id"


def row_changes(rows: Sequence[Mapping[str, Value]], held: Sequence[Mapping[str, Value]], kind: RowsType) -> Any:
    """Return the JSON that makes a subform holding `held` hold `rows`.

    A row stays the row it was when it names its id, or else when it holds the same in the fields a row must have (a
    line is known by its product). Such a row keeps what `rows` say nothing about, a tax or a discount that people gave
    it; a field that some row has and this one has not is cleared. Rows without a partner are new, or are taken out.
    """
    named = {name for row in rows for name in row if name in kind.fields and not kind.fields[name].read_only}
    partners = _partners(rows, held, kind)
    changes: list[dict[str, Any]] = []
    for row, partner in zip(rows, partners, strict=True):
        change = write_row(row, kind)
        if partner is not None:
            cleared = {name: write_value(None, kind.fields[name].value) for name in named - row.keys() & partner.keys()}
            change = {ID: str(partner[ID]), **change, **cleared}
        changes.append(change)
    kept = {change.get(ID) for change in changes}
    removed = [str(row[ID]) for row in held if ID in row and str(row[ID]) not in kept]
    return [*changes, *({ID: identifier, "_delete": None} for identifier in removed)]


def _partners(
    rows: Sequence[Mapping[str, Value]], held: Sequence[Mapping[str, Value]], kind: RowsType
) -> list[Mapping[str, Value] | None]:
    """Return for each row the held row that it is, each held row at most once, in order."""
    by_id = {str(row[ID]): row for row in held if ID in row}
    found: list[Mapping[str, Value] | None] = [by_id.pop(str(row[ID]), None) if ID in row else None for row in rows]
    for position, row in enumerate(rows):
        if found[position] is None:
            same = next((key for key, other in by_id.items() if _form(other, kind) == _form(row, kind)), None)
            found[position] = by_id.pop(same) if same is not None else None
    return found


def _form(row: Mapping[str, Value], kind: RowsType) -> tuple[Value, ...]:
    """Return what a row is known by: its required fields, or all it holds where none is required."""
    names = [name for name, field in kind.fields.items() if field.required and not field.read_only]
    names = names or [name for name, field in kind.fields.items() if not field.read_only]
    return tuple(canonical(row.get(name), kind.fields[name].value) for name in names)
