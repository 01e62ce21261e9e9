"""Which fields an expression reads."""

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
    StageTest,
    TableCall,
    TextOf,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.plan.expressions import PlanExpression


def reads_of(expression: PlanExpression) -> tuple[tuple[str, ...], ...]:
    """Return the paths that an expression reads, each once, in order of appearance."""
    return tuple(dict.fromkeys(_reads(expression)))


def _reads(expression: PlanExpression) -> Iterator[tuple[str, ...]]:
    match expression:
        case FieldRead() | StageTest():
            yield expression.path
        case Constant() | Created():
            pass
        case TextOf():
            for part in expression.parts:
                yield from _reads(part)
        case Negate() | Minus() | Emptiness():
            yield from _reads(expression.operand)
        case Connective() | Comparison() | Arithmetic() | Coalesce():
            yield from _reads(expression.left)
            yield from _reads(expression.right)
        case Among():
            yield from _reads(expression.operand)
            for option in expression.options:
                yield from _reads(option)
        case Choose():
            yield from _reads(expression.condition)
            yield from _reads(expression.then)
            yield from _reads(expression.otherwise)
        case BuiltinCall():
            for argument in expression.arguments:
                yield from _reads(argument)
        case TableCall():
            yield from _reads(expression.argument)
        case _:
            assert_never(expression)
