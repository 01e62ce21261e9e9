"""Books purchase orders: vendors, messages, statuses."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def vendor(empty: Any) -> str:
    """Create a vendor and return its id."""
    return str(empty.customer("Supplies", contact_type="vendor", billing_address={"city": "Turin"}))


def create(running: Any, vendor: str, **more: Any) -> dict[str, Any]:
    body = {"vendor_id": vendor, "line_items": [{"name": "Seal", "rate": 10, "quantity": "4"}], **more}
    answer = running.books.post("/purchaseorders", json=body)
    assert (answer.status_code, answer.json()["message"]) == (201, "Purchase Order has been added.")
    return dict(answer.json()["purchaseorder"])


def move(running: Any, order: dict[str, Any], status: str) -> Any:
    return running.books.post(f"/purchaseorders/{order['purchaseorder_id']}/status/{status}")


def test_an_order_goes_to_a_vendor(empty: Any, vendor: str) -> None:
    """Name and address are the vendor's; a customer, or nobody, is refused; a vendor with orders is not deleted."""
    order = create(empty, vendor, delivery_date="2026-09-01")
    assert (order["vendor_name"], order["status"], order["total"]) == ("Supplies", "draft", 40)
    assert (order["billing_address"]["city"], order["delivery_date"]) == ("Turin", "2026-09-01")
    assert order["purchaseorder_number"].startswith("PO-0000")
    lines = {"line_items": [{"name": "x"}]}
    assert empty.books.post("/purchaseorders", json=lines).status_code == 400
    customer = empty.customer("Buys only")
    assert empty.books.post("/purchaseorders", json={"vendor_id": customer, **lines}).status_code == 400
    assert "has transactions" in empty.books.delete(f"/contacts/{vendor}").json()["message"]


def test_the_purchase_price_of_an_item_counts(empty: Any, vendor: str) -> None:
    """A line without a rate takes what the item costs, not what it is sold for."""
    item = {"name": "Bearing", "rate": 30, "purchase_rate": 12.5}
    item_id = empty.books.post("/items", json=item).json()["item"]["item_id"]
    assert create(empty, vendor, line_items=[{"item_id": item_id, "quantity": 2}])["total"] == 25


def test_an_item_that_is_only_sold_is_not_bought(empty: Any, vendor: str) -> None:
    """Orders refuse an item without a purchase price, estimates one that is for purchases only."""
    sold = empty.books.post("/items", json={"name": "Only sold", "rate": 30}).json()["item"]["item_id"]
    item = {"name": "Only bought", "rate": 30, "item_type": "purchases"}
    bought = empty.books.post("/items", json=item).json()["item"]["item_id"]
    customer = empty.customer("Wants it all")
    for path, partner, wrong in (
        ("purchaseorders", {"vendor_id": vendor}, sold),
        ("estimates", {"customer_id": customer}, bought),
    ):
        answer = empty.books.post(f"/{path}", json={**partner, "line_items": [{"item_id": wrong, "rate": 1}]})
        assert (answer.status_code, "only" in answer.json()["message"]) == (400, True)
        none = empty.books.post(f"/{path}", json={**partner, "line_items": []})
        assert (none.status_code, none.json()["code"]) == (400, 4016)


def test_status_moves_along_the_documented_ways(empty: Any, vendor: str) -> None:
    """Draft to open to billed, or to cancelled and open again; what makes no sense is refused."""
    order = create(empty, vendor)
    assert move(empty, order, "billed").status_code == 400
    for status, message in (
        ("open", "The purchase order has been marked as open."),
        ("cancelled", "The purchase order has been cancelled."),
        ("open", "The purchase order has been marked as open."),
        ("billed", "The purchase order has been marked as billed."),
    ):
        answer = move(empty, order, status)
        assert (answer.status_code, answer.json()) == (201, {"code": 0, "message": message})
        path = f"/purchaseorders/{order['purchaseorder_id']}"
        assert empty.books.get(path).json()["purchaseorder"]["status"] == status
        edit = empty.books.put(path, json={"notes": status})
        assert (edit.status_code == 400) == (status == "cancelled")
    assert move(empty, order, "cancelled").status_code == 400
    assert empty.books.delete(path).status_code == 400


def test_upsert_and_lists(empty: Any, vendor: str) -> None:
    """The unique field makes one order of two calls; lists filter by vendor, status and dates."""
    headers = {
        "X-Unique-Identifier-Key": "cf_syncdsl_key",
        "X-Unique-Identifier-Value": "sd-po",
        "X-Upsert": "true",
    }
    body = {
        "vendor_id": vendor,
        "line_items": [{"name": "Seal", "rate": 1}],
        "custom_fields": [{"label": "Syncdsl Key", "value": "sd-po"}],
        "delivery_date": "2027-02-03",
    }
    answers = [empty.books.put("/purchaseorders", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[1].json()["message"] == "Purchase Order has been updated."
    identity = answers[0].json()["purchaseorder"]["purchaseorder_id"]

    def listed(**params: str) -> list[str]:
        rows = empty.books.get("/purchaseorders", params={"vendor_id": vendor, **params}).json()["purchaseorders"]
        return [row["purchaseorder_id"] for row in rows]

    assert listed(custom_field="sd-po") == listed(delivery_date="2027-02-03") == [identity]
    assert identity in listed(status="draft", vendor_name_contains="uppli")
    empty.books.post(f"/purchaseorders/{identity}/status/open")
    assert identity in listed(filter_by="Status.Issued")
    assert listed(sort_column="delivery_date")[0] == identity
