"""The reference program of the language, carried out whole over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "tests" / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")


def test_the_reference_program_runs(project: Project, sandbox: Sandbox) -> None:
    """Customers, contacts, vendors, items, a quote and an invoice, transactions, access: twice quiet at the end."""
    project.rules(REFERENCE)
    account = sandbox.account(Account_Name="Acme GmbH")
    product = {"Product_Name": "Pump", "Product_Code": "P-1", "Unit_Price": 10, "Product_Kind": "Goods"}
    assert sandbox.crm.post("/Products", json={"data": [product]}).is_success
    assert sandbox.crm.post("/Vendors", json={"data": [{"Vendor_Name": "Parts Ltd"}]}).is_success
    person = {"First_Name": "Ann", "Last_Name": "Lee", "Email": "ann@example.com", "Account_Name": {"id": account}}
    assert sandbox.crm.post("/Contacts", json={"data": [person]}).is_success
    project.run("apply", "--yes", code=None)
    sandbox.control("clock/advance", {"seconds": 10})
    deal = sandbox.deal(
        Deal_Name="Pump", Stage="Qualification", Amount=1200, Account_Name={"id": account}, Closing_Date="2026-12-31"
    )
    project.run("apply", "--yes", code=None)
    sandbox.control("clock/advance", {"seconds": 10})
    sandbox.change("Deals", deal, Stage="Closed Won")
    sandbox.control("clock/advance", {"seconds": 10})
    project.run("apply", "--yes", code=None)
    assert [customer["contact_name"] for customer in sandbox.customers()] == ["Acme GmbH"]
    assert [invoice["total"] for invoice in sandbox.invoices()] == [1200]
    assert len(sandbox.books.get("/estimates").json()["estimates"]) == 1
    assert len(sandbox.books.get("/items").json()["items"]) == 1
    assert project.kinds() == []
    assert project.kinds() == []
