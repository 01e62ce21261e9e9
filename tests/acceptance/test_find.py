"""`syncdsl find` over HTTP: a record by a part of its name, and what the rules make of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jsonschema import validate
from tests.unit.cli.dialogue import talk

from syncdsl.render.find_json import search_schema

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts -> books.customers
    where books: customer_sub_type == "business"
    dedupe: Account_Name == contact_name
    on duplicate: overwrite
    map:
        Account_Name -> contact_name
        "business" -> customer_sub_type

module individuals: crm.Contacts -> books.customers
    where crm: Account_Name is empty
    where books: customer_sub_type == "individual"
    dedupe: Email == email
    on duplicate: skip
    map:
        Full_Name -> contact_name
        "individual" -> customer_sub_type
        Email -> email

guard: creates <= 500, updates <= 100 %
"""


def contact(sandbox: Sandbox, **fields: Any) -> str:
    """Create a contact in the CRM and return its id."""
    answer = sandbox.crm.post("/Contacts", json={"data": [fields]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"][0]["details"]["id"])


def search(project: Project, text: str, *, code: int = 0) -> dict[str, Any]:
    """Search and return the JSON, which is of its published form."""
    data: dict[str, Any] = json.loads(project.run("find", text, "--format", "json", code=code).stdout)
    validate(data, search_schema())
    found: dict[str, Any] = data["search"]
    return found


def test_an_account_is_found_with_its_contacts(project: Project, sandbox: Sandbox) -> None:
    """An account by a part of its name, linked or not, with all its contacts; a contact by first and last name."""
    project.rules(RULES)
    acme = sandbox.account(Account_Name="Acme GmbH")
    project.run("apply", "--yes")
    sandbox.account(Account_Name="Acme Holding")
    ada = contact(sandbox, First_Name="Ada", Last_Name="Lovelace", Account_Name={"id": acme})
    grace = contact(sandbox, First_Name="Grace", Last_Name="Hopper", Email="grace@example.com")
    before = sandbox.last()
    hits = {hit["record"]["label"]: hit for hit in search(project, "Acme")["hits"]}
    assert set(hits) == {"Acme GmbH", "Acme Holding"}
    assert hits["Acme GmbH"]["standings"][0]["situation"] == "linked"
    assert hits["Acme GmbH"]["standings"][0]["partners"][0]["label"] == "Acme GmbH"
    assert hits["Acme Holding"]["standings"][0]["situation"] == "create"
    (child,) = hits["Acme GmbH"]["children"]
    assert (child["record"]["id"], child["standings"][0]["situation"]) == (ada, "out of scope")
    (hit,) = search(project, "Grace Hopper")["hits"]
    assert (hit["record"]["id"], hit["standings"][0]["situation"]) == (grace, "create")
    shown = project.run("find", "acme").stdout
    assert "Ada Lovelace" in shown
    assert sandbox.writes(before) == []


def test_a_hit_is_pulled_in_alone(project: Project, sandbox: Sandbox) -> None:
    """The named hit, or the only one, is synced at once and nothing else is; the changes are shown."""
    project.rules(RULES)
    acme = sandbox.account(Account_Name="Acme GmbH")
    sandbox.account(Account_Name="Acme Holding")
    several = project.run("find", "Acme", "--yes", code=3)
    assert "2 records were found" in several.stderr
    assert "is none of the records" in project.run("find", "Acme", "--pull", "1", "--yes", code=3).stderr
    assert "--yes" in project.run("find", "Acme", "--pull", acme, code=None).stderr
    shown = project.run("find", "Acme", "--pull", acme, "--yes").stdout
    assert "1 create" in shown
    assert [customer["contact_name"] for customer in sandbox.customers()] == ["Acme GmbH"]
    project.run("find", "Holding", "--yes")
    assert sorted(customer["contact_name"] for customer in sandbox.customers()) == ["Acme GmbH", "Acme Holding"]
    assert project.kinds() == []


def test_at_a_terminal_it_asks_which_hit_to_pull_in(project: Project, sandbox: Sandbox) -> None:
    """Hits are numbered and nothing is pulled in by default; the chosen one is, once its changes are confirmed."""
    project.rules(RULES)
    for name in ("Acme GmbH", "Acme Holding"):
        sandbox.account(Account_Name=name)
    before = sandbox.last()
    code, shown = talk(project.folder, project.environment, "find", "Acme", answers=[("Pull one in", "")])
    assert code == 0, shown
    assert sandbox.writes(before) == []
    answers = [("Pull one in", "2"), ("Apply these", "y")]
    code, shown = talk(project.folder, project.environment, "find", "Acme", answers=answers)
    assert code == 0, shown
    chosen = "Acme Holding" if shown.index("Acme Holding") > shown.index("Acme GmbH") else "Acme GmbH"
    assert [customer["contact_name"] for customer in sandbox.customers()] == [chosen]
    assert "Pull" not in talk(project.folder, project.environment, "find", "Acme", "--no-pull", answers=[])[1]


def test_nothing_found_ends_with_one(project: Project) -> None:
    """An empty result says where it was looked, and tells scripts."""
    project.rules(RULES)
    assert "Nothing found" in project.run("find", "nobody", code=1).stdout
    assert "SD6" in project.run("find", "  ", code=3).stderr
