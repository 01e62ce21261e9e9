"""One CRM with two organisations of the books, both two-way; and organisations whose currencies do not agree."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox

SECOND = "20011112222"
RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books
connection books_at: zoho_books

module customers: crm.Accounts <-> books.customers
    where crm: Billing_Country == "Germany"
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Billing_Country <- "Germany"

module customers_at: crm.Accounts <-> books_at.customers
    where crm: Billing_Country == "Austria"
    dedupe: Account_Name == contact_name
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Billing_Country <- "Austria"

record deal: crm.Deals
    stage: Stage
    where: Account_Name.Billing_Country == "Austria"

document invoice: books_at.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice

guard: creates <= 500
"""


def with_second(project: Project, second: Sandbox) -> None:
    """Give a project another organisation of the books."""
    settings = project.folder / "syncdsl.toml"
    table = f"""
[environments.sandbox.connections.books_at]
adapter = "zoho_books"
url = "{second.books_url}"
organization = "{second.books_organization}"
credentials = "env:SYNCDSL_BOOKS"
"""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + table, encoding="utf-8")
    schemas = project.folder / "schema"
    shutil.copy(schemas / "books.json", schemas / "books_at.json")
    project.rules(RULES)


def test_one_crm_with_two_organisations_of_the_books(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """Conditions say whose customer an account is; both go both ways, and a document is made where its customer is."""
    first, second = start_sandbox(), start_sandbox("--books-org", SECOND)
    project = make_project(first)
    with_second(project, second)
    german = first.account(Account_Name="Alster GmbH", Billing_Country="Germany", Phone="+49 40 1")
    austrian = first.account(Account_Name="Donau AG", Billing_Country="Austria", Phone="+43 1 1")
    assert second.books.post("/contacts", json={"contact_name": "Inn KG"}).is_success
    project.run("apply", "--yes")
    project.run("apply", "--yes")
    assert [one["contact_name"] for one in first.customers()] == ["Alster GmbH"]
    assert sorted(one["contact_name"] for one in second.customers()) == ["Donau AG", "Inn KG"]
    accounts = {
        one["Account_Name"]: one
        for one in first.crm.get("/Accounts?fields=Account_Name,Billing_Country").json()["data"]
    }
    assert accounts["Inn KG"]["Billing_Country"] == "Austria"
    assert project.kinds() == []
    for account, sandbox in ((german, first), (austrian, second)):
        first.change("Accounts", account, Phone="+49 30 9")
        project.run("apply", "--yes")
        assert "+49 30 9" in [one["phone"] for one in sandbox.customers()]
    deal = first.deal(
        Deal_Name="Pump", Stage="Qualification", Amount=10, Account_Name={"id": austrian}, Closing_Date="2026-12-31"
    )
    project.run("apply", "--yes")
    first.change("Deals", deal, Stage="Closed Won")
    project.run("apply", "--yes")
    assert [one["customer_name"] for one in second.invoices()] == ["Donau AG"]
    assert first.invoices() == []
    assert project.kinds() == []


def test_base_currencies_that_differ_are_refused_for_two_ways(project: Project) -> None:
    """Both are named, with what to do; one way is allowed."""
    path = project.folder / "schema" / "books.json"
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**snapshot, "base_currency": "USD"}), encoding="utf-8")
    shown = project.run("check", code=1)
    assert "`crm` keeps its books in EUR, `books` in USD" in shown.stdout + shown.stderr
    assert "one way" in shown.stdout + shown.stderr
