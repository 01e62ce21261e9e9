"""Map lines at work: from one side's record to the value that fits the other side's field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.amounts import amount_in_no_row, rows_of, tax_of
from syncdsl.engine.mapped import MapOutcome, Mapped, Misfit, Parked
from syncdsl.schema.canonical import canonical
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.types import MoneyType, ReferenceType, TextType
from syncdsl.schema.values import PartnerOf, Ref, is_empty, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import Assignment, Lookup, RowMap
    from syncdsl.schema.values import Row, Value


def source_value(context: Context, assignment: Assignment, connection: str, fields: Mapping[str, Value]) -> Value:
    """Return what an assignment's expression gives, in canonical form, before references are translated.

    This is what is compared with the base: whether the source side changed does not depend on the other side.
    """
    value = context.evaluate(assignment.value, connection, fields)
    if isinstance(value, Ref):
        return value
    if assignment.rows is not None:
        return _source_rows(context, assignment.rows, connection, fields, value)
    if assignment.lookup is not None:
        return canonical(value, TextType())
    if assignment.tax is not None:
        return canonical(value, MoneyType())
    return canonical(convert(value, assignment.type), assignment.type)


def mapped_value(
    context: Context,
    assignment: Assignment,
    *,
    source: str,
    target: str,
    fields: Mapping[str, Value],
    row: Mapping[str, Value] | None = None,
) -> MapOutcome:
    """Return the value that an assignment writes into connection `target`, from a record of connection `source`."""
    value = context.evaluate(assignment.value, source, fields, row)
    if is_empty(value):
        return Mapped(None)
    if assignment.rows is not None:
        return _rows(context, assignment.rows, source, target, fields, value)
    if assignment.tax is not None:
        return tax_of(context, assignment.tax, source, target, fields, value)
    if assignment.partner and isinstance(value, Ref):
        return _partner(context, assignment, source, target, value)
    if assignment.lookup is not None:
        return _look_up(context, assignment.lookup, target, value)
    converted = convert(value, assignment.type)
    problem = misfit(converted, assignment.type)
    return Misfit(problem, value) if problem else Mapped(converted)


def _partner(context: Context, assignment: Assignment, source: str, target: str, value: Ref) -> MapOutcome:
    modules = assignment.type.modules if isinstance(assignment.type, ReferenceType) else ()
    linked = context.partner(source, value, target, modules)
    if linked is not None:
        return Mapped(linked)
    module = context.planned_partner(source, value, target, modules)
    if module is not None:
        return Mapped(PartnerOf(source, value.module, value.id, module))
    if assignment.elsewhere and context.partner(source, value, target, _others(context, target, modules)) is not None:
        return Mapped(None)
    return Parked(value)


def _others(context: Context, connection: str, modules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in context.run.schemas[connection].modules if name not in modules)


def _look_up(context: Context, lookup: Lookup, target: str, value: Value) -> MapOutcome:
    found = context.unique_values(target, lookup.module, lookup.field).get(
        canonical(value, context.type_of(target, lookup.module, lookup.field)), ()
    )
    if len(found) == 1:
        return Mapped(Ref(lookup.module, found[0]))
    count = "no record" if not found else f"{len(found)} records"
    return Misfit(f"{count} of {target}.{lookup.module} with {lookup.field} `{show(value)}`", value)


# -- rows ---------------------------------------------------------------------------------------------------------


def _rows(
    context: Context, plan: RowMap, source: str, target: str, fields: Mapping[str, Value], value: Value
) -> MapOutcome:
    """Return the rows to write: all of them or, where one does not fit or waits, none."""
    missing = amount_in_no_row(context, plan, source, fields, rows_of(value))
    if missing:
        reason = f"its total differs by {show(missing)} from what its lines make, and no line carries that"
        return Misfit(reason, value)
    written: list[Row] = []
    for row in rows_of(value):
        cells: list[tuple[str, Value]] = []
        for cell in plan.cells:
            outcome = mapped_value(context, cell, source=source, target=target, fields=row)
            if isinstance(outcome, Misfit):
                return Misfit(f"line {len(written) + 1}, `{cell.target}`: {outcome.reason}", value)
            if isinstance(outcome, Parked):
                return outcome
            if cell.required and is_empty(outcome.value):
                return Misfit(f"line {len(written) + 1} has nothing for `{cell.target}`, which is required", value)
            cells.append((cell.target, outcome.value))
        written.append(tuple(sorted(cells)))
    return Mapped(tuple(written) or None)


def _source_rows(context: Context, plan: RowMap, connection: str, fields: Mapping[str, Value], value: Value) -> Value:
    """Return what the rows say in the fields that are read, and the amount that is in none of them."""
    found: list[Row] = []
    for row in rows_of(value):
        cells = ((cell.target, source_value(context, cell, connection, row)) for cell in plan.cells)
        found.append(tuple(sorted((name, item) for name, item in cells if not is_empty(item))))
    missing = amount_in_no_row(context, plan, connection, fields, rows_of(value))
    return tuple(sorted([*found, *([(("total", missing),)] if missing else [])], key=repr)) or None
