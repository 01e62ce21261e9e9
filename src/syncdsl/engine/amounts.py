"""Amounts of a document: what its lines make, what is in no line, and which tax an amount is."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from syncdsl.engine.mapped import MapOutcome, Mapped, Misfit
from syncdsl.schema.values import Ref, show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.plan.pairs import Pair, RowMap, TaxMatch
    from syncdsl.schema.values import Value

CENT = Decimal("0.01")


def rows_of(value: Value) -> list[dict[str, Value]]:
    """Return the rows of a list field, each by the names of its fields."""
    return [dict(row) for row in value if isinstance(row, tuple)] if isinstance(value, tuple) else []


def amount_in_no_row(
    context: Context, plan: RowMap, connection: str, fields: Mapping[str, Value], rows: Sequence[Mapping[str, Value]]
) -> Decimal | None:
    """Return how much of a record's total its rows do not make: a discount, an adjustment, shipping; None for nothing.

    Systems round taxes by the line or by the document: a cent for each line is no amount.
    """
    total = fields.get(plan.total) if plan.total is not None else None
    if not isinstance(total, Decimal | int):
        return None
    amounts = [context.evaluate(plan.amount, connection, row) for row in rows]
    made = sum((Decimal(amount) for amount in amounts if isinstance(amount, Decimal | int)), Decimal(0))
    missing = (Decimal(total) - made).quantize(CENT, rounding=ROUND_HALF_UP)
    return missing if abs(missing) > CENT * len(rows) else None


def total_of(pair: Pair, context: Context, source: Record) -> dict[str, str]:
    """Return total and currency of a document on the left, as an effect has them: guards count what is made of it."""
    plans = [line.to_right.rows for line in pair.lines if line.to_right is not None and line.to_right.rows is not None]
    total = source.fields.get(plans[0].total or "") if plans else None
    if not isinstance(total, Decimal | int):
        return {}
    name = context.schema(pair.left.connection, pair.left.module).currency_field
    currency = show(source.fields.get(name)) if name is not None else ""
    return {"amount": format(Decimal(total), "f"), **({"currency": currency} if currency else {})}


def tax_of(
    context: Context, plan: TaxMatch, source: str, target: str, fields: Mapping[str, Value], value: Value
) -> MapOutcome:
    """Return the one tax of the target that an amount is; no amount is no tax."""
    net = context.evaluate(plan.net, source, fields)
    if not isinstance(value, Decimal | int) or not value:
        return Mapped(None)
    if not isinstance(net, Decimal | int):
        return Misfit(f"a tax of {show(value)} on nothing", value)
    known = dict(_percentages(context, plan, target))
    found = sorted(key for key, per_cent in known.items() if abs(net * per_cent / 100 - value) < CENT)
    if len(found) == 1:
        return Mapped(Ref(plan.module, found[0]))
    listed = ", ".join(f"{show(one)} %" for one in sorted(set(known.values()))) or "none"
    count = f"{len(found)} taxes of {target} make" if found else f"no tax of {target} makes"
    return Misfit(f"{count} {show(value)} of {show(net)}; it has {listed}", value)


def _percentages(context: Context, plan: TaxMatch, connection: str) -> Iterator[tuple[str, Decimal]]:
    """Return the taxes there are, with their percentages."""
    for percentage, ids in context.unique_values(connection, plan.module, plan.percentage).items():
        if isinstance(percentage, Decimal | int):
            yield from ((key, Decimal(percentage)) for key in ids)
