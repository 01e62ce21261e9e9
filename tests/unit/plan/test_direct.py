"""The fast comparisons answer as the general ones do, whatever stands in a field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from syncdsl.plan.comparing import compile_among, compile_comparison
from syncdsl.schema.types import ChoiceType, DecimalType, IntegerType, TextType

if TYPE_CHECKING:
    from collections.abc import Mapping

VALUES: list[Any] = [
    None, "", " ", "a", " a ", "A", "a  b", "a b", "ａ", "a\u00a0b", "1", (), ("a",), True, False, 0, 1, 2,  # noqa: RUF001 - a wide letter
    Decimal(1), Decimal("1.0"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), dt.date(2026, 1, 31),
]  # fmt: skip
OPERATORS: list[Any] = ["==", "!=", "<", "<=", ">", ">="]
KINDS: list[Any] = [TextType(), ChoiceType(options=("a", "b")), IntegerType(), DecimalType()]


class Scope:
    """A record of one field."""

    def __init__(self, value: Any) -> None:
        self.fields: Mapping[str, Any] = {"f": value}
        self.row: Mapping[str, Any] = {}
        self.today = dt.date(2026, 1, 31)

    def follow(self, _reference: Any, _name: str) -> Any:
        """Return nothing."""
        return None


def field(scope: Any) -> Any:
    """Read the field as expressions do: what is empty is None."""
    value = scope.fields.get("f")
    return None if value is None or value in ("", ()) else value


def test_comparisons_with_a_constant_are_the_general_ones() -> None:
    """All operators, kinds, constants and values: the same truth."""
    for op, kind, constant in product(OPERATORS, KINDS, VALUES):
        operands: dict[str, Any] = {
            "left": field,
            "right": lambda _, constant=constant: constant,
            "left_constant": False,
            "right_constant": True,
        }
        general = compile_comparison(op, kind, **operands)
        direct = compile_comparison(op, kind, **operands, field="f")
        for value in VALUES:
            assert direct(Scope(value)) is general(Scope(value)), (op, kind, constant, value)


def test_membership_of_constants_is_the_general_one() -> None:
    """The same for `in` and `not in`."""
    options = [[lambda _, item=item: item for item in items] for items in (["a"], ["a b", "1"], [None, "a"], [1, "a"])]
    for kind, chosen, negated in product(KINDS, options, (True, False)):
        general = compile_among(field, chosen, constant=True, negated=negated, as_type=kind)
        direct = compile_among(field, chosen, constant=True, negated=negated, as_type=kind, field="f")
        for value in VALUES:
            assert direct(Scope(value)) is general(Scope(value)), (kind, negated, value)
