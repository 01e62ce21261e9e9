"""The review queue over the two systems: asked, decided in a spreadsheet, carried out, in the history."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on duplicate: review
    on conflict: review
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website
"""


def queue(project: Project) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(project.run("review", "list", "--format", "json").stdout)["items"]
    return items


def edit_customer(sandbox: Sandbox, name: str, **fields: str) -> None:
    """Change a customer in Books as a person would."""
    (found,) = [one for one in sandbox.customers() if one["contact_name"] == name]
    answer = sandbox.books.put(f"/contacts/{found['contact_id']}", json=fields)
    assert answer.is_success, answer.text


def test_conflicts_are_decided_in_a_spreadsheet_and_carried_out_once(project: Project, sandbox: Sandbox) -> None:
    """Two conflicts, one decided for each side in an exported file; the next apply writes both, then it is quiet."""
    project.rules(RULES)
    accounts = {name: sandbox.account(Account_Name=name, Phone="1") for name in ("One", "Two")}
    project.run("apply", "--yes")
    for name, account in accounts.items():
        sandbox.change("Accounts", account, Phone=f"crm {name}")
        edit_customer(sandbox, name, phone=f"books {name}")
    project.run("apply", "--yes")
    project.run("apply", "--yes")
    items = queue(project)
    assert sorted((one["kind"], one["record"]["label"], one["state"]) for one in items) == [
        ("conflict", "One", "open"),
        ("conflict", "Two", "open"),
    ]
    shown = project.run("review", "show", items[0]["id"]).stdout
    assert f"syncdsl review resolve {items[0]['id']} crm" in shown

    project.run("review", "export", "open.csv")
    path = project.folder / "open.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    wanted = {"One": "crm", "Two": "books"}
    lines = [f"{row['id']};{wanted[row['label']]};as agreed" for row in rows]
    path.write_bytes("\r\n".join(["id;decision;comment", *lines]).encode("cp1252"))
    project.run("review", "import", "open.csv", "--yes")
    assert {one["state"] for one in queue(project)} == {"decided"}

    assert "decided by" in project.run("plan").stdout
    before = sandbox.last()
    project.run("apply", "--yes")
    assert len(sandbox.writes(before)) == 2
    assert {one["contact_name"]: one["phone"] for one in sandbox.customers()} == {"One": "crm One", "Two": "books Two"}
    assert queue(project) == []
    with sqlite3.connect(project.state) as state:
        by = state.execute("SELECT DISTINCT by FROM history WHERE by IS NOT NULL").fetchall()
    assert len(by) == 1
    assert "settled: crm" in project.run("review", "list", "--state", "closed").stdout
    again = sandbox.last()
    project.run("apply", "--yes")
    assert sandbox.writes(again) == []
