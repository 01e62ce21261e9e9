"""Canonical forms: when two values are the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syncdsl.schema.canonical import SEPARATORS, canonical, canonical_form, has_form, match_form
from syncdsl.schema.types import (
    ChoicesType,
    DateTimeType,
    DecimalType,
    EmailType,
    FieldSchema,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    RowsType,
    TextType,
    UrlType,
)

if TYPE_CHECKING:
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Row, Value

CASES: tuple[tuple[FieldType, Value, Value], ...] = (
    (TextType(), "", None),
    (TextType(), "  ", None),
    (TextType(), " Acme   Ltd ", "Acme Ltd"),
    (TextType(), "a\r\nb", "a\nb"),
    (TextType(), "Ａｃｍｅ", "Acme"),  # noqa: RUF001 - wide letters are what NFKC is about
    (TextType(), 5, 5),
    (EmailType(), " Ann@Example.COM", "Ann@example.com"),
    (PhoneType(), "+49 (30) 901820", "+4930901820"),
    (PhoneType(), "030 / 90-18", "0309018"),
    (PhoneType(), "on request", "on request"),
    (MoneyType(scale=2), Decimal(5), Decimal("5.00")),
    (MoneyType(scale=2), Decimal("5.005"), Decimal("5.005")),
    (MoneyType(scale=2), Decimal("-0.00"), Decimal("0.00")),
    (MoneyType(), "5", "5"),
    (DecimalType(), Decimal("1.500"), Decimal("1.5")),
    (DecimalType(), Decimal("1E+3"), Decimal(1000)),
    (IntegerType(), Decimal("3.0"), 3),
    (IntegerType(), Decimal("3.5"), Decimal("3.5")),
    (ChoicesType(options=("a", "b")), ("b", "a"), ("a", "b")),
    (ChoicesType(options=("a",)), (), None),
    (IdType(), " 12 ", "12"),
    (UrlType(), "  ", None),
    (
        DateTimeType(),
        dt.datetime(2026, 5, 1, 12, 0, 0, 7, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        dt.datetime(2026, 5, 1, 10, 0, tzinfo=dt.UTC),
    ),
)


@pytest.mark.parametrize(("kind", "value", "expected"), CASES)
def test_canonical(kind: FieldType, value: Value, expected: Value) -> None:
    """A value has the canonical form of its type, down to the digits."""
    form = canonical(value, kind)
    assert form == expected
    assert str(form) == str(expected)
    assert repr(canonical_form(kind)(value)) == repr(form)


COUNTRIES = ("+49", "+1", "+44", "+39", "+7", "+33", "+54", "+52", "+225", "+0", "+")
PHONES = st.builds(
    lambda country, rest: country + rest,
    st.sampled_from(COUNTRIES),
    st.text(alphabet="0123456789 -()./", max_size=22),
)


@settings(max_examples=400)
@given(value=PHONES, other=PHONES)
@example(value="+49 (0)30 901820", other="+4930901820")
@example(value="+1 (650) 253-0000", other="+16502530000")
@example(value="+39 06 698", other="+3906698")
def test_a_form_is_told_without_parsing(value: str, other: str) -> None:
    """Whether a telephone number has a form is answered as parsing would; separators make no difference to a form."""
    has, form = has_form(PhoneType()), canonical_form(PhoneType())
    for held in (form(value), form(other), form(value.translate(SEPARATORS)), value.translate(SEPARATORS)):
        if form(held) == held:
            assert has(value, held) == (form(value) == held)


def test_match_form() -> None:
    """Keys are compared without regard to case, ids with."""
    assert match_form("ACME Straße", TextType()) == match_form("acme STRASSE", TextType())
    assert match_form("aB", IdType()) == "aB"
    assert match_form(None, TextType()) is None


LINES = RowsType(
    fields={
        "name": FieldSchema(label="", value=TextType()),
        "rate": FieldSchema(label="", value=MoneyType(scale=2)),
        "quantity": FieldSchema(label="", value=DecimalType()),
    }
)


def test_rows_are_compared_by_the_forms_of_their_fields_in_any_order() -> None:
    """Order, spaces, digits after the point, empty and unknown fields make no difference; a value does."""
    pump: Row = (("name", " Pump "), ("quantity", Decimal("2.00")), ("rate", Decimal(100)))
    hose: Row = (("name", "Hose"), ("rate", Decimal("3.0")))
    told: Row = (("name", "Hose"), ("note", "unknown"), ("quantity", None), ("rate", Decimal("3.00")))
    form = canonical((pump, hose), LINES)
    assert canonical((told, pump), LINES) == form
    assert canonical(form, LINES) == form
    other: Row = (("name", "Hose"), ("rate", Decimal("3.01")))
    assert canonical((pump, other), LINES) != form
    assert canonical(((("note", "unknown"),),), LINES) is None
