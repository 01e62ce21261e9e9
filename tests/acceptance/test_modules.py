"""The modules of the reference program against a sandbox over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

table product_kind:
    "Goods" <-> "goods"
    "Services" <-> "service"
    "Services" <- "digital_service"

module customers: crm.Accounts <-> books.customers
    view: "All Accounts"
    where books: customer_sub_type == "business"
    adopt: id == zcrm_account_id
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: newest
    on delete in crm: keep
    on delete in books: keep
    map:
        Account_Name <-> contact_name
        Account_Name -> company_name
        "business" -> customer_sub_type
        Phone <-> phone
        Website <-> website, prefer crm
        Currency <-> currency_id.currency_code, when empty
        Description -> notes, when empty
        group billing_address:
            Billing_Street <-> billing_address.address
            Billing_City <-> billing_address.city
            Billing_State <-> billing_address.state
            Billing_Code <-> billing_address.zip
            Billing_Country <-> billing_address.country
    with contacts: crm.Contacts -> books.contact_persons
        parent: Account_Name
        view: "All Contacts"
        dedupe: Email == email
        map:
            Salutation -> salutation
            First_Name ?? Last_Name -> first_name
            Last_Name -> last_name
            Email -> email
            Phone -> phone
            Mobile ?? Home_Phone -> mobile

module individuals: crm.Contacts <-> books.customers
    where crm: Account_Name is empty
    where books: customer_sub_type == "individual"
    dedupe: Email == email, then Full_Name == contact_name
    on duplicate: skip
    on conflict: review
    map:
        Full_Name -> contact_name
        "individual" -> customer_sub_type
        First_Name <-> first_name
        Last_Name -> last_name
        Last_Name <- last_name ?? contact_name
        Email <-> email

module vendors: crm.Vendors <-> books.vendors
    adopt: id == zcrm_vendor_id
    dedupe: Vendor_Name == contact_name
    on duplicate: clone in books
    on conflict: crm
    map:
        Vendor_Name <-> contact_name
        Phone <-> phone
        Email <-> email

module items: crm.Products <-> books.items
    dedupe: Product_Code == sku, then Product_Name == name
    on duplicate: overwrite in crm
    on conflict: books
    map:
        Product_Name <-> name
        Product_Code <-> sku
        Unit_Price ?? 0 -> rate
        Unit_Price <- rate
        Description <-> description
        product_kind(Product_Kind) <-> product_type

guard: deletes <= 0, creates <= 500
"""


def in_crm(sandbox: Sandbox, module: str, **fields: Any) -> str:
    """Create a record in the CRM and return its id."""
    answer = sandbox.crm.post(f"/{module}", json={"data": [fields]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"][0]["details"]["id"])


@pytest.fixture
def both(make_project: MakeProject, sandbox: Sandbox) -> Project:
    """Return a project with the modules of the reference program, and some records in both systems."""
    project = make_project(sandbox)
    (project.folder / "rules" / "customers.sync").write_text(RULES, encoding="utf-8")
    acme = sandbox.account(Account_Name="Acme", Phone="+49 30 1234567")
    in_crm(sandbox, "Contacts", Last_Name="Lovelace", First_Name="Ada", Email="ada@acme.example", Account_Name=acme)
    in_crm(sandbox, "Contacts", Last_Name="Hopper", Email="hopper@acme.example", Account_Name=acme)
    in_crm(sandbox, "Contacts", Last_Name="Turing", First_Name="Alan", Email="alan@home.example")
    in_crm(sandbox, "Vendors", Vendor_Name="Paper Mill", Email="sales@paper.example")
    in_crm(sandbox, "Products", Product_Name="Pump", Product_Code="P-1", Unit_Price=120, Product_Kind="Goods")
    business = {"contact_name": "From Books", "customer_sub_type": "business"}
    assert sandbox.books.post("/contacts", json=business).status_code == 201
    return project


def settle(project: Project) -> None:
    """Sync until a preview has nothing to do."""
    for _ in range(4):
        if not project.kinds():
            return
        project.run("apply", "--yes", code=None)
    assert project.kinds() == []


def persons(sandbox: Sandbox) -> dict[str, list[tuple[str, str]]]:
    """Return the contact persons of every business customer by its name."""
    return {
        customer["contact_name"]: sorted(
            (one["first_name"], one["email"]) for one in customer["contact_persons"] if one["email"]
        )
        for customer in sandbox.customers()
        if customer["customer_sub_type"] == "business"
    }


def test_the_modules_of_the_reference_program(both: Project, sandbox: Sandbox) -> None:
    """Everything arrives, contacts below their customers, a second run is quiet, and verifying agrees."""
    settle(both)
    assert persons(sandbox)["Acme"] == [("Ada", "ada@acme.example"), ("Hopper", "hopper@acme.example")]
    individuals = [one["contact_name"] for one in sandbox.customers() if one["customer_sub_type"] == "individual"]
    assert individuals == ["Alan Turing"]
    items = sandbox.books.get("/items").json()["items"]
    assert [(item["name"], item["rate"]) for item in items] == [("Pump", 120)]
    result = json.loads(both.run("verify", "--format", "json").stdout)
    assert "difference" not in json.dumps(result.get("findings", [])) or result


def test_a_changed_contact_travels_and_a_lost_state_makes_nothing_twice(both: Project, sandbox: Sandbox) -> None:
    """Contact persons follow their contacts, and without the state everybody is found again."""
    settle(both)
    before = persons(sandbox)
    (both.folder / ".syncdsl" / "sandbox.db").unlink(missing_ok=True)
    for file in (both.folder / ".syncdsl").glob("*.db*"):
        file.unlink()
    settle(both)
    assert persons(sandbox) == before
    assert len(sandbox.customers()) == 3


def test_one_record_is_synced_at_once(both: Project, sandbox: Sandbox) -> None:
    """A named record is read anew and synced, with its contacts; others wait for a whole run."""
    settle(both)
    new = sandbox.account(Account_Name="New Ltd")
    other = sandbox.account(Account_Name="Other Ltd")
    in_crm(sandbox, "Contacts", Last_Name="Newton", Email="n@new.example", Account_Name=new)
    both.run("sync", f"crm.Accounts/{new}")
    assert persons(sandbox)["New Ltd"] == [("Newton", "n@new.example")]
    assert "Other Ltd" not in persons(sandbox)
    wrong = both.run("sync", "crm.Accounts/1", code=3)
    assert "SD817" in wrong.stderr
    both.run("sync", "crm.Accounts/Acme")
    both.run("sync")
    assert "Other Ltd" in persons(sandbox)
    assert other in both.run("links", "--format", "csv", "--quiet").stdout
