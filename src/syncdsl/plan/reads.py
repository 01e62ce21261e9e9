"""What an expression is made of, and which fields it reads."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.plan.expressions import PlanExpression


def reads_of(expression: PlanExpression) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the record that an expression reads, each once, in order of appearance."""
    return tuple(dict.fromkeys(part.path for part in parts_of(expression) if isinstance(part, FieldRead | StageTest)))


def names_today(expression: PlanExpression) -> bool:
    """Return whether an expression gives something else on another day."""
    return any(isinstance(part, BuiltinCall) and part.function == "today" for part in parts_of(expression))


def parts_of(expression: PlanExpression) -> Iterator[PlanExpression]:
    """Return an expression and every one inside it, in order of appearance."""
    yield expression
    for operand in operands_of(expression):
        yield from parts_of(operand)


def operands_of(expression: PlanExpression) -> tuple[PlanExpression, ...]:
    """Return the expressions that an expression is made of directly."""
    match expression:
        case FieldRead() | RowRead() | StageTest() | Constant() | Created():
            return ()
        case TextOf():
            return expression.parts
        case Negate() | Minus() | Emptiness():
            return (expression.operand,)
        case Connective() | Comparison() | Arithmetic() | Coalesce():
            return (expression.left, expression.right)
        case Among():
            return (expression.operand, *expression.options)
        case Choose():
            return (expression.condition, expression.then, expression.otherwise)
        case BuiltinCall():
            return expression.arguments
        case TableCall():
            return (expression.argument,)
        case _:
            assert_never(expression)
