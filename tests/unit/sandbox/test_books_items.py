"""Books items and taxes: what is taken, what is refused, and states."""

from typing import Any

import pytest


def create(running: Any, name: str, **more: Any) -> Any:
    return running.books.post("/items", json={"name": name, "rate": 9.5, **more})


def test_an_item_is_made_changed_found_and_deleted(empty: Any) -> None:
    """The keys sent replace the stored ones; the rest stays; a deleted item is gone."""
    tax = empty.books.get("/settings/taxes").json()["taxes"][0]
    item = create(empty, "Seal", sku="S-1", tax_id=tax["tax_id"]).json()["item"]
    assert (item["product_type"], item["tax_name"], item["status"]) == ("goods", tax["tax_name"], "active")
    path = f"/items/{item['item_id']}"
    changed = empty.books.put(path, json={"rate": "10.10", "product_type": "service"}).json()["item"]
    assert (changed["rate"], changed["product_type"], changed["sku"]) == (10.1, "service", "S-1")
    found = empty.books.get("/items", params={"name": "SEAL"}).json()["items"]
    assert [row["item_id"] for row in found] == [item["item_id"]]
    assert empty.books.delete(path).json()["code"] == 0
    assert empty.books.get(path).json() == {"code": 1002, "message": "Item does not exist."}


@pytest.mark.parametrize(
    "body",
    [
        {"rate": 1},
        {"name": "No rate"},
        {"name": "x" * 101, "rate": 1},
        {"name": "Odd", "rate": "much"},
        {"name": "Odd", "rate": 1, "product_type": "wish"},
        {"name": "Odd", "rate": 1, "tax_id": "5"},
        {"name": "Odd", "rate": 1, "is_taxable": "yes"},
    ],
)
def test_what_is_no_item_is_refused(empty: Any, body: dict[str, Any]) -> None:
    """A missing name or rate and a value outside its list are refused with HTTP 400."""
    assert empty.books.post("/items", json=body).status_code == 400


