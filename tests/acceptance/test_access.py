"""Access over real HTTP: who a rule names gets the role in the books once, and loses it when named no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.cli.dialogue import talk

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

ROOT = Path(__file__).parents[2]
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


def test_who_is_named_no_more_is_removed_after_a_confirmation(ready: Project, sandbox: Sandbox) -> None:
    """Nobody is removed unasked, by `apply` or `sync`; with `--yes` the user goes, and the others keep their role."""
    ready.rules(rules(named(ANNA, BEN, "cleo.unknown@example.com")))
    ready.rules(rules(named(ANNA, BEN)))
    ready.run("apply", "--yes")
    ready.rules(rules(named(ANNA)))
    [effect] = ready.plan()["effects"]
    assert (effect["kind"], effect["record"]["id"]) == ("delete", members(sandbox)[BEN]["user_id"])
    before = sandbox.last()
    ready.run("apply", code=3)
    ready.run("enable", "--yes")
    held = ready.run("sync", code=None)
    assert "taken away after a confirmation" in held.stdout
    assert sandbox.writes(before) == []
    ready.run("sync", "--module", "items", "--yes")
    assert sandbox.writes(before) == []
    ready.run("sync", "--yes")
    assert [entry["method"] for entry in sandbox.writes(before)] == ["DELETE"]
    assert set(members(sandbox)) >= {ANNA, "cleo@example.com"}
    assert BEN not in members(sandbox)
    quiet(ready, sandbox)


def test_a_person_at_a_terminal_is_asked(ready: Project, sandbox: Sandbox) -> None:
    """`sync` asks only before somebody loses access; who says no changes nothing, who says yes removes the user."""
    ready.rules(rules(named(ANNA, BEN)))
    ready.run("enable", "--yes")
    code, shown = talk(ready.folder, ready.environment, "sync", answers=[])
    assert (code, ": 2 created" in shown) == (0, True), shown
    ready.rules(rules(named(ANNA)))
    ready.run("enable", "--yes")
    before = sandbox.last()
    _, shown = talk(ready.folder, ready.environment, "sync", answers=[("1 user would lose access. Go on?", "n")])
    assert "Nothing was applied" in shown
    assert sandbox.writes(before) == []
    talk(ready.folder, ready.environment, "sync", answers=[("Go on?", "y")])
    assert BEN not in members(sandbox)


def test_a_saved_change_set_is_a_confirmation_and_a_guard_counts_it(ready: Project, sandbox: Sandbox) -> None:
    """`deletes <= 0` stops a removal until exactly it was approved."""
    ready.rules(rules(named(ANNA)) + "\nguard: deletes <= 0\n")
    ready.run("apply", "--yes")
    ready.rules(rules(None) + "\nguard: deletes <= 0\n")
    ready.run("apply", "--yes", code=4)
    assert ANNA in members(sandbox)
    ready.run("plan", "--out", "saved.json")
    ready.run("approve", "saved.json")
    ready.run("apply", "saved.json")
    assert ANNA not in members(sandbox)
    quiet(ready, sandbox)


def test_a_rule_that_is_gone_takes_its_users_along_and_nobody_else(ready: Project, sandbox: Sandbox) -> None:
    """Whom a person let in stays, named or not; who was there before and is named no more stays too, and it is said."""
    staff(sandbox, "Cleo Marx")
    person_invites(sandbox, "Cleo Marx", "cleo.marx@rheinbruecke.example")
    ready.rules(rules(named(ANNA, BEN, "cleo.marx@rheinbruecke.example")))
    ready.run("apply", "--yes")
    listed = json.loads(ready.run("access", "list", "--format", "json").stdout)["access"]
    states = {user["address"]: user["state"] for item in listed for user in item["users"]}
    assert states == {ANNA: "has it", BEN: "has it", "cleo.marx@rheinbruecke.example": "not ours"}
    ready.rules(rules(None))
    shown = ready.run("access", "list").stdout
    assert "no rule gives it any more" in shown
    assert "will lose it 2" in shown
    done = ready.run("apply", "--yes")
    assert "cleo.marx@rheinbruecke.example stays in books" in done.stdout
    assert not {ANNA, BEN} & set(members(sandbox))
    assert {"cleo@example.com", "cleo.marx@rheinbruecke.example"} <= set(members(sandbox))
    quiet(ready, sandbox)
    assert "stays" not in ready.run("plan").stdout


def test_a_profile_brings_all_that_have_it_and_takes_them_along(ready: Project, sandbox: Sandbox) -> None:
    """Every active user with the profile gets the role; who loses the profile loses it; a renamed one moves nobody."""
    staff(sandbox, "Idle Jones", active=False)
    ready.rules(rules('profile "Sales"'))
    ready.run("apply", "--yes")
    assert {ANNA, BEN} <= set(members(sandbox))
    assert "idle.jones@rheinbruecke.example" not in members(sandbox)
    staff(sandbox, "Ben Adler", profile="Standard")
    done = ready.run("apply", "--yes")
    assert "does not have the profile `Sales` any more" in done.stdout
    assert BEN not in members(sandbox)
    quiet(ready, sandbox)
    staff(sandbox, "Anna Berg", profile="Vertrieb")
    held = ready.run("plan").stdout
    assert "no active user of `crm` has the profile `Sales`" in held
    assert "delete" not in held


def test_whom_the_crm_does_not_know_waits_and_is_named(ready: Project, sandbox: Sandbox) -> None:
    """An unknown address and one of an inactive user wait, visibly; the others get their role."""
    ready.rules(rules(named(ANNA, "nobody@example.com", "marek.nowak@rheinbruecke.example")))
    done = ready.run("apply", "--yes", code=7)
    assert "`crm` has no user with this address" in done.stdout
    assert "nobody@example.com" in done.stdout
    assert "this user is not active in `crm`" in done.stdout
    assert members(sandbox)[ANNA]["user_role"] == ROLE
    assert "2 questions of access" in ready.run("review", "list").stdout
    assert "waits" in ready.run("access", "list").stdout


def test_a_role_that_nobody_has_waits_until_somebody_has_it(project: Project, sandbox: Sandbox) -> None:
    """Its id cannot be found: the hold says what to do, and which roles are in use; then all goes on."""
    staff(sandbox, "Anna Berg")
    for system in ("crm", "books"):
        project.run("schema", "pull", system)
    project.rules(rules(named(ANNA)))
    done = project.run("apply", "--yes")
    assert "give one user this role in `books` by hand" in done.stdout
    assert ANNA not in members(sandbox)
    whole = json.loads(project.run("plan", "--format", "json").stdout)
    assert "roles in use: `admin`, `staff`" in json.dumps(whole)
    person_invites(sandbox, "Cleo", "cleo@example.com")
    project.run("apply", "--yes")
    assert members(sandbox)[ANNA]["user_role"] == ROLE


def test_more_than_a_thousand_are_refused_before_any_write(ready: Project, sandbox: Sandbox) -> None:
    """A profile that 1001 active users have is a mistake: nothing at all is written."""
    sandbox.control(
        "crm/users",
        {"users": [{"first_name": f"U{n}", "last_name": "Many", "profile": "Crowd"} for n in range(1001)]},
    )
    sandbox.crm.post("/Products", json={"data": [{"Product_Name": "Pump"}]})
    ready.rules(rules('profile "Crowd"'))
    before = sandbox.last()
    done = ready.run("apply", "--yes", code=3)
    assert "SD850" in done.stderr
    assert "1,001 users" in done.stderr
    assert sandbox.writes(before) == []


def test_an_invitation_without_an_answer_is_looked_up_and_not_sent_again(ready: Project, sandbox: Sandbox) -> None:
    """The lost answer leaves one user, which the next run knows as its own: named no more, it is removed."""
    ready.rules(rules(named(ANNA)))
    sandbox.control("faults", {"kind": "drop_response", "method": "POST", "path": "/users$", "count": 1})
    ready.run("apply", "--yes", code=7)
    before = sandbox.last()
    done = ready.run("apply", "--yes")
    assert "it had arrived" in done.stdout
    assert sandbox.writes(before) == []
    assert [address for address in members(sandbox) if address == ANNA] == [ANNA]
    quiet(ready, sandbox)
    ready.rules(rules(None))
    ready.run("apply", "--yes")
    assert ANNA not in members(sandbox)


def test_another_role_is_changed_in_sight_and_the_indispensable_keep_theirs(ready: Project, sandbox: Sandbox) -> None:
    """A member of the staff is updated and never removed; the user that syncdsl works as keeps its role."""
    jonas, petra = "jonas.lindqvist@rheinbruecke.example", "petra.hofer@rheinbruecke.example"
    ready.rules(rules(named(jonas, petra)))
    effects = {effect["kind"]: effect for effect in ready.plan()["effects"]}
    assert set(effects) == {"update", "hold"}
    assert [(item["field"], item["old"], item["new"]) for item in effects["update"]["fields"]] == [
        ("user_role", "staff", ROLE)
    ]
    assert "syncdsl itself works as this user" in effects["hold"]["reason"]
    ready.run("apply", "--yes", code=7)
    held = members(sandbox)
    assert (held[jonas]["user_role"], held[petra]["user_role"]) == (ROLE, "admin")
    ready.rules(rules(None))
    ready.run("apply", "--yes")
    assert members(sandbox)[jonas]["user_role"] == ROLE


def test_who_was_made_inactive_is_switched_on_again(ready: Project, sandbox: Sandbox) -> None:
    """The rule says who has the role: an inactive user is active again, by one call."""
    ready.rules(rules(named(ANNA)))
    ready.run("apply", "--yes")
    assert sandbox.books.post(f"/users/{members(sandbox)[ANNA]['user_id']}/inactive").is_success
    before = sandbox.last()
    ready.run("apply", "--yes")
    assert [entry["path"].rsplit("/", 1)[1] for entry in sandbox.writes(before)] == ["active"]
    assert members(sandbox)[ANNA]["status"] == "active"
    quiet(ready, sandbox)
