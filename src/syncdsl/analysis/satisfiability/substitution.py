"""Fields of an expression replaced by the expressions that they are written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.plan.expressions import (
    Among,
    Arithmetic,
    BuiltinCall,
    Choose,
    Coalesce,
    Comparison,
    Connective,
    Constant,
    Created,
    Emptiness,
    FieldRead,
    Minus,
    Negate,
    RowRead,
    StageTest,
    TableCall,
    TextOf,
)
from syncdsl.plan.reads import parts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.expressions import PlanExpression


def substituted(expression: PlanExpression, values: Mapping[tuple[str, ...], PlanExpression]) -> PlanExpression | None:
    """Return an expression with every field replaced; None when it asks for one that `values` does not have.

    A test for a class of stages is left to the run: it can stand on a field alone.
    """
    if not _known(expression, values):
        return None
    return _replaced(expression, values)


def _known(expression: PlanExpression, values: Mapping[tuple[str, ...], PlanExpression]) -> bool:
    return all(
        part.path in values if isinstance(part, FieldRead) else not isinstance(part, StageTest)
        for part in parts_of(expression)
    )


def _replaced(expression: PlanExpression, values: Mapping[tuple[str, ...], PlanExpression]) -> PlanExpression:
    match expression:
        case FieldRead():
            return values[expression.path]
        case Constant() | Created() | StageTest() | RowRead():
            return expression
        case Negate() | Minus() | Emptiness():
            return expression.model_copy(update={"operand": _replaced(expression.operand, values)})
        case Connective() | Comparison() | Arithmetic() | Coalesce():
            left, right = _replaced(expression.left, values), _replaced(expression.right, values)
            return expression.model_copy(update={"left": left, "right": right})
        case Among():
            options = tuple(_replaced(option, values) for option in expression.options)
            return expression.model_copy(update={"operand": _replaced(expression.operand, values), "options": options})
        case TextOf():
            return expression.model_copy(update={"parts": tuple(_replaced(part, values) for part in expression.parts)})
        case Choose():
            return Choose(
                condition=_replaced(expression.condition, values),
                then=_replaced(expression.then, values),
                otherwise=_replaced(expression.otherwise, values),
            )
        case BuiltinCall():
            arguments = tuple(_replaced(argument, values) for argument in expression.arguments)
            return expression.model_copy(update={"arguments": arguments})
        case TableCall():
            return expression.model_copy(update={"argument": _replaced(expression.argument, values)})
        case _:
            assert_never(expression)
