from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from syncdsl.adapters.zoho_books.body import create_body, update_body
from syncdsl.adapters.zoho_books.modules import CUSTOMERS, INVOICES
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.schema.values import Fields, Ref

SCHEMA = read_snapshot(Path(__file__).parents[3] / "rules" / "zoho" / "schema" / "books.json")
CURRENT: dict[str, Any] = {
    "contact_name": "Acme",
    "contact_type": "customer",
    "phone": "1",
    "email": "a@b.example",
    "billing_address": {"address_id": "9", "city": "Köln", "state": "NRW", "state_code": "NW", "country_code": "DE"},
    "contact_persons": [
        {"contact_person_id": "p1", "first_name": "Will", "is_primary_contact": False, "skype": ""},
        {"contact_person_id": "p2", "first_name": "Ann", "email": "a@b.example", "is_primary_contact": True},
    ],
}


def updated(fields: Fields, current: dict[str, Any] = CURRENT) -> dict[str, Any]:
    return update_body(CUSTOMERS, SCHEMA.modules["customers"], fields, None, current)


def test_an_update_keeps_persons_that_are_not_ours() -> None:
    body = updated({"email": "new@b.example"})
    assert body["contact_persons"] == [
        {"contact_person_id": "p1", "first_name": "Will", "is_primary_contact": False},
        {"contact_person_id": "p2", "first_name": "Ann", "email": "new@b.example", "is_primary_contact": True},
    ]
    assert "email" not in body


def test_an_update_without_person_fields_does_not_mention_persons() -> None:
    assert "contact_persons" not in updated({"notes": "x"})


def test_a_value_of_the_contact_itself_is_written_there_too() -> None:
    """The contact shows a phone that its primary person does not have."""
    body = updated({"phone": "2"})
    assert body["phone"] == "2"
    assert body["contact_persons"][1]["phone"] == "2"


def test_a_contact_without_persons_gets_a_primary_one() -> None:
    body = updated({"first_name": "Zoe"}, {"contact_name": "Acme", "contact_persons": []})
    assert body["contact_persons"] == [{"first_name": "Zoe", "is_primary_contact": True}]


def test_an_address_is_sent_completely() -> None:
    assert updated({"billing_address.zip": "50667"})["billing_address"] == {
        "city": "Köln",
        "state": "NRW",
        "state_code": "NW",
        "zip": "50667",
    }


def test_the_code_of_a_state_goes_with_the_state() -> None:
    assert updated({"billing_address.state": None})["billing_address"] == {"city": "Köln", "state": ""}


def test_an_update_repeats_what_the_documentation_requires() -> None:
    assert updated({"notes": None}) == {"notes": "", "contact_name": "Acme", "contact_type": "customer"}


def test_a_create_leaves_empty_fields_out() -> None:
    fields: Fields = {
        "contact_name": "Acme",
        "notes": None,
        "email": "a@b.example",
        "currency_id": Ref("currencies", "3"),
        "billing_address.city": "Köln",
    }
    assert create_body(CUSTOMERS, SCHEMA.modules["customers"], fields, "sd-1") == {
        "contact_name": "Acme",
        "contact_type": "customer",
        "currency_id": "3",
        "billing_address": {"city": "Köln"},
        "contact_persons": [{"email": "a@b.example", "is_primary_contact": True}],
        "custom_fields": [{"api_name": "cf_syncdsl_key", "value": "sd-1"}],
    }


def test_lines_keep_their_ids_in_their_places() -> None:
    current = {
        "customer_id": "1",
        "line_items": [
            {"line_item_id": "a", "name": "Old", "unit": "pcs", "rate": Decimal(5), "item_total": Decimal(5)},
            {"line_item_id": "b", "name": "Gone", "rate": Decimal(6)},
        ],
    }
    schema = SCHEMA.modules["invoices"]
    one: Fields = {"line_items": ((("name", "New"), ("rate", Decimal("7.10"))),)}
    body = update_body(INVOICES, schema, one, None, current)
    assert body["line_items"] == [{"line_item_id": "a", "name": "New", "unit": "pcs", "rate": Decimal("7.10")}]
    kept = update_body(INVOICES, schema, {"notes": "x"}, None, current)
    assert [line["line_item_id"] for line in kept["line_items"]] == ["a", "b"]
    assert kept["customer_id"] == "1"


def test_a_line_of_another_item_takes_nothing_from_the_one_in_its_place() -> None:
    """Lines that name their item keep the line of that item; a new item has neither name nor discount of an old one."""
    schema = SCHEMA.modules["invoices"]
    current = {
        "line_items": [
            {"line_item_id": "1", "item_id": "10", "name": "Pump", "discount": "5%"},
            {"line_item_id": "2", "item_id": "20", "name": "Hose"},
        ]
    }
    hose, belt = (("item_id", Ref("items", "20")), ("rate", 3)), (("item_id", Ref("items", "30")), ("rate", 4))
    body = update_body(INVOICES, schema, {"line_items": (hose, belt)}, None, current)
    assert body["line_items"] == [
        {"line_item_id": "2", "item_id": "20", "name": "Hose", "rate": 3},
        {"item_id": "30", "rate": 4},
    ]
