"""The lines of exchanged documents: which field of a row holds what, and what a row makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.composition import UNKNOWN_KIND
from syncdsl.plan.expressions import Arithmetic, BuiltinCall, Coalesce, Constant, FieldRead
from syncdsl.plan.pairs import Assignment, MapLine, RowMap, TaxMatch
from syncdsl.plan.reads import reads_of
from syncdsl.schema.types import RowsType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.analysis.program import Checker
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Endpoint
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.types import FieldSchema
    from syncdsl.syntax import accords as ast

PRODUCT, ITEM = "Product_Name", "item_id"
PRICE, RATE = "List_Price", "rate"
QUANTITIES = ("Quantity", "quantity")
TEXTS = ("Description", "description")
TAX, TAX_ID, TAXES, PERCENTAGE = "Tax", "tax_id", "taxes", "tax_percentage"
TOTALS = ("Grand_Total", "total")
CENTS = 2


def row_line(
    checker: Checker, node: ast.Transactions, left: Endpoint, right: Endpoint, *, location: str
) -> MapLine | None:
    """Return the line that writes the lines of documents; None when they cannot be, which is reported."""
    ours, theirs = (checker.schemas[one.connection].modules[one.module] for one in (left, right))
    mine, other = _rows(ours), _rows(theirs)
    wanted = ((left, ours, mine, (PRODUCT, PRICE)), (right, theirs, other, (ITEM, RATE)))
    for endpoint, _, fields, names in wanted:
        if missing := [name for name in names if name not in fields]:
            checker.report(
                UNKNOWN_KIND,
                f"the lines of `{endpoint.connection}.{endpoint.module}` have no `{missing[0]}`",
                node.span,
                help=f"pull its schema again with `syncdsl schema pull {endpoint.connection}`",
            )
            return None
    ours_name, theirs_name = str(ours.lines_field), str(theirs.lines_field)
    return MapLine(
        location=location,
        text=f"{ours_name} <-> {theirs_name}",
        to_right=_assignment(
            theirs, theirs_name, ours_name, _cells_right(mine, other), _made_left(), _total(ours, TOTALS[0])
        ),
        to_left=_assignment(
            ours, ours_name, theirs_name, _cells_left(mine, other), _made_right(), _total(theirs, TOTALS[1])
        ),
    )


def _rows(module: ModuleSchema) -> Mapping[str, FieldSchema]:
    field = module.fields.get(module.lines_field or "")
    return field.value.fields if field is not None and isinstance(field.value, RowsType) else {}


def _total(module: ModuleSchema, name: str) -> str | None:
    return name if name in module.fields else None


def _assignment(
    module: ModuleSchema,
    target: str,
    source: str,
    cells: tuple[Assignment, ...],
    amount: PlanExpression,
    total: str | None,
) -> Assignment:
    """Return what writes the rows of one side; its type has only the fields of rows that are written."""
    fields = _rows(module)
    value = FieldRead(path=(source,))
    return Assignment(
        target=target,
        value=value,
        reads=((source,), *(((total,),) if total is not None else ())),
        type=RowsType(fields={cell.target: fields[cell.target] for cell in cells}),
        required=module.fields[target].required,
        rows=RowMap(cells=cells, amount=amount, total=total),
    )


def _cells_right(mine: Mapping[str, FieldSchema], other: Mapping[str, FieldSchema]) -> tuple[Assignment, ...]:
    cells = [
        _cell(other, ITEM, _read(PRODUCT), partner=True, required=True),
        _cell(other, RATE, _read(PRICE), required=True),
        _cell(other, QUANTITIES[1], _or(_read(QUANTITIES[0]), 1)),
        _cell(other, TEXTS[1], _read(TEXTS[0])),
    ]
    if TAX in mine:
        tax = TaxMatch(module=TAXES, percentage=PERCENTAGE, net=_net(PRICE, QUANTITIES[0]))
        cells.append(_cell(other, TAX_ID, _read(TAX), tax=tax))
    return tuple(cells)


def _cells_left(mine: Mapping[str, FieldSchema], other: Mapping[str, FieldSchema]) -> tuple[Assignment, ...]:
    cells = [
        _cell(mine, PRODUCT, _read(ITEM), partner=True, required=True),
        _cell(mine, PRICE, _read(RATE), required=True),
        _cell(mine, QUANTITIES[0], _or(_read(QUANTITIES[1]), 1)),
        _cell(mine, TEXTS[0], _read(TEXTS[1])),
    ]
    if TAX in mine and TAX_ID in other:
        cells.append(_cell(mine, TAX, _tax()))
    return tuple(cells)


def _cell(
    fields: Mapping[str, FieldSchema],
    target: str,
    value: PlanExpression,
    *,
    partner: bool = False,
    required: bool = False,
    tax: TaxMatch | None = None,
) -> Assignment:
    return Assignment(
        target=target,
        value=value,
        reads=reads_of(value),
        type=fields[target].value,
        required=required,
        partner=partner,
        tax=tax,
    )


# -- expressions over a row -----------------------------------------------------------------------------------------


def _made_left() -> PlanExpression:
    """Return what a row makes on the left, where its tax is an amount."""
    return _sum(_cents(_net(PRICE, QUANTITIES[0])), _or(_read(TAX), 0))


def _made_right() -> PlanExpression:
    """Return what a row makes on the right, where its tax is a reference."""
    return _sum(_cents(_net(RATE, QUANTITIES[1])), _or(_tax(), 0))


def _tax() -> PlanExpression:
    """Return the amount of the tax of a row on the right; empty without a tax."""
    per_cent = Arithmetic(op="/", left=_read(TAX_ID, PERCENTAGE), right=Constant(value=100))
    return _cents(Arithmetic(op="*", left=_net(RATE, QUANTITIES[1]), right=per_cent))


def _net(price: str, quantity: str) -> PlanExpression:
    return Arithmetic(op="*", left=_read(price), right=_or(_read(quantity), 1))


def _cents(amount: PlanExpression) -> PlanExpression:
    return BuiltinCall(function="round", arguments=(amount, Constant(value=CENTS)))


def _sum(left: PlanExpression, right: PlanExpression) -> PlanExpression:
    return Arithmetic(op="+", left=left, right=right)


def _read(*path: str) -> PlanExpression:
    return FieldRead(path=path)


def _or(value: PlanExpression, default: int) -> PlanExpression:
    return Coalesce(left=value, right=Constant(value=default))
