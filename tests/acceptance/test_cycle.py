"""The cycle: preview, apply, an empty preview, changes on either side, a deal that is won."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox


def seed(sandbox: Sandbox) -> dict[str, str]:
    """Put three accounts and one matching customer into the systems."""
    ids = {
        "acme": sandbox.account(Account_Name="Acme GmbH", Phone="+49 30 1234567", Billing_City="Berlin"),
        "umlaut": sandbox.account(Account_Name="Müller & Söhne", Website="https://mueller.example"),
        "both": sandbox.account(Account_Name="Both Ltd", Phone="+44 20 7946 0000"),
    }
    made = sandbox.books.post("/contacts", json={"contact_name": "both ltd", "phone": "+44 20 7946 0999"})
    assert made.status_code == 201, made.text
    return ids


def test_apply_performs_exactly_the_previewed_effects(project: Project, sandbox: Sandbox) -> None:
    """Every previewed create and update reaches the other system with the previewed values, and nothing else does."""
    seed(sandbox)
    changes = project.plan()
    by_kind: dict[str, list[dict[str, object]]] = {}
    for effect in changes["effects"]:
        by_kind.setdefault(effect["kind"], []).append(effect)
    assert len(by_kind["create"]) == 2
    assert len(by_kind["link"]) == 1
    before = sandbox.last()
    project.run("apply", "changes.json")
    writes = sandbox.writes(before)
    assert len(writes) == 3, [(entry["method"], entry["path"]) for entry in writes]
    customers = {customer["contact_name"]: customer for customer in sandbox.customers()}
    assert set(customers) == {"Acme GmbH", "Müller & Söhne", "Both Ltd"}
    assert customers["Acme GmbH"]["phone"] == "+49 30 1234567"
    assert customers["Acme GmbH"]["billing_address"]["city"] == "Berlin"
    assert customers["Both Ltd"]["phone"] == "+44 20 7946 0000"
    assert all(customer["cf_syncdsl_key"].startswith("sd-") for customer in map(with_key, customers.values()))


def with_key(customer: dict[str, object]) -> dict[str, str]:
    """Return the customer's key, wherever the answer has it."""
    fields = customer.get("custom_fields")
    assert isinstance(fields, list)
    return {"cf_syncdsl_key": next(str(item["value"]) for item in fields if item["api_name"] == "cf_syncdsl_key")}


def test_a_second_preview_is_empty(project: Project, sandbox: Sandbox) -> None:
    """After an apply nothing is left to do, and doing nothing writes nothing."""
    seed(sandbox)
    project.run("apply", "--yes")
    assert project.kinds() == []
    shown = project.run("plan", "--detailed-exitcode")
    assert "No changes" in shown.stdout
    before = sandbox.last()
    project.run("apply", "--yes")
    assert sandbox.writes(before) == []


