"""`syncdsl verify` over HTTP: what it says of both systems, how it ends, and that it writes nothing."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

from jsonschema import validate
from tests.acceptance.test_cycle import seed

from syncdsl.render.verify_json import verification_schema
from syncdsl.state import open_state

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox


def report(project: Project, *options: str, code: int) -> dict[str, Any]:
    """Verify and return the JSON, which is of its published form."""
    data: dict[str, Any] = json.loads(project.run("verify", "--format", "json", *options, code=code).stdout)
    validate(data, verification_schema())
    return data


def test_verify_after_a_sync_and_after_edits(project: Project, sandbox: Sandbox) -> None:
    """Nothing synced is all missing; a sync agrees in everything; an edit in either system is a difference."""
    ids = seed(sandbox)
    first = report(project, code=2)
    (module,) = first["verification"]["modules"]
    assert (module["linked"], module["missing_right"], module["missing_left"]) == (0, 3, 1)
    project.run("apply", "--yes")
    before, state = sandbox.last(), project.state.read_bytes()
    quiet = report(project, code=0)
    assert quiet["summary"]["in_sync"] is True
    assert quiet["summary"]["percent"] == "100"
    assert quiet["summary"]["compared"] > 0
    assert "In sync" in project.run("verify").stdout
    acme = next(item for item in sandbox.customers() if item["contact_name"] == "Acme GmbH")
    sandbox.books.put(f"/contacts/{acme['contact_id']}", json={"phone": "+49 30 555"})
    sandbox.change("Accounts", ids["umlaut"], Website="https://soehne.example")
    sandbox.account(Account_Name="Newcomer")
    mine = sandbox.last()
    found = report(project, code=2)
    differences = {(item["field"], item["kind"], item["changed"]) for item in found["verification"]["differences"]}
    assert differences == {("phone", "pending", "right"), ("website", "pending", "left")}
    assert [item["record"]["label"] for item in found["verification"]["missing"]] == ["Newcomer"]
    shown = project.run("verify", code=2)
    assert "Not in sync" in shown.stdout
    assert "+4930555" in shown.stdout
    assert "rules/customers.sync:" in shown.stdout
    assert sandbox.writes(mine) == []
    assert before < mine
    assert project.state.read_bytes() == state
    project.run("apply", "--yes")
    report(project, code=0)


def test_verify_with_a_state_on_a_server(project: Project, sandbox: Sandbox, postgres_url: str) -> None:
    """With its state on PostgreSQL a verification finds the same as with the same state in a file, and writes nothing.

    What is pending, what is held and what is missing are told apart there as well.
    """
    settings = project.folder / "syncdsl.toml"
    in_file = settings.read_text(encoding="utf-8")
    url = f'state = "{postgres_url}"'
    settings.write_text(re.sub(r"state = .*", lambda _: url, in_file, count=1), encoding="utf-8")
    ids = seed(sandbox)
    project.run("apply", "--yes")
    assert not project.state.exists()
    assert report(project, code=0)["summary"]["in_sync"] is True
    acme = next(item for item in sandbox.customers() if item["contact_name"] == "Acme GmbH")
    sandbox.books.put(f"/contacts/{acme['contact_id']}", json={"phone": "+49 30 555"})
    sandbox.change("Accounts", ids["acme"], Phone="+49 30 777")
    project.run("apply", "--yes", code=None)
    sandbox.change("Accounts", ids["umlaut"], Website="https://soehne.example")
    sandbox.account(Account_Name="Newcomer")
    before = digest(project, postgres_url)
    found = without_ages(report(project, code=2))
    differences = {(item["field"], item["kind"]) for item in found["verification"]["differences"]}
    assert differences == {("phone", "held"), ("website", "pending")}
    assert [item["record"]["label"] for item in found["verification"]["missing"]] == ["Newcomer"]
    assert without_ages(report(project, "--files", code=2)) == found
    assert digest(project, postgres_url) == before
    project.run("state", "backup", "copy.db")
    settings.write_text(in_file, encoding="utf-8")
    project.run("state", "restore", "copy.db", "--yes")
    assert without_ages(report(project, code=2)) == found


def without_ages(data: Any) -> Any:
    """Return what was found without how long it has been so."""
    if isinstance(data, dict):
        return {name: without_ages(item) for name, item in data.items() if not name.endswith("lag_seconds")}
    return [without_ages(item) for item in data] if isinstance(data, list) else data


def digest(project: Project, url: str) -> str:
    """Return the digest of everything that a state holds."""
    with closing(open_state(url, base=project.folder, read_only=True)) as state:
        return state.digest()


def test_verify_a_seeded_organisation(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """A few hundred believable records agree after their sync, but for what is held and what one-way lines leave."""
    sandbox = start_sandbox(records=60)
    project = make_project(sandbox)
    project.run("apply", "--yes", code=None)
    project.run("apply", "--yes", code=None)
    changes = project.plan()
    waiting = {effect["record"]["id"] for effect in changes["effects"] if effect["kind"] == "hold"}
    found = report(project, "--limit", "1000", code=7 if waiting else 0)
    assert {item["record"]["id"] for item in found["verification"]["missing"]} <= waiting | {
        item["id"] for effect in changes["effects"] if effect["kind"] == "hold" for item in effect["candidates"]
    }
    assert [item for item in found["verification"]["differences"] if item["kind"] == "drift"] == []
    (module,) = found["verification"]["modules"]
    assert module["linked"] > 20


NESTED = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    where books: customer_sub_type == "business"
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: crm
    map:
        Account_Name <-> contact_name
        "business" -> customer_sub_type
        Currency <-> currency_id.currency_code, when empty
    with contacts: crm.Contacts -> books.contact_persons
        parent: Account_Name
        dedupe: Email == email
        map:
            First_Name ?? Last_Name -> first_name
            Last_Name -> last_name
            Email -> email

guard: creates <= 500, updates <= 100 %
"""


def test_verify_contacts_below_their_accounts(project: Project, sandbox: Sandbox) -> None:
    """Contact persons are compared with contacts, and a contact without one is missing; lookups are looked up."""
    project.rules(NESTED)
    acme = sandbox.account(Account_Name="Acme GmbH")
    body = {"First_Name": "Ada", "Last_Name": "Lovelace", "Email": "ada@acme.example", "Account_Name": {"id": acme}}
    answer = sandbox.crm.post("/Contacts", json={"data": [body]})
    ada = answer.json()["data"][0]["details"]["id"]
    assert {item["missing_right"] for item in report(project, code=2)["verification"]["modules"]} == {1}
    project.run("apply", "--yes")
    quiet = report(project, code=0)
    assert [(item["name"], item["linked"]) for item in quiet["verification"]["modules"]] == [
        ("customers", 1),
        ("customers.contacts", 1),
    ]
    sandbox.change("Contacts", ada, Last_Name="King")
    (difference,) = report(project, code=2)["verification"]["differences"]
    assert (difference["rule"], difference["field"], difference["kind"]) == (
        "customers.contacts",
        "last_name",
        "pending",
    )
    assert (difference["left_value"], difference["right_value"]) == ("King", "Lovelace")


def test_a_wrong_module_and_a_missing_project_are_explained(project: Project) -> None:
    """Mistakes in the call end with what to do."""
    done = project.run("verify", "--module", "nobody", code=3)
    assert "SD841" in done.stderr
    assert "`customers`" in done.stderr
