"""Associating documents with deals, by the installed command against a sandbox over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.acceptance.test_modules import in_crm
from tests.acceptance.test_transactions import RULES, World

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Sandbox


class Deals(World):
    """A world with deals and documents in the books that nobody exchanges: they are older than the rules."""

    def post(self, path: str, name: str = "Acme", **fields: Any) -> str:
        """Make a document in the books and return its id."""
        line = {"item_id": self.item("Pump"), "rate": 5}
        body = {"customer_id": self.contact(name), "line_items": [line], **fields}
        answer = self.sandbox.books.post(f"/{path}", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()[path[:-1]][f"{path[:-1]}_id"])

    def in_book(self, path: str, identity: str) -> dict[str, Any]:
        """Return a document of the books."""
        found: dict[str, Any] = self.sandbox.books.get(f"/{path}/{identity}").json()[path[:-1]]
        return found

    def listed(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Return what `syncdsl associations` says."""
        told = self.project.run("associations", *arguments, "--format", "json", code=code).stdout
        found: dict[str, Any] = json.loads(told)
        return found


@pytest.fixture
def deals(make_project: MakeProject, sandbox: Sandbox) -> Deals:
    """Return a project with the rules in force."""
    project = make_project(sandbox)
    project.rules(RULES)
    return Deals(project, sandbox)


def deal_of(deals: Deals, name: str, account: str) -> str:
    """Return the id of a new deal."""
    return deals.sandbox.deal(Deal_Name=name, Stage="Qualification", Amount=5, Account_Name={"id": account})


def test_documents_of_every_kind_are_associated_and_taken_apart(deals: Deals) -> None:
    """Quotes, orders, invoices and expenses keep the deal in the books; given again nothing is written."""
    pump = deal_of(deals, "Pump deal", deals.acme)
    made = {"quotes": ("estimates", deals.post("estimates")), "invoices": ("invoices", deals.post("invoices"))}
    made["sales_orders"] = ("salesorders", deals.post("salesorders"))
    accounts = deals.sandbox.books.get("/chartofaccounts").json()["chartofaccounts"]
    expense = {account["account_type"]: account["account_id"] for account in accounts}
    body = {
        "account_id": expense["expense"],
        "paid_through_account_id": expense["cash"],
        "date": "2026-05-01",
        "amount": 5,
        "customer_id": deals.contact("Acme"),
    }
    answer = deals.sandbox.books.post("/expenses", json=body)
    assert answer.is_success, answer.text
    made["expenses"] = ("expenses", answer.json()["expense"]["expense_id"])
    for module, (path, identity) in made.items():
        deals.project.run("associate", "crm.Deals/Pump deal", f"books.{module}/{identity}")
        found = deals.in_book(path, identity)
        assert (found["zcrm_potential_id"], found["zcrm_potential_name"]) == (pump, "Pump deal")
    before = deals.sandbox.last()
    again = deals.project.run("associate", f"crm.Deals/{pump}", f"books.invoices/{made['invoices'][1]}")
    assert "already" in again.stdout
    assert deals.sandbox.writes(before) == []
    rows = deals.listed("crm.Deals/Pump deal")["documents"]
    assert sorted(row["document"]["module"] for row in rows) == sorted(made)
    assert {(row["how"], row["customer"]) for row in rows} == {("person", "Acme")}
    assert all(row["at"] and row["by"] for row in rows)
    told = deals.project.run("history", f"books.invoices/{made['invoices'][1]}").stdout
    assert "zcrm_potential_name" in told
    assert "Pump deal" in told
    deals.project.run("dissociate", "crm.Deals/Pump deal", f"books.quotes/{made['quotes'][1]}")
    assert not deals.in_book("estimates", made["quotes"][1])["zcrm_potential_id"]
    assert len(deals.listed("crm.Deals/Pump deal")["documents"]) == 3
    wrong = deals.project.run("dissociate", "crm.Deals/Pump deal", f"books.quotes/{made['quotes'][1]}", code=3)
    assert "SD864" in wrong.stderr


def test_the_customer_has_to_be_the_deals_or_above_it(deals: Deals) -> None:
    """A deal of a daughter goes with a document of its parent; one of somebody else is refused with both names."""
    daughter = in_crm(deals.sandbox, "Accounts", Account_Name="Acme South", Parent_Account={"id": deals.acme})
    beta = deals.sandbox.account(Account_Name="Beta")
    deal_of(deals, "Daughter deal", daughter)
    deal_of(deals, "Beta deal", beta)
    deals.settle()
    number = deals.in_book("invoices", deals.post("invoices"))["invoice_number"]
    refused = deals.project.run("associate", "crm.Deals/Beta deal", f"books.invoices/{number}", code=3)
    assert "SD861" in refused.stderr
    assert "`Beta`" in refused.stderr
    assert "`Acme`" in refused.stderr
    deals.project.run("associate", "crm.Deals/Daughter deal", f"books.invoices/{number}")
    other = deals.project.run("associate", "crm.Deals/Beta deal", f"books.invoices/{number}", code=3)
    assert "SD862" in other.stderr
    assert "Daughter deal" in other.stderr


