"""Comparisons as closures: canonical forms, those of constants made once."""

from __future__ import annotations

import operator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from syncdsl.functions.coercion import as_text
from syncdsl.plan.direct import direct_equality, direct_membership, direct_order
from syncdsl.schema.canonical import canonical, canonical_text
from syncdsl.schema.types import ChoiceType, DecimalType, IdType, IntegerType, MoneyType, TextType, UrlType

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from syncdsl.plan.evaluation import Evaluator, Scope
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]

# What a comparison of values that have no order, or no equality (a signalling NaN), may raise.
_INCOMPARABLE = (TypeError, ArithmeticError)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def form_of(kind: FieldType) -> Callable[[Value], Value]:
    """Return the function to the form in which values are compared as `kind`; it never raises."""
    if isinstance(kind, IntegerType | DecimalType | MoneyType):
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


def compile_comparison(
    op: Operator,
    as_type: FieldType,
    *,
    left: Evaluator,
    right: Evaluator,
    left_constant: bool,
    right_constant: bool,
    field: str | None = None,
) -> Evaluator:
    """Return the comparison of two operands; `field` is the left one's name where it is a field of the record."""
    form = form_of(as_type)
    if op in {"==", "!="}:
        negated = op == "!="
        if right_constant or left_constant:
            constant, operand = (right, left) if right_constant else (left, right)
            expected = form(_value_of(constant))
            general = _equals_constant(operand, expected, form, negated=negated)
            if field is None or not right_constant:
                return general
            return direct_equality(field, expected, as_type, general, negated=negated)
        return _equals(left, right, form, negated=negated)
    order = _ORDERS[op]
    if right_constant:
        bound = form(_value_of(right))
        general = _ordered_constant(order, left, bound, form)
        return general if field is None else direct_order(field, bound, as_type, general, order)
    return _ordered(order, left, right, form)


def compile_among(
    operand: Evaluator,
    options: Sequence[Evaluator],
    *,
    constant: bool,
    negated: bool,
    as_type: FieldType,
    field: str | None = None,
) -> Evaluator:
    """Return the test whether an operand is one of the options; `field` is its name where it is one of the record."""
    form = form_of(as_type)
    if constant:
        forms = frozenset(form(_value_of(option)) for option in options)

        def among_constants(scope: Scope) -> Value:
            try:
                return (form(operand(scope)) in forms) is not negated
            except _INCOMPARABLE:
                return negated

        if field is None:
            return among_constants
        return direct_membership(field, forms, as_type, among_constants, negated=negated)

    def among(scope: Scope) -> Value:
        value = form(operand(scope))
        try:
            return any(form(option(scope)) == value for option in options) is not negated
        except _INCOMPARABLE:
            return negated

    return among


def _value_of(constant: Evaluator) -> Value:
    """Return what a constant's evaluator answers; it looks at no scope."""
    return constant(_NO_SCOPE)


class _NoScope:
    """Stands where a constant is evaluated."""

    fields: dict[str, Value] = {}  # noqa: RUF012 - never written; a protocol's attribute
    row: dict[str, Value] = {}  # noqa: RUF012 - the same
    today: None = None

    def follow(self, reference: Value, name: str) -> Value:
        """Return nothing: there is no record."""
        del reference, name
        return None


_NO_SCOPE: Scope = _NoScope()  # type: ignore[assignment]  # `today` is never read by a constant


def _equals_constant(
    operand: Evaluator, constant: Value, form: Callable[[Value], Value], *, negated: bool
) -> Evaluator:
    if negated:
        negative = _equals_constant(operand, constant, form, negated=False)
        return lambda scope: not negative(scope)

    def equals(scope: Scope) -> Value:
        try:
            return form(operand(scope)) == constant
        except _INCOMPARABLE:
            return False

    return equals


def _equals(left: Evaluator, right: Evaluator, form: Callable[[Value], Value], *, negated: bool) -> Evaluator:
    def equals(scope: Scope) -> Value:
        try:
            return (form(left(scope)) == form(right(scope))) is not negated
        except _INCOMPARABLE:
            return negated

    return equals


def _ordered_constant(
    order: Callable[[Value, Value], bool], left: Evaluator, constant: Value, form: Callable[[Value], Value]
) -> Evaluator:
    def compare(scope: Scope) -> Value:
        value = form(left(scope))
        if value is None:
            return False
        try:
            return order(value, constant)
        except _INCOMPARABLE:
            return False

    return compare


def _ordered(
    order: Callable[[Value, Value], bool], left: Evaluator, right: Evaluator, form: Callable[[Value], Value]
) -> Evaluator:
    def compare(scope: Scope) -> Value:
        first, second = form(left(scope)), form(right(scope))
        if first is None or second is None:
            return False
        try:
            return order(first, second)
        except _INCOMPARABLE:
            return False

    return compare
