"""Books payments: what they do to invoices, and what they forbid."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
def customer(empty: Any) -> str:
    """Create a customer and return its id."""
    return str(empty.customer("Pays"))


def invoice_of(running: Any, customer: str, *, sent: bool = True) -> str:
    body = {"customer_id": customer, "line_items": [{"name": "Pump", "rate": 100}], "payment_terms": 30}
    answer = running.books.post("/invoices", json=body, params={"send": "true"} if sent else {})
    return str(answer.json()["invoice"]["invoice_id"])


def pay(running: Any, customer: str, invoice: str, applied: float, **more: Any) -> Any:
    body = {
        "customer_id": customer,
        "payment_mode": "banktransfer",
        "date": "2026-05-01",
        "amount": applied,
        "invoices": [{"invoice_id": invoice, "amount_applied": applied}],
        **more,
    }
    return running.books.post("/customerpayments", json=body)


def seen(running: Any, invoice: str) -> tuple[str, float, float]:
    shown = running.books.get(f"/invoices/{invoice}").json()["invoice"]
    return shown["status"], shown["payment_made"], shown["balance"]


def test_payments_make_an_invoice_partly_paid_and_paid(empty: Any, customer: str) -> None:
    """Balance and status follow, and lists find the invoice by them."""
    invoice = invoice_of(empty, customer)
    answer = pay(empty, customer, invoice, 40)
    assert (answer.status_code, answer.json()["message"]) == (201, "The payment from the customer has been recorded")
    payment = answer.json()["payment"]
    assert payment["invoices"][0]["balance"] == 60
    assert seen(empty, invoice) == ("partially_paid", 40, 60)
    rows = empty.books.get("/invoices", params={"customer_id": customer, "status": "partially_paid"}).json()["invoices"]
    assert [row["balance"] for row in rows if row["invoice_id"] == invoice] == [60]
    assert pay(empty, customer, invoice, 60).status_code == 201
    assert seen(empty, invoice) == ("paid", 100, 0)
    held = empty.books.get(f"/invoices/{invoice}/payments").json()["payments"]
    assert [(entry["amount"], entry["payment_mode"]) for entry in held] == [(40, "banktransfer"), (60, "banktransfer")]


def test_no_more_than_the_balance_is_taken(empty: Any, customer: str) -> None:
    """Too much for the invoice or more than was paid is refused, and nothing is recorded."""
    invoice = invoice_of(empty, customer)
    assert pay(empty, customer, invoice, 100.01).status_code == 400
    assert pay(empty, customer, invoice, 50, amount=40).status_code == 400
    assert pay(empty, customer, invoice, 0).status_code == 400
    assert pay(empty, empty.customer("Other payer"), invoice, 10).status_code == 400
    assert seen(empty, invoice) == ("sent", 0, 100)


def test_payments_forbid_void_and_deletion(empty: Any, customer: str) -> None:
    """An invoice with a payment is neither voided nor deleted nor lowered below it, until the payment is gone."""
    invoice = invoice_of(empty, customer)
    payment = pay(empty, customer, invoice, 40).json()["payment"]["payment_id"]
    path = f"/invoices/{invoice}"
    assert empty.books.post(f"{path}/status/void").json()["code"] == 4013
    assert empty.books.delete(path).json()["code"] == 4013
    cheap = {"line_items": [{"name": "Pump", "rate": 39}]}
    assert empty.books.put(path, json=cheap).status_code == 400
    assert (
        empty.books.put(path, json={"line_items": [{"name": "Pump", "rate": 40}]}).json()["invoice"]["status"] == "paid"
    )
    answer = empty.books.delete(f"/customerpayments/{payment}")
    assert answer.json() == {"code": 0, "message": "The payment has been deleted."}
    assert seen(empty, invoice) == ("sent", 0, 40)
    assert empty.books.get(f"/customerpayments/{payment}").status_code == 404
    assert empty.books.post(f"{path}/status/void").status_code == 200
    assert pay(empty, customer, invoice, 1).status_code == 400


def test_a_payment_taken_off_an_invoice_stays_with_the_customer(empty: Any, customer: str) -> None:
    """The invoice is open again, the payment has unused money."""
    invoice = invoice_of(empty, customer)
    payment = pay(empty, customer, invoice, 40).json()["payment"]
    part = payment["invoices"][0]["invoice_payment_id"]
    assert empty.books.delete(f"/invoices/{invoice}/payments/{part}").status_code == 200
    assert empty.books.delete(f"/invoices/{invoice}/payments/{part}").status_code == 404
    assert seen(empty, invoice) == ("sent", 0, 100)
    held = empty.books.get(f"/customerpayments/{payment['payment_id']}").json()["payment"]
    assert (held["unused_amount"], held["invoices"]) == (40, [])


def test_a_paid_draft_is_a_draft_no_longer(empty: Any, customer: str) -> None:
    """Recording money for a draft makes it an issued invoice."""
    invoice = invoice_of(empty, customer, sent=False)
    assert pay(empty, customer, invoice, 100).status_code == 201
    assert seen(empty, invoice) == ("paid", 100, 0)


def test_payments_are_listed_by_customer(empty: Any) -> None:
    """The newest comes first; a customer with a payment alone cannot be deleted either."""
    owner = empty.customer("Prepays")
    body = {
        "customer_id": owner,
        "payment_mode": "cash",
        "date": "2026-05-01",
        "amount": 12.5,
        "reference_number": "B7",
    }
    assert empty.books.post("/customerpayments", json=body).status_code == 201
    [row] = empty.books.get("/customerpayments", params={"customer_id": owner}).json()["customerpayments"]
    assert (row["amount"], row["unused_amount"], row["reference_number"]) == (12.5, 12.5, "B7")
    assert "has transactions" in empty.books.delete(f"/contacts/{owner}").json()["message"]
