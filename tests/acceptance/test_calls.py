"""How many calls runs make, counted by the sandbox's ledger: few when nothing changed, and in step with what did."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.acceptance.conftest import MakeProject, Project, Sandbox

RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on conflict: newest
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website
        Description <-> notes
"""
NUMBER = 430
"""Accounts: three pages on each side."""

CHANGED = 210
PHONES = 60
PAST_THE_OVERLAP = 300
"""Seconds of the sandbox's clock after which nothing of before is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """A project in step with a sandbox, and a way to see what a command calls."""

    sandbox: Sandbox
    project: Project

    def calls(self, *command: str) -> Counter[tuple[str, str]]:
        """Run a command and count its calls by system and kind of call; tokens and identities are left out."""
        self.sandbox.control("clock/advance", {"seconds": PAST_THE_OVERLAP})
        after = self.sandbox.last()
        self.project.run(*command)
        entries = self.sandbox.control(f"ledger?after={after}")["entries"]
        counted: Counter[tuple[str, str]] = Counter()
        for entry in entries:
            path = entry["path"]
            if path.startswith("/oauth") or path.endswith(("/org", "/organizations")):
                continue
            counted[entry["system"], f"{entry['method']} {_kind(path)}"] += 1
        return counted

    def accounts(self) -> list[dict[str, Any]]:
        """Return the accounts of the CRM."""
        found: list[dict[str, Any]] = []
        for page in range(1, math.ceil(NUMBER / 200) + 1):
            answer = self.sandbox.crm.get("/Accounts", params={"fields": "Account_Name,Website", "page": page})
            found += answer.json()["data"]
        return found

    def customers(self) -> list[dict[str, Any]]:
        """Return the rows of the customers in Books."""
        found: list[dict[str, Any]] = []
        for page in range(1, math.ceil(NUMBER / 200) + 1):
            found += self.sandbox.books.get("/contacts", params={"page": page}).json()["contacts"]
        return found


def _kind(path: str) -> str:
    """Return a path with its id left out."""
    return "/".join("ID" if part.isdigit() else part for part in path.split("/")[3:])


def of(counted: Counter[tuple[str, str]], system: str) -> int:
    """Return the calls to one system."""
    return sum(number for (called, _), number in counted.items() if called == system)


@pytest.fixture(scope="module")
def synced(module_sandbox: Sandbox, make_module_project: MakeProject) -> Synced:
    """Return a project whose accounts are all customers, and that has nothing left to do."""
    project = make_module_project(module_sandbox)
    project.rules(RULES)
    names = [{"Account_Name": f"Company {number}", "Currency": "EUR"} for number in range(NUMBER)]
    for start in range(0, NUMBER, 100):
        assert module_sandbox.crm.post("/Accounts", json={"data": names[start : start + 100]}).status_code == 201
    project.run("apply", "--yes")
    module_sandbox.control("clock/advance", {"seconds": PAST_THE_OVERLAP})
    project.run("apply", "--yes", "--sweep")
    return Synced(sandbox=module_sandbox, project=project)


def test_a_quiet_run_makes_at_most_three_calls_on_each_side(synced: Synced) -> None:
    """Whatever the number of records, changes are asked for and that is all."""
    counted = synced.calls("plan")
    assert of(counted, "crm") <= 3, counted
    assert of(counted, "books") <= 3, counted


def test_a_quiet_sweep_costs_a_call_for_each_page(synced: Synced) -> None:
    """Reading everything when nothing changed fetches no record one by one."""
    most = math.ceil(NUMBER / 200) + 5
    counted = synced.calls("plan", "--sweep")
    assert of(counted, "crm") <= most, counted
    assert of(counted, "books") <= most, counted


def test_changes_in_the_crm_cost_one_call_each_in_books(synced: Synced) -> None:
    """The floor is a read for every 200 changed accounts and a write for each customer; at most a tenth more."""
    rows = [
        {"id": row["id"], "Website": f"https://company-{number}.example"}
        for number, row in enumerate(synced.accounts()[:CHANGED])
    ]
    for start in range(0, len(rows), 100):
        assert synced.sandbox.crm.put("/Accounts", json={"data": rows[start : start + 100]}).status_code == 200
    floor = math.ceil(CHANGED / 200) + CHANGED
    counted = synced.calls("apply", "--yes")
    counted += synced.calls("apply", "--yes")
    assert counted["books", "PUT contacts/ID"] == CHANGED, counted
    assert sum(counted.values()) <= 1.10 * floor, counted


def test_a_changed_phone_number_costs_two_calls_in_books(
    synced: Synced, record_property: Callable[[str, object], None]
) -> None:
    """It lives in a contact person, and an update removes those it does not list: they are read just before."""
    rows = [{"id": row["id"], "Phone": f"+49 221 {number:04}"} for number, row in enumerate(synced.accounts())][:PHONES]
    assert synced.sandbox.crm.put("/Accounts", json={"data": rows}).status_code == 200
    counted = synced.calls("apply", "--yes")
    counted += synced.calls("apply", "--yes")
    single = counted["books", "PUT contacts/ID"] + counted["books", "GET contacts/ID"]
    record_property("calls_for_each_number", round(single / PHONES, 3))
    assert counted["books", "PUT contacts/ID"] == PHONES, counted
    assert single <= 2.10 * PHONES, counted


def test_changes_in_books_cost_one_detail_each(synced: Synced) -> None:
    """The floor is a detail for each changed customer and a write for every 100 accounts; at most a tenth more."""
    ids = [row["contact_id"] for row in synced.customers()][:CHANGED]
    for number, identifier in enumerate(ids):
        answer = synced.sandbox.books.put(f"/contacts/{identifier}", json={"notes": f"note {number}"})
        assert answer.status_code == 200, answer.text
    floor = CHANGED + math.ceil(CHANGED / 100)
    counted = synced.calls("apply", "--yes")
    counted += synced.calls("apply", "--yes")
    assert counted["books", "GET contacts/ID"] == CHANGED, counted
    assert sum(counted.values()) <= 1.10 * floor, counted
