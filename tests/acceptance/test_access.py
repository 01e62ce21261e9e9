"""Access over real HTTP: who a rule names gets the role in the books once, and loses it when named no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

ROLE = "Integration User (Zoho CRM)"
ROLE_ID = "1465603000000006011"
ANNA, BEN = "anna.berg@rheinbruecke.example", "ben.adler@rheinbruecke.example"
HEAD = """language 1

connection crm: zoho_crm
connection books: zoho_books

module items: crm.Products <-> books.items
    dedupe: Product_Name == name
    map:
        Product_Name <-> name
        Unit_Price ?? 0 -> rate

transactions books: quotes, sales_orders, invoices, purchase_orders
"""
RULE = """
access books "{role}":
    users: {users}
    may create: quotes, sales_orders
    may view: invoices
"""


def rules(users: str | None, role: str = ROLE) -> str:
    """Return rules that give the role to `users`; without any, to nobody."""
    return HEAD if users is None else HEAD + RULE.format(users=users, role=role)


def named(*addresses: str) -> str:
    """Return the clause that names users."""
    return ", ".join(f'"{address}"' for address in addresses)


def staff(sandbox: Sandbox, *names: str, profile: str = "Sales", active: bool = True) -> None:
    """Add users to the CRM, or change them."""
    users = [
        {"first_name": first, "last_name": last, "profile": profile, "active": active}
        for first, last in (name.split() for name in names)
    ]
    sandbox.control("crm/users", {"users": users})


def person_invites(sandbox: Sandbox, name: str, address: str, role_id: str = ROLE_ID) -> str:
    """Invite a user of Books as a person would, and return the id."""
    answer = sandbox.books.post("/users", json={"name": name, "email": address, "role_id": role_id})
    assert answer.is_success, answer.text
    return str(answer.json()["user"]["user_id"])


def members(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return the users of Books by address."""
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        answer = sandbox.books.get("/users", params={"page": page}).json()
        rows += answer["users"]
        if not answer["page_context"]["has_more_page"]:
            return {row["email"]: row for row in rows}
        page += 1


def quiet(project: Project, sandbox: Sandbox) -> None:
    """Nothing is left to do: an apply writes nothing and shows no change."""
    before = sandbox.last()
    done = project.run("apply", "--yes")
    assert "No changes." in done.stdout, done.stdout
    assert sandbox.writes(before) == []


@pytest.fixture
def ready(project: Project, sandbox: Sandbox) -> Project:
    """Return a project over a CRM with two more users, and books in which one person has the role already."""
    staff(sandbox, "Anna Berg", "Ben Adler")
    person_invites(sandbox, "Cleo", "cleo@example.com")
    project.run("schema", "pull", "crm")
    project.run("schema", "pull", "books")
    return project


def test_who_is_named_is_invited_once(ready: Project, sandbox: Sandbox) -> None:
    """The preview shows the invitation with the place of the rule, an apply makes it, and the next one is quiet."""
    ready.rules(rules(named(ANNA)))
    ready.run("check")
    [effect] = ready.plan()["effects"]
    assert (effect["kind"], effect["rule"], effect["record"]["module"]) == ("create", f'access books "{ROLE}"', "users")
    assert effect["location"].startswith("rules/main.sync:")
    before = sandbox.last()
    ready.run("apply", "--yes")
    assert [(entry["method"], entry["path"].rsplit("/", 1)[1]) for entry in sandbox.writes(before)] == [
        ("POST", "users")
    ]
    assert members(sandbox)[ANNA]["user_role"] == ROLE
    quiet(ready, sandbox)
    assert json.loads(ready.run("plan", "--format", "json").stdout)["summary"] is not None
