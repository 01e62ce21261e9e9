"""Books expenses: amounts, customers and vendors, what is billable."""

from typing import Any

import pytest

VAT19 = "1465603000000037049"
TRAVEL, CASH = "1465603000000561001", "1465603000000561020"
BASIC = {"account_id": TRAVEL, "paid_through_account_id": CASH, "date": "2026-04-01", "amount": 119}


@pytest.fixture(scope="module")
def customer(empty: Any) -> str:
    """Create a customer and return its id."""
    return str(empty.customer("Reimburses"))


def create(running: Any, **more: Any) -> dict[str, Any]:
    answer = running.books.post("/expenses", json={**BASIC, **more})
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"] == "The expense has been recorded."
    return dict(answer.json()["expense"])


def test_an_expense_needs_neither_customer_nor_vendor(empty: Any) -> None:
    """Accounts, date and amount are enough; it is not billable then."""
    expense = create(empty, description="Train to Ulm", reference_number="T1")
    assert (expense["status"], expense["total"], expense["currency_code"]) == ("nonbillable", 119, "EUR")
    assert (expense["account_name"], expense["paid_through_account_name"]) == ("Travel Expense", "Petty Cash")
    accounts = empty.books.get("/chartofaccounts").json()["chartofaccounts"]
    assert {TRAVEL, CASH} <= {account["account_id"] for account in accounts}


def test_tax_is_within_or_on_top(empty: Any) -> None:
    """The amount includes the tax where it says so, else the tax is added."""
    on_top = create(empty, amount=100, tax_id=VAT19)
    within = create(empty, tax_id=VAT19, is_inclusive_tax=True)
    for expense in (on_top, within):
        assert (expense["sub_total"], expense["tax_amount"], expense["total"]) == (100, 19, 119)
    itemised = create(empty, line_items=[{"account_id": TRAVEL, "amount": 4.5}, {"account_id": TRAVEL, "amount": 5}])
    assert (itemised["total"], itemised["is_itemized_expense"]) == (9.5, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_id": ""},
        {"account_id": CASH},
        {"paid_through_account_id": ""},
        {"paid_through_account_id": TRAVEL},
        {"date": ""},
        {"amount": 0},
        {"amount": "much"},
        {"customer_id": "1"},
        {"vendor_id": "1"},
        {"is_billable": True},
        {"tax_id": "1"},
    ],
)
def test_unfit_bodies_are_refused(empty: Any, wrong: dict[str, Any]) -> None:
    """Unknown accounts, no date or amount, or billing nobody is HTTP 400."""
    answer = empty.books.post("/expenses", json={**BASIC, **wrong})
    assert answer.status_code == 400
    assert answer.json()["code"] != 0


def test_a_billable_expense_ends_on_an_invoice(empty: Any, customer: str) -> None:
    """It is unbilled with its customer and deal, then invoiced, when it is neither edited nor deleted."""
    expense = create(empty, customer_id=customer, is_billable=True, zcrm_potential_id="66")
    assert (expense["status"], expense["customer_name"]) == ("unbilled", "Reimburses")
    identity = expense["expense_id"]
    lines = [{"name": "Travel", "rate": 119, "expense_id": identity}]
    invoice = empty.books.post("/invoices", json={"customer_id": customer, "line_items": lines}).json()["invoice"]
    shown = empty.books.get(f"/expenses/{identity}").json()["expense"]
    assert (shown["status"], shown["invoice_id"]) == ("invoiced", invoice["invoice_id"])
    assert empty.books.put(f"/expenses/{identity}", json={"amount": 1}).status_code == 400
    assert empty.books.delete(f"/expenses/{identity}").status_code == 400
    empty.books.delete(f"/invoices/{invoice['invoice_id']}")
    changed = empty.books.put(f"/expenses/{identity}", json={"customer_id": "", "is_billable": False})
    assert changed.json()["message"] == "Expense information has been updated."
    assert (changed.json()["expense"]["status"], changed.json()["expense"]["customer_id"]) == ("nonbillable", "")
    assert empty.books.delete(f"/expenses/{identity}").json()["message"] == "The expense has been deleted."


def test_upsert_and_lists(empty: Any, customer: str) -> None:
    """The unique field makes one expense of two calls; lists filter by vendor, account, amount, status and deal."""
    vendor = empty.customer("Railway", contact_type="vendor", currency_id="1465603000000779003")
    headers = {
        "X-Unique-Identifier-Key": "cf_syncdsl_key",
        "X-Unique-Identifier-Value": "sd-x",
        "X-Upsert": "true",
    }
    body = {
        **BASIC,
        "amount": 77,
        "vendor_id": vendor,
        "customer_id": customer,
        "zcrm_potential_id": "67",
        "custom_fields": [{"api_name": "cf_syncdsl_key", "value": "sd-x"}],
    }
    answers = [empty.books.put("/expenses", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json()["message"] == "Expense information has been updated."
    expense = answers[0].json()["expense"]
    assert (expense["currency_code"], expense["vendor_name"]) == ("GBP", "Railway")
    for wanted in (
        {"vendor_id": vendor},
        {"vendor_name": "railway"},
        {"zcrm_potential_id": "67"},
        {"amount": "77"},
        {"amount_less_than": "78", "account_name": "travel expense", "vendor_id": vendor},
        {"custom_field": "sd-x"},
        {"search_text": "railw"},
        {"filter_by": "Status.Nonbillable", "vendor_id": vendor},
        {"status": "non-billable", "vendor_id": vendor},
    ):
        rows = empty.books.get("/expenses", params=wanted).json()["expenses"]
        assert [row["expense_id"] for row in rows] == [expense["expense_id"]], wanted
    assert "has transactions" in empty.books.delete(f"/contacts/{vendor}").json()["message"]
