"""Undo over HTTP: previewed, saved, approved and applied like any other change set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox


def runs(project: Project) -> list[str]:
    """Return the ids of the runs on file, the newest first."""
    data = json.loads(project.run("runs", "--format", "json").stdout)
    return [run["id"] for run in data["runs"]]


@pytest.fixture
def wrong(project: Project, sandbox: Sandbox) -> tuple[str, str]:
    """Have a run write a new telephone number and an invoice, and return its id and the account's."""
    account = sandbox.account(Account_Name="Acme", Phone="+49 30 1")
    deal = sandbox.deal(Deal_Name="D", Stage="Qualification", Amount=10, Account_Name={"id": account})
    project.run("apply", "--yes")
    sandbox.change("Accounts", account, Phone="+49 30 2")
    sandbox.change("Deals", deal, Stage="Closed Won")
    project.run("sync")
    assert [invoice["status"] for invoice in sandbox.invoices()] == ["draft"]
    return runs(project)[0], account


def test_a_run_is_undone(project: Project, sandbox: Sandbox, wrong: tuple[str, str]) -> None:
    """Its fields get their values back, its invoice is voided, the CRM is left alone, and the next run is quiet."""
    run, _ = wrong
    done = project.run("undo", run[:6], "--yes")
    assert "1 updated" in done.stdout
    assert "1 voided" in done.stdout
    assert [customer["phone"] for customer in sandbox.customers()] == ["+49 30 1"]
    assert [invoice["status"] for invoice in sandbox.invoices()] == ["void"]
    before = sandbox.last()
    project.run("sync")
    assert sandbox.writes(before) == []


def test_an_undo_can_be_saved_and_reviewed(project: Project, sandbox: Sandbox, wrong: tuple[str, str]) -> None:
    """`--out` writes nothing but the file; `apply FILE` performs exactly it; what changed since is stale."""
    run, account = wrong
    before = sandbox.last()
    shown = project.run("undo", run, "--out", "back.json")
    assert f"undo of run {run}" in shown.stdout
    assert sandbox.writes(before) == []
    sandbox.change("Accounts", account, Phone="+49 30 3")
    assert "stale: 1 of 2" in project.run("apply", "back.json", code=5).stderr
    project.run("apply", "back.json", "--skip-stale", code=7)
    assert [invoice["status"] for invoice in sandbox.invoices()] == ["void"]
    assert [customer["phone"] for customer in sandbox.customers()] == ["+49 30 2"]


@pytest.mark.usefixtures("wrong")
def test_one_record_is_undone(project: Project, sandbox: Sandbox) -> None:
    """What was written last to one record, found by its name, is put back by itself."""
    project.run("undo", "books.customers/Acme", "--yes")
    assert [customer["phone"] for customer in sandbox.customers()] == ["+49 30 1"]
    assert [invoice["status"] for invoice in sandbox.invoices()] == ["draft"]


def test_what_changed_since_goes_to_review(project: Project, sandbox: Sandbox, wrong: tuple[str, str]) -> None:
    """A person is asked about it; the answer is carried out by the next undo of the run."""
    run, account = wrong
    sandbox.change("Accounts", account, Phone="+49 30 3")
    project.run("undo", run, "--yes", code=7)
    (item,) = json.loads(project.run("review", "list", "--format", "json").stdout)["items"]
    assert (item["kind"], item["field"]) == ("undo", "phone")
    assert [customer["phone"] for customer in sandbox.customers()] == ["+49 30 2"]
    project.run("review", "resolve", item["id"], "restore")
    project.run("undo", run, "--yes")
    assert [customer["phone"] for customer in sandbox.customers()] == ["+49 30 1"]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("zzzz", "no run `zzzz` is on file"),
        ("crm.Accounts/Acme", "syncdsl never wrote anything to `crm.Accounts/"),
        ("books.customers/Nobody", "the state knows no record"),
    ],
)
@pytest.mark.usefixtures("wrong")
def test_what_cannot_be_undone_is_said(project: Project, sandbox: Sandbox, what: str, says: str) -> None:
    """A run or record that is not there, or was never written, gives one message, and nothing is written."""
    before = sandbox.last()
    refused = project.run("undo", what, "--yes", code=3)
    assert says in refused.stderr
    assert sandbox.writes(before) == []
