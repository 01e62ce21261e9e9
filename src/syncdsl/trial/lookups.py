"""What rules look up by a unique field, such as a currency by its code: it is there although no test makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.plan.expressions import (
    Choose,
    Coalesce,
    Constant,
    FieldRead,
    TableCall,
)
from syncdsl.schema.types import ChoiceType
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, Endpoint
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.values import Value
    from syncdsl.trial.memory_pair import MemoryPair


def offer_lookups(plan: Plan, pair: MemoryPair) -> None:
    """Make the records that rules look up by a value which the rules or a pick list know.

    What they look up by any text is up to the test: without a `given` for it nothing is found.
    """
    for assignment, source, target in _assignments(plan):
        if assignment.lookup is not None:
            values = list(_values(assignment.value, source, plan, pair))
            pair.offer(target, assignment.lookup.module, assignment.lookup.field, values)


def _assignments(plan: Plan) -> Iterator[tuple[Assignment, Endpoint, str]]:
    for one in plan.pairs.values():
        for line in one.lines:
            if line.to_right is not None:
                yield from ((cell, one.left, one.right.connection) for cell in (line.to_right, *line.to_right.cells))
            if line.to_left is not None:
                yield from ((cell, one.right, one.left.connection) for cell in (line.to_left, *line.to_left.cells))
    for document in plan.documents.values():
        record = plan.records[document.record].endpoint
        for assignment in (*document.assignments, *(item for line in document.lines for item in line.assignments)):
            yield assignment, record, document.connection


def _values(expression: PlanExpression, source: Endpoint, plan: Plan, pair: MemoryPair) -> Iterator[Value]:
    match expression:
        case Constant():
            yield from_json(expression.value)
        case Coalesce():
            yield from _values(expression.left, source, plan, pair)
            yield from _values(expression.right, source, plan, pair)
        case Choose():
            yield from _values(expression.then, source, plan, pair)
            yield from _values(expression.otherwise, source, plan, pair)
        case TableCall():
            table = plan.tables.get(expression.table)
            if table is not None:
                for _, answer in table.right if expression.direction == "right" else table.left:
                    yield from_json(answer)
        case FieldRead(path=(name,)):
            schema = pair.schemas[source.connection].modules[source.module]
            kind = schema.fields[name].value if name in schema.fields else None
            if isinstance(kind, ChoiceType):
                yield from kind.options
            if name == schema.currency_field:
                yield pair.schemas[source.connection].base_currency
        case _:
            return
