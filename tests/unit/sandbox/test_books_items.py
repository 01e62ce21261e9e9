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
