"""A lowered expression and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.functions.coercion import as_number
from syncdsl.functions.exact import negate
from syncdsl.plan.expressions import Constant, Minus
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from syncdsl.analysis.scope import Resolved
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value


@dataclass(frozen=True, slots=True)
class Typed:
    """A lowered expression and its type; without a type it is empty, which fits everywhere."""

    expression: PlanExpression
    type: FieldType | None
    resolved: Resolved | None = None

    @property
    def constant(self) -> Value:
        """The value of a constant, with its sign, empty for anything else."""
        match self.expression:
            case Constant(value=value):
                return from_json(value)
            case Minus(operand=Constant(value=value)):
                number = as_number(from_json(value))
                return None if number is None else negate(number)
            case _:
                return None
