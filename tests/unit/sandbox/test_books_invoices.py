"""Books invoices: totals, numbering, status, links to deals."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def customer(empty: Any) -> str:
    """Create a customer with an address and return its id."""
    return str(empty.customer("Invoiced", payment_terms=14, billing_address={"city": "Köln"}))


def create(running: Any, customer: str, **more: Any) -> dict[str, Any]:
    body = {"customer_id": customer, "line_items": [{"name": "Pump", "rate": 100}], **more}
    answer = running.books.post("/invoices", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["invoice"])


def move(running: Any, invoice: dict[str, Any], status: str) -> Any:
    return running.books.post(f"/invoices/{invoice['invoice_id']}/status/{status}")


def test_totals_are_exact_to_the_currencys_cent(empty: Any, customer: str) -> None:
    """Lines round half up to two decimals; discount, shipping and adjustment enter the total."""
    lines = [
        {"name": "A", "rate": 0.1, "quantity": 3},
        {"name": "B", "rate": 10.005, "quantity": 1},
        {"name": "C", "rate": "19.99", "quantity": 2, "discount": "10%"},
        {"description": "free text only"},
    ]
    invoice = create(empty, customer, line_items=lines, shipping_charge=5, adjustment=-0.27, discount="50%")
    assert [line["item_total"] for line in invoice["line_items"]] == [0.3, 10.01, 35.98, 0.0]
    assert invoice["sub_total"] == 46.29
    assert invoice["discount_total"] == 23.15
    assert invoice["total"] == 27.87
    assert invoice["balance"] == 27.87


def test_a_new_invoice_takes_its_facts_from_the_customer(empty: Any, customer: str) -> None:
    """Status draft, the customer's name, currency, address and terms, and the deal it was made for."""
    invoice = create(empty, customer, zcrm_potential_id="77", zcrm_potential_name="Deal", date="2026-01-31")
    assert (invoice["status"], invoice["customer_name"], invoice["currency_code"]) == ("draft", "Invoiced", "EUR")
    assert invoice["billing_address"]["city"] == "Köln"
    assert (invoice["date"], invoice["due_date"]) == ("2026-01-31", "2026-02-14")
    found = empty.books.get("/invoices", params={"zcrm_potential_id": "77"}).json()["invoices"]
    assert [row["invoice_id"] for row in found] == [invoice["invoice_id"]]
    assert "line_items" not in found[0]


def test_numbers_are_automatic_unless_the_client_insists(empty: Any, customer: str) -> None:
    """INV-000001 and so on; an own number needs `ignore_auto_number_generation` and must be free."""
    first, second = create(empty, customer), create(empty, customer)
    assert int(second["invoice_number"][4:]) == int(first["invoice_number"][4:]) + 1
    body = {"customer_id": customer, "line_items": [{"name": "x"}], "invoice_number": "MY-1"}
    assert empty.books.post("/invoices", json=body).status_code == 400
    ignore = {"ignore_auto_number_generation": "true"}
    assert empty.books.post("/invoices", json=body, params=ignore).json()["invoice"]["invoice_number"] == "MY-1"
    assert empty.books.post("/invoices", json=body, params=ignore).status_code == 400


def test_status_moves_along_the_documented_ways(empty: Any, customer: str) -> None:
    """Draft to sent to void to draft; void again, draft from sent and edits of a void one are refused."""
    invoice = create(empty, customer)
    assert move(empty, invoice, "draft").status_code == 400
    assert move(empty, invoice, "sent").json()["message"] == "Invoice status has been changed to Sent."
    assert move(empty, invoice, "draft").status_code == 400
    assert move(empty, invoice, "void").json()["message"] == "Invoice status has been changed to Void."
    path = f"/invoices/{invoice['invoice_id']}"
    voided = empty.books.get(path).json()["invoice"]
    assert (voided["status"], voided["balance"]) == ("void", 0)
    assert move(empty, invoice, "void").status_code == 400
    assert empty.books.put(path, json={"notes": "x"}).status_code == 400
    assert move(empty, invoice, "draft").json()["message"] == "Status of invoice changed from void to draft"
    assert empty.books.get(path).json()["invoice"]["status"] == "draft"
    assert move(empty, invoice, "eaten").status_code == 404


def test_update_replaces_lines_and_recomputes(empty: Any, customer: str) -> None:
    """Lines that are sent replace the old ones, those with a known id keep it; other keys stay."""
    invoice = create(empty, customer, reference_number="R1")
    line = invoice["line_items"][0]["line_item_id"]
    lines = [{"line_item_id": line, "name": "Pump", "rate": 2}, {"name": "New", "rate": 3}]
    path = f"/invoices/{invoice['invoice_id']}"
    changed = empty.books.put(path, json={"line_items": lines}).json()["invoice"]
    assert (changed["total"], changed["reference_number"]) == (5.0, "R1")
    assert changed["line_items"][0]["line_item_id"] == line
    assert changed["invoice_number"] == invoice["invoice_number"]


def test_upsert_by_the_unique_field(empty: Any, customer: str) -> None:
    """The key makes a repeated upsert one invoice."""
    headers = {
        "X-Unique-Identifier-Key": "cf_syncdsl_key",
        "X-Unique-Identifier-Value": "sd-i",
        "X-Upsert": "true",
    }
    body = {
        "customer_id": customer,
        "line_items": [{"name": "x", "rate": 1}],
        "custom_fields": [{"api_name": "cf_syncdsl_key", "value": "sd-i"}],
    }
    first = empty.books.put("/invoices", json=body, headers=headers)
    second = empty.books.put("/invoices", json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["invoice"]["invoice_id"] == second.json()["invoice"]["invoice_id"]
    clash = empty.books.post("/invoices", json=body)
    assert clash.status_code == 400
    found = empty.books.get("/invoices", params={"custom_field": "sd-i"}).json()["invoices"]
    assert [row["cf_syncdsl_key"] for row in found] == ["sd-i"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer_id": "1"},
        {"customer_id": ""},
        {"line_items": []},
        {"line_items": [{}]},
        {"line_items": [{"name": "x", "rate": "much"}]},
        {"currency_id": "1"},
        {"date": "yesterday"},
    ],
)
def test_unfit_bodies_are_refused(empty: Any, customer: str, wrong: dict[str, Any]) -> None:
    """A missing customer, no lines or an unknown currency is HTTP 400."""
    body = {"customer_id": customer, "line_items": [{"name": "x", "rate": 1}], **wrong}
    answer = empty.books.post("/invoices", json=body)
    assert answer.status_code == 400
    assert answer.json()["code"] != 0


def test_lists_filter_by_status_and_customer(empty: Any) -> None:
    """Status and customer select rows; the newest comes first."""
    owner = empty.customer("Lister")
    first, second = create(empty, owner), create(empty, owner)
    move(empty, first, "void")

    def listed(**params: str) -> list[str]:
        rows = empty.books.get("/invoices", params={"customer_id": owner, **params}).json()["invoices"]
        return [row["invoice_id"] for row in rows]

    assert listed() == [second["invoice_id"], first["invoice_id"]]
    assert listed(status="void") == [first["invoice_id"]]
    assert listed(filter_by="Status.Draft") == [second["invoice_id"]]
    assert empty.books.delete(f"/invoices/{second['invoice_id']}").json()["code"] == 0
    assert listed() == [first["invoice_id"]]
