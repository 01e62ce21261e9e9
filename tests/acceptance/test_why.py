"""`syncdsl why` and `why-not` over HTTP: one record is read afresh, nothing is written, what is suggested does it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import validate
from tests.acceptance.test_modules import in_crm
from tests.acceptance.test_transactions import RULES as EXCHANGED

from syncdsl.render.why_json import why_not_schema, why_schema

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on conflict: crm
    map:
        Account_Name <-> contact_name
        Website <-> website

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        today() -> date
        line:
            deal.Deal_Name -> name
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won and deal.Amount > 1_000: create invoice

guard: creates <= 500, amount <= 1_000_000 EUR
"""


def asked(project: Project, sandbox: Sandbox, *arguments: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ask with `--now`; return the answer and the calls it took, none of which wrote anything."""
    before, state = sandbox.last(), project.state.read_bytes()
    data: dict[str, Any] = json.loads(project.run(*arguments, "--now", "--format", "json").stdout)
    assert sandbox.writes(before) == []
    assert project.state.read_bytes() == state
    entries = sandbox.control(f"ledger?after={before}")["entries"]
    calls = [entry for entry in entries if not entry["path"].endswith("/oauth/v2/token")]
    assert calls
    return data, calls


def test_why_not_and_why_by_reading_one_record(project: Project, sandbox: Sandbox) -> None:
    """A deal that is not big enough: what fails and what would make it pass; done so, it is invoiced, and why."""
    project.rules(RULES)
    acme = sandbox.account(Account_Name="Acme", Website="https://acme.example")
    project.run("apply", "--yes")
    deal = sandbox.deal(Deal_Name="Pump", Stage="Qualification", Amount=500, Account_Name={"id": acme})
    project.run("sync")
    sandbox.change("Deals", deal, Stage="Closed Won")

    answer, calls = asked(project, sandbox, "why-not", f"crm.Deals/{deal}", "invoice")
    validate(answer, why_not_schema())
    (found,) = answer["answers"]
    (failing,) = (hurdle for hurdle in found["hurdles"] if hurdle["outcome"] == "fails")
    assert failing["hurdle"] == "condition"
    assert failing["why"] == 'is false: Stage is "Closed Won", Amount is 500'
    (remedy,) = failing["remedies"]
    assert remedy["text"].endswith("fires when Amount becomes more than 1000")
    assert answer["read"] == "now"
    # Which organisations these are, the one record, and its customer: nothing else is asked.
    ids = {call["query"]["ids"] for call in calls if "ids" in call["query"]}
    assert (len(calls), ids) == (4, {deal, acme})

    sandbox.change("Deals", deal, Amount=float(remedy["values"]["Amount"]["decimal"]))
    project.run("sync")
    (invoice,) = sandbox.invoices()
    assert invoice["total"] == 1001

    answer, _ = asked(project, sandbox, "why", f"books.invoices/{invoice['invoice_number']}")
    validate(answer, why_schema())
    (document,) = answer["documents"]
    assert document["record"] == f"crm.Deals/{deal}"
    assert document["trigger"] == "deal.stage == won and deal.Amount > 1_000"
    assert document["condition"]["outcome"] == "holds"
    assert [stage["stage"] for stage in document["stages"]] == ["Qualification", "Closed Won"]
    assert answer["sources"][document["cause"]["location"]].startswith("when deal.stage == won")
    (line,) = document["lines"]
    assert {item["field"]: item["text"] for item in line} == {"name": "Deal_Name", "rate": "Amount", "quantity": "1"}


def test_why_a_value_won_over_both_systems(project: Project, sandbox: Sandbox) -> None:
    """Both changed it and the rule says who counts: the loser's value is told, and a later change is seen now."""
    project.rules(RULES)
    acme = sandbox.account(Account_Name="Acme", Website="https://one.example")
    project.run("apply", "--yes")
    (customer,) = sandbox.customers()
    sandbox.change("Accounts", acme, Website="https://crm.example")
    answer = sandbox.books.put(f"/contacts/{customer['contact_id']}", json={"website": "https://books.example"})
    assert answer.status_code == 200, answer.text
    project.run("sync")
    sandbox.change("Accounts", acme, Website="https://later.example")

    told, _ = asked(project, sandbox, "why", "crm.Accounts/Acme", "website")
    validate(told, why_schema())
    (field,) = told["links"][0]["fields"]
    assert (field["reason"], field["lost"]) == ("policy", "https://books.example")
    assert "`on conflict: crm` says crm counts" in field["text"]
    assert (field["left"]["base"], field["left"]["now"]) == ("https://crm.example", "https://later.example")
    assert field["next"] == "the next run writes it to books: changed in crm"


def test_an_exchanged_document_is_taken_when_it_is_new(project: Project, sandbox: Sandbox) -> None:
    """One from before `transactions` began says so; a new one is made, and is what it was made of."""
    project.rules(EXCHANGED)
    acme = sandbox.account(Account_Name="Acme")
    pump = in_crm(sandbox, "Products", Product_Name="Pump", Unit_Price=120)
    line = {"Product_Name": {"id": pump}, "Quantity": 2, "List_Price": 100}
    facts = {"Quoted_Items": [line], "Account_Name": {"id": acme}}
    old = in_crm(sandbox, "Quotes", Subject="Old", **facts)
    sandbox.control("clock/advance", {"seconds": 60})
    project.run("apply", "--yes")
    sandbox.control("clock/advance", {"seconds": 60})
    new = in_crm(sandbox, "Quotes", Subject="New", **facts)

    answer, _ = asked(project, sandbox, "why-not", f"crm.Quotes/{old}")
    (found,) = answer["answers"]
    (failing,) = (hurdle for hurdle in found["hurdles"] if hurdle["outcome"] == "fails")
    assert failing["hurdle"] == "exchange"
    assert "`transactions` began at" in failing["why"]

    answer, _ = asked(project, sandbox, "why-not", f"crm.Quotes/{new}")
    (found,) = answer["answers"]
    assert (found["rule"], found["verdict"]) == ("transactions.quotes", "next")
    project.run("sync")
    answer, _ = asked(project, sandbox, "why", f"crm.Quotes/{new}")
    (link,) = answer["links"]
    assert "was made for" in link["text"]
    assert {field["reason"] for field in link["fields"]} <= {"created", "the same", "constant"}
