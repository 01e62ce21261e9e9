"""Guards, saved change sets, approvals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox


def limited(project: Project, creates: int) -> None:
    """Lower the guard of the project's rules."""
    path = next((project.folder / "rules").glob("*.sync"))
    path.write_text(
        path.read_text(encoding="utf-8").replace("creates <= 500", f"creates <= {creates}"), encoding="utf-8"
    )


def test_over_a_guard_nothing_runs_until_exactly_that_set_is_approved(project: Project, sandbox: Sandbox) -> None:
    """A change set over a guard is refused whole with exit code 4; approved, exactly it is applied."""
    limited(project, 1)
    for name in ("One", "Two"):
        sandbox.account(Account_Name=name)
    before = sandbox.last()
    done = project.run("apply", "--yes", code=4)
    assert "creates <= 1" in done.stderr
    project.run("plan", "--out", "two.json")
    project.run("apply", "two.json", code=4)
    assert sandbox.writes(before) == []
    project.run("approve", "two.json")
    project.run("apply", "two.json")
    assert {customer["contact_name"] for customer in sandbox.customers()} == {"One", "Two"}
    # The approval was for that change set, not for the next one.
    for name in ("Three", "Four"):
        sandbox.account(Account_Name=name)
    project.run("apply", "--yes", code=4)


def test_a_stale_change_set_is_refused_whole(project: Project, sandbox: Sandbox) -> None:
    """When one record moved on since the preview nothing is applied, and the message names the record."""
    first = sandbox.account(Account_Name="One", Phone="1")
    sandbox.account(Account_Name="Two")
    project.run("plan", "--out", "saved.json")
    sandbox.change("Accounts", first, Phone="2")
    before = sandbox.last()
    done = project.run("apply", "saved.json", code=5)
    assert f"crm.Accounts/{first}" in done.stderr
    assert sandbox.writes(before) == []


def test_changed_rules_make_a_change_set_stale(project: Project, sandbox: Sandbox) -> None:
    """A change set belongs to the rules it was made from."""
    sandbox.account(Account_Name="One", Fax="5")
    project.run("plan", "--out", "saved.json")
    path = next((project.folder / "rules").glob("*.sync"))
    path.write_text(
        path.read_text(encoding="utf-8").replace("on conflict: newest", "on conflict: crm"), encoding="utf-8"
    )
    project.run("apply", "saved.json", code=5)
    assert sandbox.customers() == []


def test_an_edited_change_set_is_refused(project: Project, sandbox: Sandbox) -> None:
    """One changed value in a saved change set is noticed, and nothing is applied."""
    sandbox.account(Account_Name="One")
    project.run("plan", "--out", "saved.json")
    path = project.folder / "saved.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["effects"][0]["fields"][0]["new"] = "Two"
    path.write_text(json.dumps(data), encoding="utf-8")
    done = project.run("apply", "saved.json", code=5)
    assert "altered" in done.stderr
    assert sandbox.customers() == []


def test_without_a_terminal_apply_asks_for_a_clear_word(project: Project, sandbox: Sandbox) -> None:
    """Nobody can be asked in a pipe, so `apply` refuses without `--yes` or a saved change set."""
    sandbox.account(Account_Name="One")
    done = project.run("apply", code=3)
    assert "--yes" in done.stderr
    assert sandbox.customers() == []


def test_detailed_exit_codes(project: Project, sandbox: Sandbox) -> None:
    """`plan` ends with 0 either way; with --detailed-exitcode changes are 2."""
    project.run("plan", "--detailed-exitcode", code=0)
    sandbox.account(Account_Name="One")
    project.run("plan", code=0)
    project.run("plan", "--detailed-exitcode", code=2)
