"""What stands in place of a value of which nothing may be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.schema.pseudonyms import disguised
from syncdsl.schema.types import (
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldSchema,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import Ref, to_json

if TYPE_CHECKING:
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

KEY, OTHER = "ab" * 32, "cd" * 32
OPTIONS = tuple(f"option {number}" for number in range(400))
ROWS = RowsType(
    fields={"name": FieldSchema(label="", value=TextType()), "rate": FieldSchema(label="", value=MoneyType(scale=2))}
)
CASES: list[tuple[FieldType, Value]] = [
    (TextType(length=12), "a secret"),
    (EmailType(), "ada@example.com"),
    (PhoneType(), "+49 30 123456"),
    (UrlType(), "https://ada.example"),
    (IdType(), "4711"),
    (IntegerType(digits=4), 42),
    (DecimalType(digits=8, scale=3), Decimal("3.142")),
    (MoneyType(scale=2), Decimal("99.50")),
    (DateType(), dt.date(1985, 4, 1)),
    (DateTimeType(), dt.datetime(1985, 4, 1, tzinfo=dt.UTC)),
    (ChoiceType(options=OPTIONS), "option 7"),
    (ChoicesType(options=OPTIONS), ("option 7", "option 8")),
    (ReferenceType(modules=("Accounts",)), Ref("Accounts", "4711")),
    (ROWS, ((("name", "a secret"), ("rate", Decimal("99.50"))),)),
]


@pytest.mark.parametrize(("kind", "value"), CASES)
def test_nothing_of_a_value_stays(kind: FieldType, value: Value) -> None:
    """It is another value of the same type, the same one each time, and another one with another key."""
    found = disguised(value, kind, KEY)
    assert found != value
    assert type(found) is type(value)
    assert found == disguised(value, kind, KEY)
    assert found != disguised(value, kind, OTHER)
    assert "secret" not in repr(to_json(found))


def test_values_that_match_stay_alike() -> None:
    """Spelling does not tell two disguised values apart, and empty stays empty."""
    assert disguised("Acme  GmbH", TextType(), KEY) == disguised("acme gmbh", TextType(), KEY)
    assert disguised(Decimal("1.0"), MoneyType(scale=2), KEY) == disguised(Decimal("1.00"), MoneyType(scale=2), KEY)
    for empty in (None, "", ()):
        assert disguised(empty, TextType(), KEY) == empty
