"""Conditions taken apart: `and`, `or`, `not` over tests, with `??` and `if` turned into cases.

Truth is two-valued: a condition counts where it evaluates to `true`, and `not` is true for everything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.satisfiability.realising import Realised
from syncdsl.functions import BUILTINS
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import (
    Among,
    BuiltinCall,
    Choose,
    Coalesce,
    Comparison,
    Connective,
    Constant,
    Created,
    Emptiness,
    FieldRead,
    Negate,
    RowRead,
    StageTest,
)
from syncdsl.plan.reads import parts_of
from syncdsl.schema.values import from_json, is_empty, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan

_MOST_CASES = 16
_CONDITIONS = (Comparison, Connective, Negate, Among, Emptiness, StageTest, Created)


@dataclass(frozen=True, slots=True)
class Test:
    """A condition that is not taken apart further."""

    expression: PlanExpression


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    operand: Lifted


@dataclass(frozen=True, slots=True)
class Every:
    """All of them."""

    operands: tuple[Lifted, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them."""

    operands: tuple[Lifted, ...]


Lifted: TypeAlias = "Test | Not | Every | Some | bool"
_Case: TypeAlias = "tuple[Lifted, PlanExpression]"


def asks_today(expression: PlanExpression) -> bool:
    """Return whether the answer depends on the date of the run."""
    return any(
        isinstance(part, BuiltinCall) and part.function in BUILTINS and BUILTINS[part.function].needs_today
        for part in parts_of(expression)
    )


class Lifting:
    """Takes conditions apart; `tables` are those they may call."""

    def __init__(self, tables: Mapping[str, TablePlan]) -> None:
        self._tables = tables

    def lift(self, expression: PlanExpression) -> Lifted:
        """Return a condition as connectives over tests."""
        match expression:
            case Negate():
                return Not(self.lift(expression.operand))
            case Connective():
                operands = tuple(self.lift(part) for part in chain(expression))
                return Every(operands) if expression.op == "and" else Some(operands)
            case Comparison():
                return self._comparison(expression)
            case Among():
                return self._among(expression)
            case Emptiness():
                found = Some(
                    tuple(Every((guard, self._empty(leaf))) for guard, leaf in self._cases(expression.operand))
                )
                return Not(found) if expression.negated else found
            case Choose() | Coalesce():
                cases = self._cases(expression)
                if len(cases) == 1 and cases[0][1] is expression:
                    return Test(expression)
                return Some(tuple(Every((guard, self.lift(leaf))) for guard, leaf in cases))
            case _:
                return self._tested(expression)

    def _comparison(self, expression: Comparison) -> Lifted:
        lefts, rights = self._cases(expression.left), self._cases(expression.right)
        if len(lefts) * len(rights) > _MOST_CASES:
            return Test(expression)
        return Some(
            tuple(
                Every((guard, other, self._tested(expression.model_copy(update={"left": left, "right": right}))))
                for guard, left in lefts
                for other, right in rights
            )
        )

    def _among(self, expression: Among) -> Lifted:
        options = [self._fold(option) for option in expression.options]
        constants = tuple(option for option in options if isinstance(option, Constant))
        others = [option for option in options if not isinstance(option, Constant)]
        if not others:
            test = expression.model_copy(update={"options": constants, "negated": False})
            found: Lifted = Some(
                tuple(
                    Every((guard, self._tested(test.model_copy(update={"operand": leaf}))))
                    for guard, leaf in self._cases(expression.operand)
                )
            )
        else:
            found = Some(
                tuple(
                    self._comparison(
                        Comparison(op="==", left=expression.operand, right=option, as_type=expression.as_type)
                    )
                    for option in options
                )
            )
        return Not(found) if expression.negated else found

    def _tested(self, expression: PlanExpression) -> Lifted:
        if isinstance(expression, Comparison) and isinstance(expression.left, FieldRead):
            itself = expression.left == expression.right
            if itself and expression.op in {"==", "!=", "<", ">"}:
                return expression.op == "=="
            if itself:  # an order comparison with an empty side is false
                return Test(expression.model_copy(update={"op": "!=", "right": Constant()}))
        folded = self._fold(expression)
        return folded.value is True if isinstance(folded, Constant) else Test(expression)

    def _empty(self, leaf: PlanExpression) -> Lifted:
        if isinstance(leaf, Constant):
            return is_empty(from_json(leaf.value))
        return False if isinstance(leaf, _CONDITIONS) else Test(Emptiness(operand=leaf))

    def _cases(self, term: PlanExpression) -> list[_Case]:
        """Return what a term stands for and when: exactly one of the cases holds for a record."""
        found = self._split(term)
        return found if len(found) <= _MOST_CASES else [(True, term)]

    def _split(self, term: PlanExpression) -> list[_Case]:
        match term:
            case Coalesce():
                cases: list[_Case] = []
                missing: list[Lifted] = []
                for guard, leaf in self._cases(term.left):
                    empty = self._empty(leaf)
                    cases.append((Every((guard, Not(empty))), leaf))
                    missing.append(Every((guard, empty)))
                none = Some(tuple(missing))
                return cases + [(Every((none, guard)), leaf) for guard, leaf in self._cases(term.right)]
            case Choose():
                condition = self.lift(term.condition)
                return [
                    *((Every((condition, guard)), leaf) for guard, leaf in self._cases(term.then)),
                    *((Every((Not(condition), guard)), leaf) for guard, leaf in self._cases(term.otherwise)),
                ]
            case _:
                return [(True, self._fold(term))]

    def _fold(self, expression: PlanExpression) -> PlanExpression:
        """Return the constant that an expression without any field comes to."""
        if isinstance(expression, Constant | FieldRead):
            return expression
        if any(isinstance(part, FieldRead | RowRead | StageTest) for part in parts_of(expression)) or asks_today(
            expression
        ):
            return expression
        return Constant(value=to_json(Realised({}).evaluate(compile_expression(expression, self._tables))))


def chain(expression: Connective) -> list[PlanExpression]:
    """Return the operands of a chain of one connective, from the left."""
    found: list[PlanExpression] = []
    waiting: list[PlanExpression] = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Connective) and part.op == expression.op:
            waiting += [part.right, part.left]
        else:
            found.append(part)
    return found