@pytest.mark.parametrize(("first", "second"), [({}, {}), ({"sku": "A-1"}, {"name": "Other", "sku": "a-1 "})])
def test_names_and_skus_are_taken_once(empty: Any, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Names and SKUs are compared trimmed and without case."""
    name = f"Once {len(first)}"
    assert create(empty, name, **first).status_code == 201
    answer = create(empty, **{"name": name.upper(), **second})
    assert (answer.status_code, answer.json()["code"]) == (400, 1001)


def test_an_inactive_item_shows_only_when_asked_for(empty: Any) -> None:
    """Lists show active items; `filter_by` shows others, and a state that is no state is refused."""
    identity = create(empty, "Retired").json()["item"]["item_id"]
    assert empty.books.post(f"/items/{identity}/inactive").json()["code"] == 0

    def listed(**params: str) -> set[str]:
        return {row["item_id"] for row in empty.books.get("/items", params=params).json()["items"]}

    assert identity not in listed()
    assert identity in listed(filter_by="Status.Inactive") & listed(filter_by="Status.All")
    assert empty.books.get("/items", params={"filter_by": "Status.Odd"}).status_code == 400
    empty.books.post(f"/items/{identity}/active")
    assert identity in listed()


def test_an_item_is_upserted_by_its_key(empty: Any) -> None:
    """The same key twice is one item; without the header to create, a miss is an error."""
    headers = {"X-Unique-Identifier-Key": "cf_syncdsl_key", "X-Unique-Identifier-Value": "sd-item"}
    custom = [{"api_name": "cf_syncdsl_key", "value": "sd-item"}]
    body = {"name": "Keyed", "rate": 1, "custom_fields": custom}
    assert empty.books.put("/items", json=body, headers=headers).status_code == 404
    headers["X-Upsert"] = "true"
    first = empty.books.put("/items", json=body, headers=headers).json()["item"]
    second = empty.books.put("/items", json={**body, "rate": 2}, headers=headers).json()["item"]
    assert (second["item_id"], second["rate"]) == (first["item_id"], 2.0)


@pytest.fixture(scope="module")
def shelf(start: Any) -> Any:
    """Start a sandbox with three items to search among."""
    running = start("--records", "0")
    taxes = {row["tax_name"]: row["tax_id"] for row in running.books.get("/settings/taxes").json()["taxes"]}
    running.books.post("/items", json={"name": "Pump", "rate": 100, "sku": "P-1", "tax_id": taxes["VAT 19"]})
    running.books.post("/items", json={"name": "Seal", "rate": 5.5, "description": "for a pump", "is_taxable": False})
    body = {"name": "Service", "rate": 80, "product_type": "service", "item_type": "sales_and_purchases"}
    running.books.post("/items", json=body | {"tax_id": taxes["VAT 7"], "purchase_rate": 60})
    return running


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Pump", "Seal", "Service"]),
        ({"name_startswith": "SE"}, ["Seal", "Service"]),
        ({"description_contains": "pump"}, ["Seal"]),
        ({"search_text": "pump"}, ["Pump", "Seal"]),
        ({"sku": "p-1"}, ["Pump"]),
        ({"rate": "80.0"}, ["Service"]),
        ({"rate_less_than": "80"}, ["Seal"]),
        ({"rate_less_equals": "80"}, ["Seal", "Service"]),
        ({"rate_greater_than": "80"}, ["Pump"]),
        ({"rate_greater_equals": "80"}, ["Pump", "Service"]),
        ({"is_taxable": "false"}, ["Seal"]),
        ({"tax_name": "vat 7"}, ["Service"]),
        ({"tax_name": "no such tax"}, []),
        ({"filter_by": "Status.Purchases"}, ["Service"]),
        ({"filter_by": "Status.Services"}, ["Service"]),
        ({"filter_by": "Status.Inactive"}, []),
        ({"sort_column": "rate"}, ["Seal", "Service", "Pump"]),
        ({"sort_column": "tax_name", "sort_order": "D"}, ["Service", "Pump", "Seal"]),
    ],
)
def test_items_are_searched(shelf: Any, query: dict[str, str], found: list[str]) -> None:
    """Each parameter of the list call finds what it should."""
    answer = shelf.books.get("/items", params=query)
    assert answer.status_code == 200, answer.text
    assert [row["name"] for row in answer.json()["items"]] == found


@pytest.mark.parametrize("wrong", [{"rate": "dear"}, {"is_taxable": "1"}, {"filter_by": "x"}, {"sort_column": "x"}])
def test_unfit_item_searches_are_refused(shelf: Any, wrong: dict[str, str]) -> None:
    """A value outside the documented ones is code 2."""
    assert shelf.books.get("/items", params=wrong).json()["code"] == 2


def test_details_of_several_items_come_in_one_call(shelf: Any) -> None:
    """`/itemdetails` answers in the order asked for, and refuses an id that names nothing."""
    rows = {row["name"]: row["item_id"] for row in shelf.books.get("/items").json()["items"]}
    wanted = f"{rows['Service']},{rows['Pump']}"
    shown = shelf.books.get("/itemdetails", params={"item_ids": wanted}).json()["items"]
    assert [item["name"] for item in shown] == ["Service", "Pump"]
    assert shelf.books.get("/itemdetails", params={"item_ids": f"{wanted},7"}).status_code == 404
    assert shelf.books.get("/itemdetails").status_code == 400


def test_an_item_on_a_document_cannot_be_deleted(shelf: Any) -> None:
    """As long as a document names it, an item stays, and so does the customer."""
    item = shelf.books.post("/items", json={"name": "Needed", "rate": 1}).json()["item"]["item_id"]
    customer = shelf.customer("Needs it")
    body = {"customer_id": customer, "line_items": [{"item_id": item, "quantity": 1}]}
    estimate = shelf.books.post("/estimates", json=body).json()["estimate"]["estimate_id"]
    for path in (f"/items/{item}", f"/contacts/{customer}"):
        answer = shelf.books.delete(path)
        assert (answer.status_code, answer.json()["code"]) == (400, 1004)
    assert shelf.books.get(f"/contacts/{customer}").json()["contact"]["has_transaction"] is True
    shelf.books.delete(f"/estimates/{estimate}")
    for path in (f"/items/{item}", f"/contacts/{customer}"):
        assert shelf.books.delete(path).json()["code"] == 0
