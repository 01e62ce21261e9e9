"""`not`: the ways of writing one negated condition come to one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.plan.expressions import Among, Comparison, Connective, Created, Emptiness, Negate, StageTest

if TYPE_CHECKING:
    from syncdsl.plan.expressions import PlanExpression


def negated(operand: PlanExpression) -> PlanExpression:
    """Return the opposite of a condition: `not x is empty` is `x is not empty`, `not x == y` is `x != y`.

    `<` and its kin have no opposite, since with an empty side both are false. `not not x` is `x` only where `x` is
    always true or false: a field may be empty, which `not` makes false.
    """
    match operand:
        case Emptiness() | Among():
            return operand.model_copy(update={"negated": not operand.negated})
        case Comparison(op="==" | "!="):
            return operand.model_copy(update={"op": "!=" if operand.op == "==" else "=="})
        case Negate(operand=Among() | Comparison() | Connective() | Created() | Emptiness() | Negate() | StageTest()):
            return operand.operand
        case _:
            return Negate(operand=operand)
