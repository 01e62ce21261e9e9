"""Conditions of the rules as hurdles: what they come to for a record, and what would make them pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.explaining.answers import Hurdle, Operand, Remedy
from syncdsl.plan.explaining import explain, facts_of
from syncdsl.plan.passing import ways_to_pass
from syncdsl.schema.values import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.explaining.answers import HurdleName
    from syncdsl.plan.explaining import Explained
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.passing import Way
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value


def condition_hurdle(
    context: Context,
    name: HurdleName,
    condition: PlanExpression,
    connection: str,
    record: Record,
    *,
    text: str,
    location: str,
    becomes: str,
) -> Hurdle:
    """Return a condition of the rules as a hurdle on a record; `becomes` words what happens when it passes."""
    explained = explain(condition, record.fields, context.scope(connection), context.plan.tables)
    holds = bool(context.evaluate(condition, connection, record.fields))
    facts = facts_of(explained)
    return Hurdle(
        hurdle=name,
        outcome="holds" if holds else "fails",
        text=text,
        why=f"is {'true' if holds else 'false'}" + (f": {facts}" if facts else ""),
        location=location,
        condition=operand_of(explained),
        remedies=() if holds else remedies_of(context, condition, connection, record, becomes=becomes),
    )


def remedies_of(
    context: Context,
    condition: PlanExpression,
    connection: str,
    record: Record,
    *,
    becomes: str,
    wanted: bool = True,
) -> tuple[Remedy, ...]:
    """Return the ways in which a condition would come out as wanted, as remedies."""
    return tuple(
        remedy_of(way, becomes) for way in ways_of(context, condition, connection, record, wanted=wanted) if way.words
    )


def ways_of(
    context: Context, condition: PlanExpression, connection: str, record: Record, *, wanted: bool = True
) -> tuple[Way, ...]:
    """Return the ways in which a condition would come out as wanted for a record."""

    def kind_of(field: str) -> FieldType | None:
        known = context.schema(connection, record.module).fields.get(field)
        return known.value if known is not None and not known.read_only else None

    scope = context.scope(connection)
    return ways_to_pass(condition, record.fields, scope, context.plan.tables, kind_of, wanted=wanted)


def remedy_of(way: Way, becomes: str) -> Remedy:
    """Return a way as a remedy."""
    return Remedy(text=f"{becomes} when {way.words}", values=values_json(way.values))


def values_json(values: Mapping[str, Value]) -> dict[str, object]:
    """Return values in the form in which they are published."""
    return {name: to_json(value) for name, value in sorted(values.items())}


def operand_of(explained: Explained) -> Operand:
    """Return an explained expression in the form in which it is published; constants say what they are themselves."""
    return Operand(
        text=explained.text,
        value=to_json(explained.value),
        operands=tuple(operand_of(operand) for operand in explained.operands if not operand.constant),
    )
