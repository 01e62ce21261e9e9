"""Bad answers, records and states between runs: said clearly, never a delete, never a wrong create, made good later."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.between import between

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.conftest import Project, Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

# Whatever is taken for deleted takes its partner along, and no limit stands in the way: a wrong delete would show.
module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: newest
    on delete in crm: delete
    on delete in books: delete
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website
        Description <-> notes

guard: creates <= 1_000, updates <= 100 %, deletes <= 1_000
"""
NAMES = ("Acme GmbH", "Baker Ltd", "Core AG")


def start(project: Project, sandbox: Sandbox) -> dict[str, str]:
    """Sync three accounts and return their ids by name."""
    project.rules(RULES)
    ids = {name: sandbox.account(Account_Name=name, Phone="+49 30 1", Website="https://a.example") for name in NAMES}
    project.run("apply", "--yes")
    return ids


def customers(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return the customers by name; no two have the same."""
    rows = sandbox.customers()
    assert len({row["contact_name"] for row in rows}) == len(rows)
    return {row["contact_name"]: row for row in rows}


def accounts(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return the accounts by name; no two have the same."""
    rows = sandbox.crm.get("/Accounts", params={"fields": "Account_Name,Phone,Website,Description"}).json()["data"]
    assert len({row["Account_Name"] for row in rows}) == len(rows)
    return {row["Account_Name"]: row for row in rows}


def quiet(project: Project, sandbox: Sandbox) -> None:
    """Demand that both sides agree, and that another run has nothing to do."""
    before = sandbox.last()
    project.run("sync", "--sweep")
    assert sandbox.writes(before) == []
    project.run("verify")


def one_message(text: str, *says: str) -> None:
    """Demand one error, which says all that."""
    assert text.count("error[") == 1, text
    for part in says:
        assert part in text, text


def through(project: Project, url: str, proxy: str) -> None:
    """Let the project reach a system through a proxy."""
    path = project.folder / "syncdsl.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(url, proxy), encoding="utf-8")


@pytest.mark.parametrize(("side", "hidden"), [("crm", "Phone"), ("books", "notes")])
def test_a_field_that_disappears_empties_nothing(project: Project, sandbox: Sandbox, side: str, hidden: str) -> None:
    """A field that answers no longer have is named, and nothing is taken for emptied; once it is back, all goes on."""
    ids = start(project, sandbox)
    acme = customers(sandbox)["Acme GmbH"]
    sandbox.change("Accounts", ids["Baker Ltd"], Description="Kept")
    project.run("sync")
    target = sandbox.crm_url if side == "crm" else sandbox.books_url
    with between(target) as proxy:
        through(project, target, proxy.url)
        project.run("sync")
        proxy.hidden.add(hidden)
        sandbox.change("Accounts", ids["Acme GmbH"], Website="https://new.example")
        baker = customers(sandbox)["Baker Ltd"]["contact_id"]
        sandbox.books.put(f"/contacts/{baker}", json={"website": "https://b.example"})
        before = sandbox.last()
        done = project.run("sync", code=6)
        assert {name: row["phone"] for name, row in customers(sandbox).items()} == dict.fromkeys(NAMES, acme["phone"])
        assert {row["Phone"] for row in accounts(sandbox).values()} == {"+49 30 1"}
        assert accounts(sandbox)["Baker Ltd"]["Description"] == customers(sandbox)["Baker Ltd"]["notes"] == "Kept"
        assert [entry for entry in sandbox.writes(before) if entry["method"] == "DELETE" or entry["created"]] == []
        one_message(done.stderr, hidden, "SD707")
        proxy.hidden.clear()
        project.run("sync", code=None)
        quiet(project, sandbox)
    assert customers(sandbox)["Acme GmbH"]["website"] == "https://new.example"
    assert accounts(sandbox)["Baker Ltd"]["Website"] == "https://b.example"


@pytest.mark.parametrize(
    ("system", "path", "after"), [("books", "/contacts", 1), ("books", "/contacts", 9), ("crm", "/Accounts|/coql", 1)]
)
def test_rights_that_are_lost_half_way(project: Project, sandbox: Sandbox, system: str, path: str, after: int) -> None:
    """From a call on every answer is 403: one message names the system and the right; later all is made good."""
    ids = start(project, sandbox)
    sandbox.change("Accounts", ids["Acme GmbH"], Phone="+49 30 2")
    for number in range(5):
        sandbox.account(Account_Name=f"New {number}")
        sandbox.books.post("/contacts", json={"contact_name": f"Other {number}"})
    sandbox.control("faults", {"kind": "status", "status": 403, "system": system, "path": path, "after": after})
    before = sandbox.last()
    done = project.run("sync", "--sweep", code=None)
    assert [entry for entry in sandbox.writes(before) if entry["method"] == "DELETE"] == []
    assert done.returncode == 6
    one_message(done.stderr, "SD7", system)
    sandbox.crm.delete(f"{sandbox.crm_url}/_sandbox/faults")
    project.run("sync", code=None)
    assert len(customers(sandbox)) == len(accounts(sandbox)) == len(NAMES) + 10
    quiet(project, sandbox)


@pytest.mark.parametrize(("system", "path"), [("books", "/contacts$"), ("crm", "/Accounts$|/coql$")])
def test_an_empty_answer_of_a_full_module(project: Project, sandbox: Sandbox, system: str, path: str) -> None:
    """A list that shows nothing and says it is all deletes nothing and makes nothing; later all is made good."""
    ids = start(project, sandbox)
    sandbox.change("Accounts", ids["Acme GmbH"], Phone="+49 30 2")
    sandbox.control("faults", {"kind": "truncated_page", "keep": 0, "system": system, "path": path})
    before = sandbox.last()
    project.run("sync", "--sweep", code=None)
    assert [entry for entry in sandbox.writes(before) if entry["method"] == "DELETE" or entry["created"]] == []
    sandbox.crm.delete(f"{sandbox.crm_url}/_sandbox/faults")
    project.run("sync", code=None)
    assert set(customers(sandbox)) == set(accounts(sandbox)) == set(NAMES)
    quiet(project, sandbox)
    assert customers(sandbox)["Acme GmbH"]["phone"] == "+49 30 2"


def test_a_cursor_from_the_future(project: Project, sandbox: Sandbox) -> None:
    """A server whose clock was ahead for some runs hides nothing that is edited after it was set right."""
    ids = start(project, sandbox)
    now = sandbox.control("clock")["now"]
    put = f"{sandbox.crm_url}/_sandbox/clock"
    assert sandbox.crm.put(put, json={"now": now + 1_000}).is_success
    sandbox.account(Account_Name="Later Ltd")
    project.run("sync")
    assert sandbox.crm.put(put, json={"now": now + 2_000}).is_success
    project.run("sync")
    assert sandbox.crm.put(put, json={"now": now + 60}).is_success
    sandbox.change("Accounts", ids["Acme GmbH"], Phone="+49 30 2")
    baker = customers(sandbox)["Baker Ltd"]["contact_id"]
    sandbox.books.put(f"/contacts/{baker}", json={"website": "https://b.example"})
    project.run("sync")
    assert customers(sandbox)["Acme GmbH"]["phone"] == "+49 30 2"
    assert accounts(sandbox)["Baker Ltd"]["Website"] == "https://b.example"
    quiet(project, sandbox)


def test_a_value_that_the_other_side_refuses(project: Project, sandbox: Sandbox) -> None:
    """What is refused is said once, in the system's words; it stops nothing else and travels once it was corrected."""
    ids = start(project, sandbox)
    sandbox.books.post("/contacts", json={"contact_name": "Taken Ltd", "contact_type": "vendor"})
    sandbox.change("Accounts", ids["Acme GmbH"], Account_Name="Taken Ltd", Phone="+49 30 2")
    sandbox.change("Accounts", ids["Core AG"], Phone="+49 30 3")
    sandbox.account(Account_Name="New Ltd")
    for _ in range(2):
        done = project.run("sync", code=7)
        assert "already exists" in done.stdout + done.stderr
        assert set(customers(sandbox)) == {*NAMES, "New Ltd"}
    assert customers(sandbox)["Core AG"]["phone"] == "+49 30 3"
    sandbox.change("Accounts", ids["Acme GmbH"], Account_Name="Acme Two")
    project.run("sync")
    assert customers(sandbox)["Acme Two"]["phone"] == "+49 30 2"
    quiet(project, sandbox)


def padded(state: Path) -> None:
    """Make a state large, as years of history do, so that it is not read through when it is opened."""
    with closing(sqlite3.connect(state)) as raw:
        raw.execute("CREATE TABLE padding (number INTEGER PRIMARY KEY, text TEXT)")
        raw.execute(
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 36000) "
            "INSERT INTO padding SELECT i, hex(randomblob(512)) FROM n"
        )
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def pages_of(state: Path, table: str) -> list[int]:
    """Return the pages of a table or an index of a state."""
    with closing(sqlite3.connect(state)) as raw:
        return [int(page) for (page,) in raw.execute("SELECT pageno FROM dbstat WHERE name = ?", (table,))]


