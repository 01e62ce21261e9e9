from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from syncdsl.adapters.transport.answer import Answer, Verdict
from syncdsl.adapters.zoho.stamps import read_instant, settled, zone_name
from syncdsl.adapters.zoho_books.dialect import BooksDialect, refused_field
from syncdsl.adapters.zoho_books.values import raw_value, read_value, tells, write_value
from syncdsl.schema.types import (
    BooleanType,
    DateTimeType,
    FieldSchema,
    IntegerType,
    MoneyType,
    ReferenceType,
    RowsType,
    TextType,
)
from syncdsl.schema.values import PartnerOf, Ref


@pytest.mark.parametrize(
    ("status", "code", "fresh", "expected"),
    [
        (200, 0, False, Verdict.FINE),
        (201, 0, False, Verdict.FINE),
        (400, 2, False, Verdict.FINE),
        (400, 4, False, Verdict.FINE),
        (404, 5, False, Verdict.FINE),
        (400, 3062, False, Verdict.FINE),
        (400, 13009, False, Verdict.FINE),
        (400, 13011, False, Verdict.FINE),
        (400, 1001, False, Verdict.FINE),
        (404, 1002, False, Verdict.FINE),
        (401, 14, False, Verdict.EXPIRED),
        (401, 14, True, Verdict.EXPIRED),
        (401, 57, False, Verdict.EXPIRED),
        (401, 57, True, Verdict.FORBIDDEN),
        (403, None, False, Verdict.FORBIDDEN),
        (429, 43, False, Verdict.BUSY),
        (429, 44, False, Verdict.BUSY),
        (429, 45, False, Verdict.BUSY),
        (429, 1070, False, Verdict.BUSY),
        (200, 44, False, Verdict.BUSY),
        (429, None, False, Verdict.BUSY),
        (500, 1000, False, Verdict.FAILING),
        (400, 1000, False, Verdict.FAILING),
        (502, None, False, Verdict.FAILING),
    ],
)
def test_every_known_code_has_its_meaning(status: int, code: int | None, *, fresh: bool, expected: Verdict) -> None:
    """The code counts whatever the HTTP status says."""
    answer = Answer(status=status, data={"code": code, "message": "m"} if code is not None else None)
    assert BooksDialect().verdict(answer, fresh=fresh) is expected


@pytest.mark.parametrize(
    ("code", "message", "field"),
    [
        (2, "Invalid value passed for currency_id", "currency_id"),
        (15, "Please ensure that the contact_name has less than 200 characters.", "contact_name"),
        (3062, 'The customer "X" already exists. Please specify a different name.', "contact_name"),
        (13009, "Please select an account for the line.", "account_id"),
        (13011, "The bill number exists already for this vendor.", "bill_number"),
        (1001, 'Item "X" already exists.', "name"),
        (1001, 'SKU "X" already exists.', "sku"),
        (1002, "Customer does not exist.", "customer_id"),
        (1002, "Contact does not exist.", None),
        (1002, "Gone.", None),
        (9, "Something else.", None),
    ],
)
def test_a_refusal_names_its_field(code: int, message: str, field: str | None) -> None:
    assert refused_field(Answer(status=400, data={"code": code, "message": message})) == field


def test_values_of_rows_are_found_where_they_lie() -> None:
    row = {
        "contact_name": "Acme",
        "billing_address": {"city": "Köln"},
        "custom_fields": [{"api_name": "cf_a", "value": "1"}],
    }
    assert raw_value(row, "billing_address.city") == "Köln"
    assert raw_value(row, "cf_a") == "1"
    assert raw_value({"cf_a": "2"}, "cf_a") == "2"
    assert raw_value(row, "shipping_address.city") is None
    assert [
        tells(row, name) for name in ("contact_name", "notes", "billing_address.zip", "shipping_address.zip", "cf_b")
    ] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_values_are_typed_and_empty_is_one_value() -> None:
    assert read_value("", TextType()) is None
    assert read_value(Decimal("12.50"), MoneyType()) == Decimal("12.50")
    assert read_value("7", IntegerType()) == 7
    assert read_value("true", BooleanType()) is True
    assert read_value("9", ReferenceType(modules=("customers",))) == Ref("customers", "9")
    assert read_value("2026-01-05T10:11:12+0530", DateTimeType()) == dt.datetime(2026, 1, 5, 4, 41, 12, tzinfo=dt.UTC)
    rows = RowsType(fields={"rate": FieldSchema(label="Rate", value=MoneyType())})
    assert read_value([{"rate": 5, "else": 1}], rows) == ((("rate", Decimal(5)),),)
    assert read_value("about ten", MoneyType()) == "about ten"


def test_a_partner_that_does_not_exist_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="does not exist yet"):
        write_value(PartnerOf("crm", "Accounts", "1", "customers"))


def test_fresh_stamps_prove_nothing() -> None:
    now = dt.datetime(2026, 1, 1, 12, 0, 2, tzinfo=dt.UTC)
    assert settled(now - dt.timedelta(seconds=2), now)
    assert not settled(now - dt.timedelta(seconds=1), now)


@pytest.mark.parametrize("text", ["", "2026-01-05T10:11:12", "yesterday", None, 7])
def test_a_stamp_without_an_offset_is_no_instant(text: object) -> None:
    assert read_instant(text) is None


def test_zones_get_their_iana_names() -> None:
    assert zone_name("PST") == "America/Los_Angeles"
    assert zone_name("Europe/Berlin") == "Europe/Berlin"
    assert zone_name("Nowhere/At_All") == zone_name(None) == "UTC"
