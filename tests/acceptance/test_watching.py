"""What operators look at and decide: refused writes retried and dismissed, and the status with its exit codes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox


def told(project: Project, *arguments: str, code: int = 0) -> Any:
    """Return what a command prints as JSON."""
    return json.loads(project.run(*arguments, "--format", "json", code=code).stdout)


def test_a_refused_record_is_retried_dismissed_and_tried_again_once_it_changed(
    make_project: MakeProject, sandbox: Sandbox
) -> None:
    """The books have a vendor of the name: no customer is made of it, until the account gets another name.

    Dismissed, it costs no call; the figures of runs, the list of what failed, and the status tell each step.
    """
    project = make_project(sandbox)
    vendor = {"contact_name": "Bolt", "contact_type": "vendor"}
    assert sandbox.books.post("/contacts", json=vendor).status_code == 201
    bolt = sandbox.account(Account_Name="Bolt")
    sandbox.account(Account_Name="Acme")
    project.run("apply", "--yes", code=7)
    (refused,) = told(project, "runs", "failed")["refused"]
    assert (refused["record"], refused["label"], refused["times"]) == (f"crm.Accounts/{bolt}", "Bolt", 1)

    again = project.run("runs", "retry", "crm.Accounts/Bolt", code=7)
    assert refused["reason"].partition("): ")[2] in again.stdout
    before = sandbox.last()
    project.run("runs", "dismiss", f"crm.Accounts/{bolt}", "--comment", "a vendor of ours")
    sandbox.control("clock/advance", {"seconds": 60})
    synced = project.run("sync", "--sweep")
    assert "1 refused and dismissed" in synced.stdout
    assert sandbox.writes(before) == []
    status = told(project, "status")["environments"][0]
    assert (status["needs"], status["refused"], status["dismissed"]) == ([], 0, 1)
    assert [one["organization"] for one in status["organisations"]] == [
        sandbox.crm_organization,
        sandbox.books_organization,
    ]

    sandbox.change("Accounts", bolt, Account_Name="Bolt Ltd")
    sandbox.control("clock/advance", {"seconds": 60})
    project.run("sync")
    assert sorted(one["contact_name"] for one in sandbox.customers()) == ["Acme", "Bolt Ltd"]
    assert told(project, "status")["environments"][0]["dismissed"] == 0
    figures = [(run["added"], run["failed"]) for run in told(project, "runs")["runs"]]
    assert figures == [(1, 0), (0, 0), (0, 1), (1, 1)]