def test_a_seeded_organisation_settles(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """A few hundred believable records sync at once; the second preview is empty and what is held stays held."""
    sandbox = start_sandbox(records=150)
    project = make_project(sandbox)
    first = project.plan()
    project.run("apply", "--yes", code=None)
    second = project.plan()
    assert [effect for effect in second["effects"] if effect["kind"] != "hold"] == []
    held = [effect for effect in first["effects"] if effect["kind"] == "hold"]
    assert len(second["effects"]) >= len(held)


def test_changes_on_either_side_come_through(project: Project, sandbox: Sandbox) -> None:
    """A change in the CRM reaches Books, a change in Books reaches the CRM, and each alone."""
    ids = seed(sandbox)
    project.run("apply", "--yes")
    acme = next(item for item in sandbox.customers() if item["contact_name"] == "Acme GmbH")
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 7654321")
    assert project.kinds() == ["update"]
    project.run("apply", "--yes")
    assert sandbox.books.get(f"/contacts/{acme['contact_id']}").json()["contact"]["phone"] == "+49 30 7654321"
    sandbox.books.put(f"/contacts/{acme['contact_id']}", json={"contact_name": "Acme AG"})
    # The name also feeds the one-way company name, which follows at once.
    assert project.kinds() == ["update", "update"]
    project.run("apply", "--yes")
    account = sandbox.crm.get(f"/Accounts/{ids['acme']}").json()["data"][0]
    assert account["Account_Name"] == "Acme AG"
    assert project.kinds() == []


def test_a_won_deal_becomes_one_invoice_and_a_lost_one_is_void(project: Project, sandbox: Sandbox) -> None:
    """Winning makes exactly one invoice with the deal's amount; losing it afterwards makes it void."""
    account = sandbox.account(Account_Name="Acme GmbH")
    deal = sandbox.deal(
        Deal_Name="Pump", Stage="Qualification", Amount=1200.5, Account_Name={"id": account}, Closing_Date="2026-12-31"
    )
    project.run("apply", "--yes")
    sandbox.change("Deals", deal, Stage="Closed Won")
    changes = project.plan()
    (create,) = [effect for effect in changes["effects"] if effect["kind"] == "create"]
    assert create["amount"] == "1200.5"
    project.run("apply", "--yes")
    (invoice,) = sandbox.invoices()
    assert (invoice["status"], invoice["total"], invoice["customer_name"]) == ("draft", 1200.5, "Acme GmbH")
    assert project.kinds() == []
    project.run("apply", "--yes")
    assert len(sandbox.invoices()) == 1
    sandbox.change("Deals", deal, Stage="Closed Lost")
    assert project.kinds() == ["void"]
    project.run("apply", "--yes")
    assert sandbox.invoices()[0]["status"] == "void"
    assert project.kinds() == []


def test_deals_that_were_won_before_are_a_baseline(project: Project, sandbox: Sandbox) -> None:
    """Switching rules on makes no invoice for what was won already; a deal entered as won afterwards makes one."""
    account = sandbox.account(Account_Name="Acme GmbH")
    lookup = {"Account_Name": {"id": account}, "Closing_Date": "2026-12-31", "Amount": 10}
    sandbox.deal(Deal_Name="Old", Stage="Closed Won", **lookup)
    project.run("apply", "--yes")
    assert sandbox.invoices() == []
    sandbox.deal(Deal_Name="New", Stage="Closed Won", **lookup)
    project.run("apply", "--yes")
    assert len(sandbox.invoices()) == 1
    assert project.kinds() == []


def test_a_preview_changes_nothing_anywhere(project: Project, sandbox: Sandbox) -> None:
    """A preview sends no mutating request and leaves every byte of the project's state as it was."""
    seed(sandbox)
    project.run("apply", "--yes")
    sandbox.account(Account_Name="Another")
    before, digests = sandbox.last(), files(project.folder / ".syncdsl")
    project.run("plan")
    assert sandbox.writes(before) == []
    assert files(project.folder / ".syncdsl") == digests


def files(folder: Path) -> dict[str, str]:
    """Return the digest of every file, the write-ahead log's index aside: SQLite rebuilds it at will."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


def test_losing_the_state_creates_nothing_twice(project: Project, sandbox: Sandbox) -> None:
    """With the state deleted, the keys on the records rebuild links and documents; nothing is made again."""
    seed(sandbox)
    account = sandbox.account(Account_Name="Pump AG")
    deal = sandbox.deal(
        Deal_Name="Pump", Stage="Qualification", Amount=5, Account_Name={"id": account}, Closing_Date="2026-12-31"
    )
    project.run("apply", "--yes")
    sandbox.change("Deals", deal, Stage="Closed Won")
    project.run("apply", "--yes")
    names = sorted(customer["contact_name"] for customer in sandbox.customers())
    for path in project.state.parent.glob("sandbox.db*"):
        path.unlink()
    before = sandbox.last()
    assert "create" not in project.kinds()
    project.run("apply", "--yes")
    assert sandbox.writes(before) == []
    assert sorted(customer["contact_name"] for customer in sandbox.customers()) == names
    assert len(sandbox.invoices()) == 1
    assert project.kinds() == []
    # The document is known again: losing the deal makes that very invoice void.
    sandbox.change("Deals", deal, Stage="Closed Lost")
    project.run("apply", "--yes")
    assert [invoice["status"] for invoice in sandbox.invoices()] == ["void"]


def test_no_secret_is_ever_written(project: Project, sandbox: Sandbox) -> None:
    """No byte that the program wrote, to files or to its outputs, holds a credential."""
    seed(sandbox)
    outputs = [
        project.run("-v", "plan", "--out", "changes.json"),
        project.run("-v", "--log-format", "json", "apply", "--yes"),
    ]
    canaries = ("sandbox-secret", "sandbox-refresh", "Zoho-oauthtoken")
    for done in outputs:
        assert not any(canary in done.stdout + done.stderr for canary in canaries)
    for path in project.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(canary.encode() in content for canary in canaries), path


def test_state_and_change_sets_are_private(project: Project, sandbox: Sandbox) -> None:
    """State and change sets are readable by their user alone."""
    seed(sandbox)
    project.plan("saved.json")
    project.run("apply", "--yes")
    assert (project.folder / "saved.json").stat().st_mode & 0o777 == 0o600
    assert project.state.parent.stat().st_mode & 0o777 == 0o700
    for path in project.state.parent.iterdir():
        if path.name != ".gitignore":
            assert path.stat().st_mode & 0o777 == 0o600, path


def test_json_preview_is_the_saved_change_set(project: Project, sandbox: Sandbox) -> None:
    """`plan --format json` prints one JSON document, the change set within it, and nothing else."""
    seed(sandbox)
    data = json.loads(project.run("plan", "--format", "json").stdout)
    assert data["changes"]["effects"]
    assert data["digest"].startswith("b2:")
