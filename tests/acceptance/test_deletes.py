"""Deletes over real HTTP: what is deleted in the CRM takes its customer along, through the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox


def follow(project: Project, limit: int | None) -> None:
    """Let the project's customers follow their accounts, within a limit, or without naming one."""
    path = next((project.folder / "rules").glob("*.sync"))
    text = path.read_text(encoding="utf-8")
    assert "    on conflict: newest" in text
    assert "guard: " in text
    text = text.replace("    on conflict: newest", "    on delete in crm: delete\n    on conflict: newest", 1)
    guard = "guard: " if limit is None else f"guard: deletes <= {limit}, "
    path.write_text(text.replace("guard: ", guard, 1), encoding="utf-8")


def test_a_customer_follows_its_deleted_account(project: Project, sandbox: Sandbox) -> None:
    """The untouched customer goes, the edited one waits for a person, and nothing is made again."""
    follow(project, 1)
    ids = {name: sandbox.account(Account_Name=name) for name in ("Gone", "Edited", "Stays")}
    project.run("apply", "--yes")
    customers = {customer["contact_name"]: customer["contact_id"] for customer in sandbox.customers()}
    assert set(customers) == set(ids)
    # An edit in the second of our own write would be seen by the next sweep only.
    sandbox.control("clock/advance", {"seconds": 10})
    sandbox.books.put(f"/contacts/{customers['Edited']}", json={"website": "https://example.com"})
    for name in ("Gone", "Edited"):
        assert sandbox.crm.delete("/Accounts", params={"ids": ids[name]}).is_success
    done = project.run("plan", code=None)
    assert "1 delete" in done.stdout
    assert "deleted on one side" in done.stdout
    project.run("apply", "--yes", code=7)
    assert {customer["contact_name"] for customer in sandbox.customers()} == {"Edited", "Stays"}
    before = sandbox.last()
    project.run("apply", "--yes")
    assert sandbox.writes(before) == []


@pytest.mark.parametrize("limit", [0, None])
def test_nothing_is_deleted_over_the_limit_without_an_approval(
    project: Project, sandbox: Sandbox, limit: int | None
) -> None:
    """`deletes <= 0`, which holds where no limit is written, stops the run until that very change set was approved."""
    follow(project, limit)
    gone = sandbox.account(Account_Name="Gone")
    project.run("apply", "--yes")
    assert sandbox.crm.delete("/Accounts", params={"ids": gone}).is_success
    project.run("apply", "--yes", code=4)
    project.run("plan", "--out", "saved.json")
    project.run("approve", "saved.json")
    project.run("apply", "saved.json")
    assert sandbox.customers() == []
