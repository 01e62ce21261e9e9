"""Tests of one value, as closures over records.

Nearly all conditions are made of such tests: a field of the record against constants. What a test answers depends on
the value alone, so what it answered for a text is remembered, and numbers are compared in place.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syncdsl.plan.evaluation import Evaluator, Scope
    from syncdsl.schema.values import Value

Order: TypeAlias = Literal["<", "<=", ">", ">="]

Test: TypeAlias = "Callable[[Value], bool]"
"""Tells whether something holds of a value as it stands in a record (empty may be `""`); it never raises."""

MOST_REMEMBERED = 1024
"""For how many texts a test remembers its answer; where a field holds more of them, the others are judged anew."""


class _Answers(dict["Value", bool]):
    """What a test answers. Only texts and None are kept: of other kinds some are equal that are not the same."""

    __slots__ = ("_test",)

    def __init__(self, test: Test) -> None:
        super().__init__()
        self._test = test

    def __missing__(self, value: Value) -> bool:
        answer = self._test(value)
        if (value is None or value.__class__ is str) and len(self) < MOST_REMEMBERED:
            self[value] = answer
        return answer


def compile_test(test: Test, operand: Evaluator) -> Evaluator:
    """Return a test of what an operand evaluates to."""
    return lambda fields, scope: test(operand(fields, scope))


def compile_field_test(test: Test, name: str) -> Evaluator:
    """Return a test of field `name`, which mostly holds numbers, dates, or the like."""
    return lambda fields, _scope: test(fields.get(name))


def compile_text_test(test: Test, name: str) -> Evaluator:
    """Return a test of field `name`, which mostly holds texts."""
    answers = _Answers(test)

    def remember(fields: Mapping[str, Value], _scope: Scope) -> Value:
        try:
            return answers[fields.get(name)]
        except TypeError:  # a signalling NaN has no hash
            return test(fields.get(name))

    return remember


def compile_number_test(op: Order, bound: int | Decimal, test: Test, name: str) -> Evaluator:
    """Return the comparison of field `name` with a number, `test` being the same for values that are none."""
    exact = Decimal(bound)  # two decimals are compared faster than a decimal with a whole number
    negated = op in {">", ">="}  # of two numbers: what has no order raises

    def less(fields: Mapping[str, Value], _scope: Scope) -> Value:
        value = fields.get(name)
        try:
            if value.__class__ is Decimal:
                return (value < exact) is not negated
            if value.__class__ is int:
                return (value < bound) is not negated
        except ArithmeticError:  # not a number
            return False
        return test(value)

    def at_most(fields: Mapping[str, Value], _scope: Scope) -> Value:
        value = fields.get(name)
        try:
            if value.__class__ is Decimal:
                return (value <= exact) is not negated
            if value.__class__ is int:
                return (value <= bound) is not negated
        except ArithmeticError:  # not a number
            return False
        return test(value)

    return less if op in {"<", ">="} else at_most
