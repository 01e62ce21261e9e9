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


VAT19 = "1465603000000037049"


def status_of(running: Any, invoice: dict[str, Any]) -> str:
    return str(running.books.get(f"/invoices/{invoice['invoice_id']}").json()["invoice"]["status"])


def test_taxes_count_into_total_and_balance(empty: Any, customer: str) -> None:
    """Lines honour their tax, the tax shows by rate, and the balance is the total."""
    lines = [{"name": "A", "rate": 100, "tax_id": VAT19, "discount": "10%"}, {"name": "B", "rate": "0.05"}]
    invoice = create(empty, customer, line_items=lines, discount_type="item_level", shipping_charge=4.9)
    assert invoice["taxes"] == [{"tax_id": VAT19, "tax_name": "VAT 19", "tax_amount": 17.1}]
    assert (invoice["sub_total"], invoice["tax_total"], invoice["total"]) == (90.05, 17.1, 112.05)
    assert invoice["balance"] == 112.05
    assert invoice["line_items"][0]["tax_percentage"] == 19
    body = {"customer_id": customer, "line_items": [{"name": "x", "tax_id": "1"}]}
    assert empty.books.post("/invoices", json=body).status_code == 400


def test_a_sent_invoice_past_its_date_is_overdue(empty: Any, customer: str) -> None:
    """The date alone makes it overdue: it is found as overdue and unpaid, not as sent; a draft stays a draft."""
    late = create(empty, customer, date="2020-01-01", payment_terms=10)
    draft = create(empty, customer, date="2020-01-01", payment_terms=10)
    move(empty, late, "sent")
    shown = empty.books.get(f"/invoices/{late['invoice_id']}").json()["invoice"]
    assert (shown["status"], shown["due_date"]) == ("overdue", "2020-01-11")
    assert shown["due_days"].startswith("Overdue by ")
    assert status_of(empty, draft) == "draft"

    def found(**params: str) -> list[str]:
        rows = empty.books.get("/invoices", params={"date": "2020-01-01", **params}).json()["invoices"]
        return [row["invoice_id"] for row in rows]

    for wanted in ({"status": "overdue"}, {"status": "unpaid"}, {"filter_by": "Status.OverDue"}):
        assert found(**wanted) == [late["invoice_id"]], wanted
    assert found(status="sent") == found(filter_by="Status.Paid") == []
    assert found(due_date_before="2020-01-11") == []
    assert found(due_date_end="2020-01-11", balance="100") == [draft["invoice_id"], late["invoice_id"]]


def test_the_calendar_alone_changes_a_status(start: Any) -> None:
    """Days later by the sandbox's clock the invoice is overdue, the offer expired, and neither counts as modified."""
    running = start("--records", "0")
    owner = running.customer("Waits", payment_terms=14)
    invoice = create(running, owner)
    move(running, invoice, "sent")
    body = {"customer_id": owner, "line_items": [{"name": "x"}], "expiry_date": invoice["due_date"]}
    estimate = running.books.post("/estimates", json=body, params={"send": "true"}).json()["estimate"]
    before = running.books.get(f"/invoices/{invoice['invoice_id']}").json()["invoice"]
    assert (before["status"], before["due_days"], estimate["status"]) == ("sent", "Due in 14 day(s)", "sent")
    running.control("POST", "clock/advance", {"seconds": 15 * 86_400})
    running.authorise()
    [row] = running.books.get("/invoices", params={"status": "overdue"}).json()["invoices"]
    assert (row["invoice_id"], row["due_days"]) == (invoice["invoice_id"], "Overdue by 1 day(s)")
    assert row["last_modified_time"] == before["last_modified_time"]
    [row] = running.books.get("/estimates", params={"status": "expired"}).json()["estimates"]
    assert row["estimate_id"] == estimate["estimate_id"]


