"""Previews of a part: some modules of the rules, or some records."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox


@pytest.fixture
def running(project: Project, sandbox: Sandbox) -> tuple[Project, str, str]:
    """Return a project whose rules are in force, with two accounts that changed since."""
    one = sandbox.account(Account_Name="One", Phone="1")
    two = sandbox.account(Account_Name="Two", Phone="1")
    project.run("apply", "--yes")
    for account in (one, two):
        sandbox.change("Accounts", account, Phone="2")
    return project, one, two


def test_one_record_alone_is_previewed_and_applied(running: tuple[Project, str, str], sandbox: Sandbox) -> None:
    """A change set of one record says so, and applying it changes no other."""
    project, one, _ = running
    project.run("plan", "--in-force", "--target", f"crm.Accounts/{one}", "--out", "one.json")
    saved = json.loads((project.folder / "one.json").read_text(encoding="utf-8"))
    assert saved["targets"] == [f"crm.Accounts/{one}"]
    assert [effect["kind"] for effect in saved["effects"]] == ["update"]
    project.run("apply", "one.json")
    assert sorted((item["contact_name"], item["phone"]) for item in sandbox.customers()) == [("One", "2"), ("Two", "1")]
    project.run("sync")
    assert {item["phone"] for item in sandbox.customers()} == {"2"}


def test_a_module_is_a_target(running: tuple[Project, str, str]) -> None:
    """The name of a module limits a preview; one that is none is said, with the nearest."""
    project, *_ = running
    assert "2 changes" in project.run("plan", "--target", "customers").stdout
    assert "did you mean `customers`?" in project.run("plan", "--target", "custmers", code=3).stderr


def test_a_part_of_changed_rules_is_not_saved(running: tuple[Project, str, str]) -> None:
    """Rules come into force as a whole: a part of changed ones can be looked at, but not be saved to be applied."""
    project, *_ = running
    path = next((project.folder / "rules").glob("*.sync"))
    path.write_text(path.read_text(encoding="utf-8").replace("on conflict: newest", "on conflict: crm"))
    project.run("plan", "--target", "customers")
    refused = project.run("plan", "--target", "customers", "--out", "part.json", code=3)
    assert "rules come into force as a whole" in refused.stderr
    assert not (project.folder / "part.json").exists()


def test_what_is_written_back_later_is_said_to_be_unknown(project: Project, sandbox: Sandbox) -> None:
    """A preview of an invoice whose number goes back to its deal says that this is not known yet, with how many."""
    path = next((project.folder / "rules").glob("*.sync"))
    text = path.read_text(encoding="utf-8")
    line = "        deal.Account_Name"
    assert line in text
    path.write_text(text.replace(line, f"        deal.Next_Step <- invoice_number\n{line}", 1), encoding="utf-8")
    account = sandbox.account(Account_Name="One")
    project.run("apply", "--yes")
    sandbox.deal(Deal_Name="D", Stage="Closed Won", Amount=10, Account_Name={"id": account})
    data = project.plan()
    assert [(item["rule"], item["count"]) for item in data["unpreviewed"]] == [("invoice", 1)]
    assert "`Next_Step` of crm.Deals" in data["unpreviewed"][0]["text"]
