"""Comparisons as closures: canonical forms, those of constants made once."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from syncdsl.functions.coercion import as_text
from syncdsl.plan.value_tests import compile_field_test, compile_number_test, compile_test, compile_text_test
from syncdsl.schema.canonical import canonical, canonical_text
from syncdsl.schema.types import (
    ChoiceType,
    DecimalType,
    EmailType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    TextType,
    UrlType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from syncdsl.plan.evaluation import Evaluator, Scope
    from syncdsl.plan.value_tests import Order, Test
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]

# What a comparison of values that have no order, or no equality (a signalling NaN), may raise.
_INCOMPARABLE = (TypeError, ArithmeticError)
_ORDERS: dict[Order, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operand:
    """One side of a comparison: its evaluator, and what is known of it beforehand."""

    evaluate: Evaluator
    constant: bool = False
    value: Value = None
    """What a constant evaluates to."""
    field: str | None = None
    """The name of a field of the record itself."""


def form_of(kind: FieldType) -> Callable[[Value], Value]:
    """Return the function to the form in which values are compared as `kind`; it never raises."""
    if _is_numeric(kind):
        return _number_form  # the canonical form changes digits, never the number: comparing needs no quantising
    # What nearly every condition compares is written out: finding the kind anew costs more than the form.
    if isinstance(kind, TextType):
        return _text_form
    if isinstance(kind, ChoiceType | IdType | UrlType):
        return _stripped_form

    def form(value: Value) -> Value:
        if value is None:
            return None
        try:
            return canonical(value, kind)
        except (TypeError, ValueError, ArithmeticError):  # not a value of this kind at all
            return value

    return form


def _text_form(value: Value) -> Value:
    return canonical_text(value) if value.__class__ is str else (value if value != () else None)


def _stripped_form(value: Value) -> Value:
    return (value.strip() or None) if value.__class__ is str else (value if value != () else None)


def _number_form(value: Value) -> Value:
    kind = value.__class__
    if kind is Decimal or kind is int or value is None:
        return value
    return as_text(value)  # true is not 1


def compile_comparison(op: Operator, as_type: FieldType, left: Operand, right: Operand) -> Evaluator:
    """Return the comparison of two operands."""
    match op:
        case "==" | "!=":
            return _compile_equality(as_type, left, right, negated=op == "!=")
        case _:
            return _compile_order(op, as_type, left, right)


def compile_among(operand: Operand, options: Sequence[Operand], as_type: FieldType, *, negated: bool) -> Evaluator:
    """Return the test whether an operand is one of the options."""
    form = form_of(as_type)
    if all(option.constant for option in options):
        forms = frozenset(form(option.value) for option in options)
        return _compile_test(_among(forms, form, negated=negated), operand, as_type)
    evaluate, choices = operand.evaluate, [option.evaluate for option in options]

    def among(fields: Mapping[str, Value], scope: Scope) -> Value:
        value = form(evaluate(fields, scope))
        try:
            return any(form(option(fields, scope)) == value for option in choices) is not negated
        except _INCOMPARABLE:
            return negated

    return among


def _compile_equality(as_type: FieldType, left: Operand, right: Operand, *, negated: bool) -> Evaluator:
    form = form_of(as_type)
    if not (left.constant or right.constant):
        return _equals(left.evaluate, right.evaluate, form, negated=negated)
    constant, operand = (right, left) if right.constant else (left, right)
    return _compile_test(_equal_to(form(constant.value), form, negated=negated), operand, as_type)


def _compile_order(op: Order, as_type: FieldType, left: Operand, right: Operand) -> Evaluator:
    form = form_of(as_type)
    if not right.constant:
        return _ordered(_ORDERS[op], left.evaluate, right.evaluate, form)
    bound = form(right.value)
    test = _ordered_to(_ORDERS[op], bound, form)
    if left.field is not None and _is_numeric(as_type) and (bound.__class__ is int or bound.__class__ is Decimal):
        return compile_number_test(op, bound, test, left.field)
    return _compile_test(test, left, as_type)


def _compile_test(test: Test, operand: Operand, kind: FieldType) -> Evaluator:
    """Return a test of an operand that is compared as `kind`."""
    if operand.field is None:
        return compile_test(test, operand.evaluate)
    if isinstance(kind, TextType | ChoiceType | IdType | UrlType | EmailType | PhoneType):
        return compile_text_test(test, operand.field)
    return compile_field_test(test, operand.field)


def _is_numeric(kind: FieldType) -> bool:
    return isinstance(kind, IntegerType | DecimalType | MoneyType)


def _equal_to(expected: Value, form: Callable[[Value], Value], *, negated: bool) -> Test:
    def test(value: Value) -> bool:
        try:
            return (form(value) == expected) is not negated
        except _INCOMPARABLE:
            return negated

    return test


def _among(forms: frozenset[Value], form: Callable[[Value], Value], *, negated: bool) -> Test:
    def test(value: Value) -> bool:
        try:
            return (form(value) in forms) is not negated
        except _INCOMPARABLE:
            return negated

    return test


def _ordered_to(order: Callable[[Value, Value], bool], bound: Value, form: Callable[[Value], Value]) -> Test:
    def test(value: Value) -> bool:
        value = form(value)
        if value is None:
            return False
        try:
            return order(value, bound)
        except _INCOMPARABLE:
            return False

    return test


def _equals(left: Evaluator, right: Evaluator, form: Callable[[Value], Value], *, negated: bool) -> Evaluator:
    def equals(fields: Mapping[str, Value], scope: Scope) -> Value:
        try:
            return (form(left(fields, scope)) == form(right(fields, scope))) is not negated
        except _INCOMPARABLE:
            return negated

    return equals


def _ordered(
    order: Callable[[Value, Value], bool], left: Evaluator, right: Evaluator, form: Callable[[Value], Value]
) -> Evaluator:
    def compare(fields: Mapping[str, Value], scope: Scope) -> Value:
        first, second = form(left(fields, scope)), form(right(fields, scope))
        if first is None or second is None:
            return False
        try:
            return order(first, second)
        except _INCOMPARABLE:
            return False

    return compare