def test_many_are_sent_voided_and_deleted_at_once(empty: Any, customer: str) -> None:
    """All of them or none: one that cannot be moved keeps the others where they are."""
    first, second, third = (create(empty, customer) for _ in range(3))
    both = {"invoice_ids": f"{first['invoice_id']},{second['invoice_id']}"}
    answer = empty.books.post("/invoices/status/sent", params=both)
    assert answer.json() == {"code": 0, "message": "The invoices have been marked as sent."}
    move(empty, third, "void")
    mixed = {"invoice_ids": f"{first['invoice_id']},{third['invoice_id']}"}
    assert empty.books.post("/invoices/status/void", params=mixed).status_code == 400
    assert [status_of(empty, one) for one in (first, second, third)] == ["sent", "sent", "void"]
    answer = empty.books.post("/invoices/status/void", params=both)
    assert answer.json()["message"] == "The selected invoices have been marked as void."
    answer = empty.books.delete("/invoices", params=both)
    assert answer.json()["message"] == "The invoices have been deleted."
    assert empty.books.get(f"/invoices/{second['invoice_id']}").status_code == 404
    assert empty.books.post("/invoices/status/sent").status_code == 400


def test_an_invoice_of_an_estimate_marks_it_invoiced(empty: Any, customer: str) -> None:
    """Named in the body or made by `fromestimates`; an estimate is invoiced once; deletion gives it back its status."""
    lines = [{"name": "Pump", "rate": 10, "quantity": 3, "tax_id": VAT19}]
    body = {"customer_id": customer, "line_items": lines, "zcrm_potential_id": "88"}
    made = [empty.books.post("/estimates", json=body).json()["estimate"]["estimate_id"] for _ in range(2)]

    def estimate(identity: str) -> dict[str, Any]:
        return dict(empty.books.get(f"/estimates/{identity}").json()["estimate"])

    empty.books.post(f"/estimates/{made[0]}/status/accepted")
    invoice = create(empty, customer, invoiced_estimate_id=made[0])
    assert (estimate(made[0])["status"], estimate(made[0])["invoice_ids"]) == ("invoiced", [invoice["invoice_id"]])
    again = {"customer_id": customer, "line_items": lines, "invoiced_estimate_id": made[0]}
    assert empty.books.post("/invoices", json=again).status_code == 400
    assert empty.books.post(f"/estimates/{made[0]}/status/declined").status_code == 400
    empty.books.delete(f"/invoices/{invoice['invoice_id']}")
    assert estimate(made[0])["status"] == "accepted"
    answer = empty.books.post("/invoices/fromestimates", params={"estimate_ids": ",".join(made)})
    assert answer.json() == {"code": 0, "message": "The invoices have been created."}
    rows = empty.books.get("/invoices", params={"zcrm_potential_id": "88"}).json()["invoices"]
    assert [row["total"] for row in rows] == [35.7, 35.7]
    assert {estimate(one)["status"] for one in made} == {"invoiced"}


def test_a_customer_with_transactions_stays(empty: Any) -> None:
    """The contact says so and is not deleted, until its documents are."""
    owner = empty.customer("Busy")
    invoice = create(empty, owner)
    path = f"/contacts/{owner}"
    assert empty.books.get(path).json()["contact"]["has_transaction"] is True
    refusal = empty.books.delete(path)
    assert refusal.status_code == 400
    assert "has transactions" in refusal.json()["message"]
    empty.books.delete(f"/invoices/{invoice['invoice_id']}")
    assert empty.books.get(path).json()["contact"]["has_transaction"] is False
    assert empty.books.delete(path).status_code == 200


def test_the_due_date_follows_unless_it_is_sent(empty: Any, customer: str) -> None:
    """Terms count from the invoice's date; a due date of its own wins; one before the invoice is refused."""
    invoice = create(empty, customer, date="2026-03-01", due_date="2026-03-05")
    path = f"/invoices/{invoice['invoice_id']}"
    assert invoice["due_date"] == "2026-03-05"
    changed = empty.books.put(path, json={"payment_terms": 30}).json()["invoice"]
    assert (changed["due_date"], changed["payment_terms_label"]) == ("2026-03-31", "Net 30")
    assert empty.books.put(path, json={"due_date": "2026-02-28"}).status_code == 400