def test_what_a_trigger_made_stays(deals: Deals) -> None:
    """An invoice that the rules made is associated by that; it cannot be taken away, nor given to another deal."""
    pump = deal_of(deals, "Pump deal", deals.acme)
    deal_of(deals, "Hose deal", deals.acme)
    deals.settle()
    deals.sandbox.change("Deals", pump, Stage="Closed Won")
    deals.settle()
    (invoice,) = deals.in_books("invoices")
    place = f"books.invoices/{invoice['invoice_number']}"
    (row,) = deals.listed("crm.Deals/Pump deal")["documents"]
    assert (row["how"], row["document"]["id"]) == ("rules", invoice["invoice_id"])
    before = deals.sandbox.last()
    assert "already" in deals.project.run("associate", "crm.Deals/Pump deal", place).stdout
    refused = deals.project.run("dissociate", "crm.Deals/Pump deal", place, code=3)
    assert "SD863" in refused.stderr
    assert "Pump deal" in refused.stderr
    assert "SD863" in deals.project.run("associate", "crm.Deals/Hose deal", place, code=3).stderr
    assert deals.sandbox.writes(before) == []


def test_searching_leaves_deleted_deals_and_taken_documents_out(deals: Deals) -> None:
    """Candidates are deals that exist, and documents of the deal's customer that belong to nobody yet."""
    deal_of(deals, "Pump deal", deals.acme)
    gone = deal_of(deals, "Pump gone", deals.acme)
    assert deals.sandbox.crm.delete(f"/Deals/{gone}").is_success
    beta = deals.sandbox.account(Account_Name="Beta")
    deals.settle()
    free, taken, other = deals.post("invoices"), deals.post("invoices"), deals.post("invoices", "Beta")
    assert beta
    assert other
    deals.project.run("associate", "crm.Deals/Pump deal", f"books.invoices/{taken}")
    records = deals.listed("--search", "pump")["records"]
    assert [(one["record"]["label"], one["parties"]) for one in records] == [("Pump deal", ["Acme"])]
    rows = deals.listed("crm.Deals/Pump deal", "--search", "INV")["documents"]
    assert [(row["document"]["id"], row["how"]) for row in rows] == [(free, "candidate")]
    assert deals.listed("--search", "nothing like it", code=1)["records"] == []


def test_what_cannot_be_associated_is_said(deals: Deals) -> None:
    """Other modules, records that do not exist and commands without a name are refused with what to do."""
    invoice = deals.post("invoices")
    wrong = deals.project.run("associate", "crm.Accounts/Acme", f"books.invoices/{invoice}", code=3)
    assert "SD860" in wrong.stderr
    deal_of(deals, "Pump deal", deals.acme)
    assert "SD860" in deals.project.run("associate", "crm.Deals/Pump deal", "books.items/1", code=3).stderr
    assert "SD817" in deals.project.run("associate", "crm.Deals/Pump deal", "books.invoices/INV-9", code=3).stderr
    assert "SD817" in deals.project.run("associate", "crm.Deals/Nobody", f"books.invoices/{invoice}", code=3).stderr
    assert "--search" in deals.project.run("associations", code=3).stderr


def test_a_lost_answer_is_settled_and_given_again(deals: Deals) -> None:
    """When the answer is lost the association may have arrived; the same command sees it and writes nothing twice."""
    pump = deal_of(deals, "Pump deal", deals.acme)
    invoice = deals.post("invoices")
    deals.sandbox.control("faults", {"system": "books", "method": "PUT", "path": "/invoices", "kind": "drop_response"})
    lost = deals.project.run("associate", "crm.Deals/Pump deal", f"books.invoices/{invoice}", code=None)
    assert "SD865" in lost.stderr
    assert deals.in_book("invoices", invoice)["zcrm_potential_id"] == pump
    deals.settle()
    before = deals.sandbox.last()
    deals.project.run("associate", "crm.Deals/Pump deal", f"books.invoices/{invoice}")
    assert deals.sandbox.writes(before) == []
    (row,) = deals.listed("crm.Deals/Pump deal")["documents"]
    assert row["how"] == "person"
