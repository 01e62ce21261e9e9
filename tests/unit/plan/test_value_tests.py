"""Tests of a field's value answer as the same tests of any other operand do, whatever stands in the field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any, cast

from syncdsl.plan.comparing import Operand, compile_among, compile_comparison
from syncdsl.plan.value_tests import MOST_REMEMBERED, compile_text_test
from syncdsl.schema.types import ChoiceType, DateType, DecimalType, EmailType, IntegerType, PhoneType, TextType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.evaluation import Scope
    from syncdsl.schema.values import Value

VALUES: list[Any] = [
    None, "", " ", "a", " a ", "A", "a  b", "a b", "ａ", "a\u00a0b", "1", (), ("a",), True, False, 0, 1, 2,  # noqa: RUF001 - a wide letter
    Decimal(1), Decimal("1.0"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), dt.date(2026, 1, 31),
    10**40, Decimal(10) ** 40, Decimal("0.99999999999999999999999999999999999999"),
]  # fmt: skip
OPERATORS: list[Any] = ["==", "!=", "<", "<=", ">", ">="]
KINDS: list[Any] = [
    TextType(), ChoiceType(options=("a", "b")), IntegerType(), DecimalType(), EmailType(), PhoneType(), DateType(),
]  # fmt: skip
NO_SCOPE = cast("Scope", None)  # nothing here asks for it


def read(fields: Mapping[str, Value], _scope: Scope) -> Value:
    """Read the field as expressions do: what is empty is None."""
    value = fields.get("f")
    return None if value is None or value in ("", ()) else value


ANY = Operand(evaluate=read)
FIELD = Operand(evaluate=read, field="f")


def constant(value: Value) -> Operand:
    """Return a constant as an operand."""
    return Operand(evaluate=lambda _fields, _scope: value, constant=True, value=value)


def unknown(value: Value) -> Operand:
    """Return the same, of which nothing is known beforehand."""
    return Operand(evaluate=lambda _fields, _scope: value)


def test_comparisons_of_a_field_with_a_constant_are_the_general_ones() -> None:
    """All operators, kinds, constants and values: the same truth, at the first time of asking and when remembered."""
    for op, kind, bound in product(OPERATORS, KINDS, VALUES):
        general = compile_comparison(op, kind, ANY, unknown(bound))
        prepared = compile_comparison(op, kind, ANY, constant(bound))
        direct = compile_comparison(op, kind, FIELD, constant(bound))
        for value in VALUES * 2:
            expected = general({"f": value}, NO_SCOPE)
            assert prepared({"f": value}, NO_SCOPE) is expected, (op, kind, bound, value)
            assert direct({"f": value}, NO_SCOPE) is expected, (op, kind, bound, value)


def test_membership_of_constants_is_the_general_one() -> None:
    """The same for `in` and `not in`, and for options that are no constants."""
    choices: list[list[Any]] = [["a"], ["a b", "1"], [None, "a"], [1, "a"], [True]]
    for kind, items, negated in product(KINDS, choices, (True, False)):
        general = compile_among(ANY, [unknown(item) for item in items], kind, negated=negated)
        prepared = compile_among(ANY, [constant(item) for item in items], kind, negated=negated)
        direct = compile_among(FIELD, [constant(item) for item in items], kind, negated=negated)
        for value in VALUES * 2:
            expected = general({"f": value}, NO_SCOPE)
            assert prepared({"f": value}, NO_SCOPE) is expected, (kind, items, negated, value)
            assert direct({"f": value}, NO_SCOPE) is expected, (kind, items, negated, value)


def test_answers_are_remembered_for_so_many_texts_only() -> None:
    """A text is judged once, up to a number of them."""
    judged: list[Value] = []

    def test(value: Value) -> bool:
        judged.append(value)
        return value == "t7"

    evaluate = compile_text_test(test, "f")
    texts = [f"t{number}" for number in range(MOST_REMEMBERED + 5)]
    for _ in range(2):
        assert [text for text in texts if evaluate({"f": text}, NO_SCOPE)] == ["t7"]
    assert len(judged) == MOST_REMEMBERED + 10


def test_only_texts_are_remembered() -> None:
    """What was answered for a value is not answered for one of another kind that is equal to it."""
    evaluate = compile_text_test(lambda value: value is True, "f")
    others: list[Value] = [1, True, Decimal(1), Decimal("sNaN"), ("1",), "1", True, 1]
    assert [evaluate({"f": value}, NO_SCOPE) for value in others] == [value is True for value in others]
