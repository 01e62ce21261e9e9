"""What a change set takes of the systems: told before it is applied, and held against a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox


def budget(project: Project, text: str) -> None:
    """Give the environment a budget."""
    path = project.folder / "syncdsl.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[environments.sandbox.budget]\n{text}\n", encoding="utf-8")


def calls(project: Project) -> int:
    """Return how many calls the saved change set of a preview says that it takes."""
    return sum(estimate["calls"] for estimate in project.plan()["estimates"])


def test_the_estimate_is_what_is_called(project: Project, sandbox: Sandbox) -> None:
    """Creates, updates, invoices and voids take about as many calls as was said: no fewer than the writes alone."""
    accounts = [sandbox.account(Account_Name=f"Account {number}", Phone=str(number)) for number in range(12)]
    deals = [
        sandbox.deal(Deal_Name=f"Deal {number}", Stage="Qualification", Amount=10, Account_Name={"id": account})
        for number, account in enumerate(accounts)
    ]
    edits: tuple[tuple[str, dict[str, str]], ...] = (
        ("Accounts", {}),
        ("Accounts", {"Phone": "+49 30 1234"}),
        ("Deals", {"Stage": "Closed Won"}),
        ("Deals", {"Stage": "Closed Lost"}),
    )
    for module, fields in edits:
        for record in deals if module == "Deals" else accounts:
            if fields:
                sandbox.change(module, record, **fields)
        said, before = calls(project), sandbox.last()
        project.run("apply", "changes.json")
        made = sandbox.control(f"ledger?after={before}")["entries"]
        writes = sandbox.writes(before)
        assert len(writes) == len(accounts)
        assert len(writes) <= said <= len(made) + 1, (said, len(made))


def test_over_a_budget_nothing_runs_until_it_is_approved(project: Project, sandbox: Sandbox) -> None:
    """More calls than the environment allows stop a change set like a guard does, until exactly it is approved."""
    budget(project, "calls = 2")
    for name in ("One", "Two", "Three"):
        sandbox.account(Account_Name=name)
    before = sandbox.last()
    refused = project.run("apply", "--yes", code=4)
    assert "`calls <= 2` at syncdsl.toml, [environments.sandbox.budget]: this change set has 3" in refused.stderr
    project.run("plan", "--out", "three.json")
    project.run("apply", "three.json", code=4)
    assert sandbox.writes(before) == []
    project.run("approve", "three.json")
    project.run("apply", "three.json")
    assert len(sandbox.customers()) == 3


def test_what_is_left_of_the_day_is_part_of_the_verdict(project: Project, sandbox: Sandbox) -> None:
    """A change set that does not fit into what a system still allows today is stopped before its first write."""
    path = project.folder / "syncdsl.toml"
    text = path.read_text(encoding="utf-8")
    head = "[environments.sandbox.connections.books]\n"
    assert head in text
    options = f"{head}options = {{ limits = {{ per_day = 30 }} }}\n"
    path.write_text(text.replace(head, options), encoding="utf-8")
    for number in range(30):
        sandbox.account(Account_Name=f"Account {number}")
    before = sandbox.last()
    refused = project.run("apply", "--yes", code=4)
    assert "books: what is left of the day" in refused.stderr
    assert "30 of 2" in refused.stderr
    assert sandbox.writes(before) == []


def test_a_budget_that_makes_no_sense_is_refused(project: Project) -> None:
    """A misspelt key and a negative number say which line it is."""
    budget(project, "cals = 2")
    refused = project.run("plan", code=3)
    assert "unknown key `cals`" in refused.stderr
    assert "did you mean `calls`?" in refused.stderr
