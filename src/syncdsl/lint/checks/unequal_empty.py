"""SD523: a condition that holds for records without a value, which the reader may not expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_expressions import UNEQUAL_EMPTY
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import (
    Binary,
    BinaryOperator,
    DateLiteral,
    EmptinessTest,
    Membership,
    NumberLiteral,
    Path,
    TextLiteral,
    Unary,
    UnaryOperator,
)
from syncdsl.syntax.nodes import Require, When, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    conditions = [
        *(where.condition for where in nodes(files, Where)),
        *(when.condition for when in nodes(files, When)),
        *(require.condition for require in nodes(files, Require)),
    ]
    for condition in conditions:
        yield from _judge(condition)


def _judge(condition: Expression) -> Iterator[Diagnostic]:
    parts = list(walk(condition))
    asked = {part.operand for part in parts if isinstance(part, EmptinessTest)}
    for part in parts:
        match part:
            case Binary(
                operator=BinaryOperator.NOT_EQUAL,
                left=Path() as path,
                right=TextLiteral() | NumberLiteral() | DateLiteral(),
            ):
                pass
            case Membership(operand=Path() as path, negated=True):
                pass
            case Unary(
                operator=UnaryOperator.NOT,
                operand=Binary(
                    operator=BinaryOperator.EQUAL,
                    left=Path() as path,
                    right=TextLiteral() | NumberLiteral() | DateLiteral(),
                )
                | Membership(operand=Path() as path, negated=False),
            ):
                pass
            case _:
                continue
        if path in asked or path.parts[-1].casefold() == "stage":
            continue  # a record always has a stage
        yield Diagnostic(
            code=UNEQUAL_EMPTY,
            message=f"this also holds for records whose `{path.text}` is empty",
            span=part.span,
            help=f"if they are not meant, add `and {path.text} is not empty`",
        )


CHECK = Check(code=UNEQUAL_EMPTY, run=_run)
