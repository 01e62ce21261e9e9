"""Custom fields of Books: made by the person who clicks, then filled, shown and checked."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from syncdsl.sandbox.books.current import serving
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS
from syncdsl.sandbox.books.founding import found_books
from syncdsl.sandbox.store import Store


@pytest.fixture(scope="module")
def typed(start: Any) -> Any:
    """Start a sandbox whose contacts have a field of every type."""
    running = start("--records", "0")
    for data_type in ("string", "number", "decimal", "date", "date_time", "check_box", "email"):
        body = {"entity": "contact", "label": f"My {data_type}", "data_type": data_type}
        running.control("POST", "books/custom-fields", body)
    for data_type in ("dropdown", "multiselect"):
        choosing: dict[str, Any] = {
            "entity": "contact",
            "label": data_type,
            "data_type": data_type,
            "choices": ["Red", "Blue"],
        }
        running.control("POST", "books/custom-fields", choosing)
    return running


@pytest.mark.parametrize(
    ("name", "sent", "kept", "formatted"),
    [
        ("cf_my_string", " text ", "text", "text"),
        ("cf_my_number", "7", 7, "7"),
        ("cf_my_decimal", 0.5, 0.5, "0.5"),
        ("cf_my_date", "2026-01-31", "2026-01-31", "2026-01-31"),
        ("cf_my_date_time", "2026-01-31T10:00:00+0100", "2026-01-31T10:00:00+0100", "2026-01-31T10:00:00+0100"),
        ("cf_my_check_box", "false", False, "false"),
        ("cf_my_email", "a@b.example", "a@b.example", "a@b.example"),
        ("cf_dropdown", "Red", "Red", "Red"),
        ("cf_multiselect", ["Red", "Blue"], ["Red", "Blue"], "Red,Blue"),
    ],
)
def test_values_of_every_type_come_back(typed: Any, name: str, sent: Any, kept: Any, formatted: str) -> None:
    """The detail shows the value in its type, list rows as text and in its type; a blank takes it away."""
    contact = typed.customer(f"Holds {name}", custom_fields=[{"api_name": name, "value": sent}])
    [field] = typed.books.get(f"/contacts/{contact}").json()["contact"]["custom_fields"]
    assert (field["api_name"], field["value"]) == (name, kept)
    [row] = typed.books.get("/contacts", params={"contact_name": f"Holds {name}"}).json()["contacts"]
    assert (row[name], row[f"{name}_unformatted"]) == (formatted, kept)
    typed.books.put(f"/contacts/{contact}", json={"custom_fields": [{"api_name": name, "value": ""}]})
    assert typed.books.get(f"/contacts/{contact}").json()["contact"]["custom_fields"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cf_my_number", "1.5"),
        ("cf_my_number", "many"),
        ("cf_my_date", "31.01.2026"),
        ("cf_my_date_time", "yesterday"),
        ("cf_my_check_box", "perhaps"),
        ("cf_my_email", "nowhere"),
        ("cf_dropdown", "Green"),
        ("cf_multiselect", ["Red", "Green"]),
        ("cf_nothing_of_the_kind", "x"),
    ],
)
def test_values_that_do_not_fit_are_refused(typed: Any, name: str, value: Any) -> None:
    """A value of another type, an unknown choice and an unknown field are code 2, and nothing is created."""
    body = {"contact_name": "Refused", "custom_fields": [{"api_name": name, "value": value}]}
    answer = typed.books.post("/contacts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 2)
    assert typed.books.get("/contacts", params={"contact_name": "Refused"}).json()["contacts"] == []


def test_the_fields_call_describes_them(typed: Any) -> None:
    """Type, choices and place of each field are told, and only for entities that exist."""
    fields = typed.books.get("/settings/fields", params={"entity": "contact"}).json()["fields"]
    by_name = {field["api_name"]: field for field in fields}
    assert by_name["cf_my_check_box"]["data_type"] == "check_box"
    assert [choice["name"] for choice in by_name["cf_dropdown"]["values"]] == ["Red", "Blue"]
    assert [field["index"] for field in fields] == list(range(1, len(fields) + 1))
    assert typed.books.get("/settings/fields", params={"entity": "moon"}).json()["code"] == 2


def test_a_new_unique_field_serves_as_identifier(typed: Any) -> None:
    """A unique field takes each value once and addresses upserts; others do neither."""
    body = {"entity": "item", "label": "External id", "unique": True}
    assert typed.control("POST", "books/custom-fields", body)["is_unique"] is True
    field = {"custom_fields": [{"label": "External id", "value": "E-1"}]}
    first = typed.books.post("/items", json={"name": "First", "rate": 1, **field})
    assert first.status_code == 201
    again = typed.books.post("/items", json={"name": "Second", "rate": 1, **field})
    assert (again.status_code, again.json()["code"]) == (400, 120140)
    headers = {"X-Unique-Identifier-Key": "cf_external_id", "X-Unique-Identifier-Value": "E-1"}
    found = typed.books.put("/items", headers=headers, json={"rate": 2})
    assert found.json()["item"]["item_id"] == first.json()["item"]["item_id"]
    missed = headers | {"X-Unique-Identifier-Value": "E-2"}
    assert typed.books.put("/items", headers=missed, json={"name": "Third", "rate": 1}).status_code == 404
    new = {"name": "Third", "rate": 1, "custom_fields": [{"api_name": "cf_external_id", "value": "E-2"}]}
    assert typed.books.put("/items", headers=missed | {"X-Upsert": "true"}, json=new).status_code == 201
    plain = headers | {"X-Unique-Identifier-Key": "cf_my_string"}
    assert typed.books.put("/contacts", headers=plain, json={}).json()["code"] == 2
    values = [{"api_name": "cf_external_id", "value": "E-9"}]
    identity = first.json()["item"]["item_id"]
    assert typed.books.put(f"/item/{identity}/customfields", json=values).json()["code"] == 0
    assert typed.books.get(f"/items/{identity}").json()["item"]["cf_external_id"] == "E-9"


def test_a_mandatory_field_has_to_be_filled(typed: Any) -> None:
    """A mandatory custom field is missed by the next create."""
    typed.control("POST", "books/custom-fields", {"entity": "item", "label": "Shelf", "mandatory": True})
    assert typed.books.post("/items", json={"name": "No shelf", "rate": 1}).json()["code"] == 2
    body = {"name": "On a shelf", "rate": 1, "custom_fields": [{"label": "Shelf", "value": "7"}]}
    assert typed.books.post("/items", json=body).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"entity": "moon", "label": "X"},
        {"entity": "contact", "label": ""},
        {"entity": "contact", "label": "?!"},
        {"entity": "contact", "label": "Odd", "data_type": "colour"},
        {"entity": "contact", "label": "Odd", "data_type": "check_box", "unique": True},
        {"entity": "contact", "label": "Odd", "data_type": "dropdown"},
        {"entity": "contact", "label": "Syncdsl key"},
        {"entity": "contact", "label": "Odd", "colour": "red"},
        {"entity": "contact", "label": 7},
    ],
)
def test_fields_that_cannot_exist_are_refused(typed: Any, body: dict[str, Any]) -> None:
    """The control endpoint answers HTTP 400 and says why."""
    answer = httpx.post(f"{typed.books_url}/_sandbox/books/custom-fields", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_field_that_is_taken_away_is_not_shown_until_it_is_back(start: Any) -> None:
    """Neither the list of fields nor records show it, and writes to it are refused; its values are not lost."""
    running = start("--records", "0")
    field = {"entity": "contact", "label": "Route"}
    running.control("POST", "books/custom-fields", field)
    sent = {"custom_fields": [{"api_name": "cf_route", "value": "North"}]}
    contact = running.customer("Acme", **sent)
    for _ in range(2):
        url = f"{running.books_url}/_sandbox/books/custom-fields/contact/cf_route"
        assert httpx.delete(url).json() == {"removed": True}
        assert httpx.delete(url).status_code == 404
        shown = running.books.get(f"/contacts/{contact}").json()["contact"]
        assert "cf_route" not in repr(shown)
        assert "cf_route" not in repr(running.books.get("/contacts").json())
        fields = running.books.get("/settings/fields", params={"entity": "contact"}).json()["fields"]
        assert [field["api_name"] for field in fields] == ["cf_syncdsl_key"]
        assert running.books.put(f"/contacts/{contact}", json=sent).json()["code"] == 2
        running.control("POST", "books/custom-fields", field)
        assert running.books.get(f"/contacts/{contact}").json()["contact"]["cf_route"] == "North"


def test_the_key_fields_can_be_left_out(tmp_path: Path) -> None:
    """An organisation starts with the fields for syncdsl's keys, or without any custom field; a used one stays."""
    for wanted, expected in ((True, 1), (False, 0)):
        store = Store(tmp_path / f"{wanted}.db")
        for later in (wanted, not wanted):
            found_books(store, with_key_fields=later)
            with serving(store):
                assert {len(fields) for fields in CUSTOM_FIELDS.values()} == {expected}
        store.close()
