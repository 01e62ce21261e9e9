"""The comparisons that nearly all conditions are made of, in one closure each: a field of the record and constants.

Each answers for values of the plain kind that it is made for and leaves every other value to the general closure.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.schema.canonical import canonical_text
from syncdsl.schema.types import ChoiceType, DecimalType, IdType, IntegerType, MoneyType, TextType, UrlType

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.plan.evaluation import Evaluator, Scope
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value


def direct_equality(name: str, constant: Value, kind: FieldType, general: Evaluator, *, negated: bool) -> Evaluator:
    """Return the test whether field `name` is (not) a constant in canonical form; `general` where none is faster."""
    fold = _fold(kind)
    if fold is None or constant.__class__ is not str or not constant:
        return general

    def equals(scope: Scope) -> Value:
        value = scope.fields.get(name)
        if value.__class__ is str:
            return (value == constant or fold(value) == constant) is not negated
        return general(scope)

    return equals


def direct_order(
    name: str, constant: Value, kind: FieldType, general: Evaluator, order: Callable[[Value, Value], bool]
) -> Evaluator:
    """Return the comparison of field `name` with a number; `general` where none is faster."""
    if not isinstance(kind, IntegerType | DecimalType | MoneyType) or constant.__class__ not in {int, Decimal}:
        return general

    def compare(scope: Scope) -> Value:
        value = scope.fields.get(name)
        if value.__class__ is Decimal or value.__class__ is int:
            try:
                return order(value, constant)
            except ArithmeticError:  # not a number, which has no order
                return False
        return general(scope)

    return compare


def direct_membership(
    name: str, options: frozenset[Value], kind: FieldType, general: Evaluator, *, negated: bool
) -> Evaluator:
    """Return the test whether field `name` is one of texts in canonical form; `general` where none is faster."""
    fold = _fold(kind)
    if fold is None or not all(option.__class__ is str and option for option in options):
        return general

    def among(scope: Scope) -> Value:
        value = scope.fields.get(name)
        if value.__class__ is str:
            return (value in options or fold(value) in options) is not negated
        return general(scope)

    return among


def _fold(kind: FieldType) -> Callable[[str], str | None] | None:
    """Return the canonical form of texts of a kind; empty texts may come out as empty, which no constant here is."""
    if isinstance(kind, TextType):
        return canonical_text
    if isinstance(kind, ChoiceType | IdType | UrlType):
        return str.strip
    return None
