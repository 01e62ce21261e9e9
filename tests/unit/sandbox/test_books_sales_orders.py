"""Books sales orders: messages, statuses, and invoices made of them."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def customer(empty: Any) -> str:
    """Create a customer and return its id."""
    return str(empty.customer("Orders"))


def create(running: Any, customer: str, **more: Any) -> dict[str, Any]:
    body = {"customer_id": customer, "line_items": [{"name": "Pump", "rate": 10, "quantity": 4}], **more}
    answer = running.books.post("/salesorders", json=body)
    assert (answer.status_code, answer.json()["message"]) == (201, "Sales Order Created Successfully.")
    return dict(answer.json()["salesorder"])


def shown(running: Any, order: dict[str, Any]) -> dict[str, Any]:
    return dict(running.books.get(f"/salesorders/{order['salesorder_id']}").json()["salesorder"])


def move(running: Any, order: dict[str, Any], status: str) -> Any:
    return running.books.post(f"/salesorders/{order['salesorder_id']}/status/{status}")


def test_status_moves_along_the_documented_ways(empty: Any, customer: str) -> None:
    """Draft to open to void and back; void twice and edits of a void order are refused."""
    order = create(empty, customer)
    assert (order["status"], order["salesorder_number"][:6], order["total"]) == ("draft", "SO-000", 40)
    answer = move(empty, order, "open")
    assert (answer.status_code, answer.json()["message"]) == (201, "Sales order status has been changed to Open.")
    assert move(empty, order, "void").json()["message"] == "Sales order status has been changed to Void."
    assert move(empty, order, "void").status_code == 400
    path = f"/salesorders/{order['salesorder_id']}"
    assert empty.books.put(path, json={"notes": "x"}).status_code == 400
    assert move(empty, order, "open").status_code == 201
    answer = empty.books.put(path, json={"notes": "x", "shipment_date": "2020-01-01"})
    assert answer.json()["message"] == "Sales Order Updated Successfully."
    assert answer.json()["salesorder"]["status"] == "overdue"
    rows = empty.books.get("/salesorders", params={"customer_id": customer, "filter_by": "Status.OverDue"}).json()
    assert [row["salesorder_id"] for row in rows["salesorders"]] == [order["salesorder_id"]]
    assert empty.books.delete(path).json()["message"] == "Sales Order Deleted Successfully."


def test_an_order_is_invoiced_as_a_whole(empty: Any, customer: str) -> None:
    """`fromsalesorder` copies the order; it is invoiced then, and neither voided, deleted nor invoiced again."""
    order = create(empty, customer, zcrm_potential_id="55", discount="50%")
    move(empty, order, "open")
    params = {"salesorder_id": order["salesorder_id"]}
    answer = empty.books.post("/invoices/fromsalesorder", params=params)
    assert (answer.status_code, answer.json()["message"]) == (201, "The invoice has been created.")
    invoice = answer.json()["invoice"]
    assert (invoice["total"], invoice["zcrm_potential_id"], invoice["status"]) == (20, "55", "draft")
    assert shown(empty, order)["status"] == "invoiced"
    assert move(empty, order, "void").status_code == 400
    path = f"/salesorders/{order['salesorder_id']}"
    assert empty.books.delete(path).status_code == 400
    assert empty.books.post("/invoices/fromsalesorder", params=params).status_code == 400
    empty.books.delete(f"/invoices/{invoice['invoice_id']}")
    assert shown(empty, order)["status"] == "open"
    assert shown(empty, order)["line_items"][0]["quantity_invoiced"] == 0


def test_an_order_is_invoiced_in_parts(empty: Any, customer: str) -> None:
    """Invoice lines that name the order's lines count on them, until all is invoiced."""
    order = create(empty, customer)
    move(empty, order, "open")
    line = order["line_items"][0]["line_item_id"]
    for status in ("partially_invoiced", "invoiced"):
        lines = [{"name": "Pump", "rate": 10, "quantity": 2, "salesorder_item_id": line}]
        answer = empty.books.post("/invoices", json={"customer_id": customer, "line_items": lines})
        assert answer.status_code == 201
        assert shown(empty, order)["status"] == status
    lines = [{"name": "Pump", "rate": 10, "salesorder_item_id": "99"}]
    assert empty.books.post("/invoices", json={"customer_id": customer, "line_items": lines}).status_code == 400


def test_upsert_and_lists(empty: Any, customer: str) -> None:
    """The unique field makes one order of two calls, and finds it; rows are thin and carry the deal."""
    headers = {
        "X-Unique-Identifier-Key": "cf_syncdsl_key",
        "X-Unique-Identifier-Value": "sd-so",
        "X-Upsert": "true",
    }
    body = {
        "customer_id": customer,
        "line_items": [{"name": "Seal", "rate": 1}],
        "custom_fields": [{"api_name": "cf_syncdsl_key", "value": "sd-so"}],
        "zcrm_potential_id": "56",
        "zcrm_potential_name": "A deal",
        "salesperson_name": "Petra",
    }
    answers = [empty.books.put("/salesorders", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    [row] = empty.books.get("/salesorders", params={"zcrm_potential_id": "56"}).json()["salesorders"]
    assert (row["zcrm_potential_name"], row["salesperson_name"], row["sub_total"]) == ("A deal", "Petra", 1)
    assert "line_items" not in row
    by_person = empty.books.get("/salesorders", params={"salesperson_id": row["salesperson_id"]}).json()
    assert [one["salesorder_id"] for one in by_person["salesorders"]] == [row["salesorder_id"]]
    by_id = empty.books.get("/salesorders", params={"salesorder_ids": row["salesorder_id"]}).json()["salesorders"]
    assert len(by_id) == 1