@pytest.mark.parametrize("table", ["link"])
def test_a_large_state_with_a_damaged_page(project: Project, sandbox: Sandbox, table: str) -> None:
    """Damage that is met under way ends the run with what to do about it; nothing is deleted or made by it."""
    ids = start(project, sandbox)
    padded(project.state)
    project.run("sync")
    # Without its state a run can only tell the newer value by the stamps, which have to lie apart.
    sandbox.control("clock/advance", {"seconds": 60})
    sandbox.change("Accounts", ids["Acme GmbH"], Phone="+49 30 2")
    sandbox.account(Account_Name="New Ltd")
    whole = project.state.read_bytes()
    pages = pages_of(project.state, table)
    assert pages
    damaged = bytearray(whole)
    for page in pages:
        damaged[(page - 1) * 4096 : (page - 1) * 4096 + 64] = b"\x5a" * 64
    for path in project.state.parent.glob("sandbox.db-*"):
        path.unlink()
    project.state.write_bytes(damaged)
    before = sandbox.last()
    for command in ("plan", "sync"):
        one_message(project.run(command, code=3).stderr, "SD805", "syncdsl state restore")
    project.run("state", "check", code=1)
    assert [entry for entry in sandbox.writes(before) if entry["method"] == "DELETE"] == []
    project.state.unlink()
    for path in project.state.parent.glob("sandbox.db-*"):
        path.unlink()
    project.run("apply", "--yes", code=None)
    assert set(customers(sandbox)) == set(accounts(sandbox)) == {*NAMES, "New Ltd"}
    project.run("sync", code=None)
    quiet(project, sandbox)
