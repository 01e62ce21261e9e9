"""A module that cannot be read, over real HTTP: its pair is held and named, others go on, and later it catches up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
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
        Website <-> website
{lines}
module products: crm.Products <-> books.items
    dedupe: Product_Name == name
    on duplicate: overwrite in books
    on conflict: newest
    on delete in crm: delete
    on delete in books: delete
    map:
        Product_Name <-> name
        Unit_Price <-> rate
        Description <-> description

guard: creates <= 1_000, updates <= 100 %, deletes <= 1_000
"""
CUSTOM = "        Description <-> cf_route\n"
ROUTE = {"entity": "contact", "label": "Route"}


def product(sandbox: Sandbox, **fields: Any) -> str:
    """Create a product in the CRM and return its id."""
    answer = sandbox.crm.post("/Products", json={"data": [fields]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"][0]["details"]["id"])


def items(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return the items of Books by name; no two have the same."""
    rows = sandbox.books.get("/items").json()["items"]
    assert len({row["name"] for row in rows}) == len(rows)
    return {row["name"]: row for row in rows}


def customers(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return the customers by name; no two have the same."""
    rows = sandbox.customers()
    assert len({row["contact_name"] for row in rows}) == len(rows)
    return {row["contact_name"]: row for row in rows}


def accounts(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    """Return the accounts by name."""
    rows = sandbox.crm.get("/Accounts", params={"fields": "Account_Name,Website,Description"}).json()["data"]
    return {row["Account_Name"]: row for row in rows}


def start(project: Project, sandbox: Sandbox) -> tuple[str, str]:
    """Sync an account and two products; return the ids of the account and of the first product."""
    project.rules(RULES.format(lines=""))
    account = sandbox.account(Account_Name="Acme")
    first = product(sandbox, Product_Name="Pump", Unit_Price=5)
    product(sandbox, Product_Name="Hose", Unit_Price=2)
    project.run("apply", "--yes")
    project.run("sync", "--sweep")
    return account, first


def quiet(project: Project, sandbox: Sandbox) -> None:
    """Demand that both sides agree, and that another run has nothing to do."""
    before = sandbox.last()
    project.run("sync", "--sweep")
    assert sandbox.writes(before) == []
    project.run("verify")


def mend(sandbox: Sandbox) -> None:
    """Take all faults back."""
    assert httpx.delete(f"{sandbox.crm_url}/_sandbox/faults").is_success


@pytest.mark.parametrize(
    ("system", "path", "module", "sweep"),
    [("crm", "/Products", "Products", True), ("books", "/items", "items", False)],
)
def test_a_module_that_is_forbidden(
    project: Project, sandbox: Sandbox, system: str, path: str, module: str, *, sweep: bool
) -> None:
    """The preview and the run say which module, why, what is held and what to do; the other pair is synced."""
    account, pump = start(project, sandbox)
    sandbox.change("Products", pump, Unit_Price=6)
    sandbox.books.delete(f"/items/{items(sandbox)['Hose']['item_id']}")
    product(sandbox, Product_Name="Valve", Unit_Price=3)
    sandbox.change("Accounts", account, Website="https://new.example")
    sandbox.control("faults", {"kind": "status", "status": 403, "system": system, "path": path})
    how = ("--sweep",) if sweep else ()
    preview = json.loads(project.run("plan", "--format", "json", *how, code=7).stdout)
    (told,) = preview["changes"]["unreadable"]
    assert (told["connection"], told["module"], told["code"]) == (system, module, "SD703")
    assert told["holds"] == ["products"]
    assert preview["summary"]["unreadable"] == 1
    assert [effect["rule"] for effect in preview["changes"]["effects"]] == ["customers"]
    project.run("plan", "--out", "saved.json", *how, code=7)
    before = sandbox.last()
    done = project.run("apply", "saved.json", *how, code=7)
    for part in (f"{system}.{module} could not be read", "held until it is: `products`", "SD703", "help: "):
        assert part in done.stdout, done.stdout
    assert done.stderr.count("error[") == 0
    written = sandbox.writes(before)
    assert [(entry["system"], entry["method"]) for entry in written] == [("books", "PUT")], written
    assert customers(sandbox)["Acme"]["website"] == "https://new.example"
    again = project.run("sync", *how, code=7)
    assert "could not be read" in again.stdout
    mend(sandbox)
    project.run("sync", code=None)
    project.run("sync", "--sweep", code=None)
    assert {name: float(row["rate"]) for name, row in items(sandbox).items()} == {"Pump": 6.0, "Valve": 3.0}
    quiet(project, sandbox)


def test_what_was_asked_for_ends_with_the_fault(project: Project, sandbox: Sandbox) -> None:
    """A run for the module, or a record of it, says why it cannot; one for another module is as ever."""
    account, pump = start(project, sandbox)
    sandbox.control("faults", {"kind": "status", "status": 403, "system": "books", "path": "/items"})
    for command in (("--module", "products"), (f"crm.Products/{pump}",)):
        assert "SD703" in project.run("sync", *command, code=6).stderr
    project.run("sync", "--module", "customers")
    project.run("sync", f"crm.Accounts/{account}", code=7)
    sandbox.control("faults", {"kind": "status", "status": 403, "system": "crm", "path": "/Accounts"})
    assert project.run("sync", code=6).stderr.count("error[SD703]") == 1


def with_custom_field(project: Project, sandbox: Sandbox) -> str:
    """Sync an account and a product, the account's description with a custom field of Books; return the account."""
    sandbox.control("books/custom-fields", ROUTE)
    project.run("schema", "pull", "books")
    project.rules(RULES.format(lines=CUSTOM))
    account = sandbox.account(Account_Name="Acme", Description="North")
    sandbox.account(Account_Name="Bolt")
    product(sandbox, Product_Name="Pump", Unit_Price=5)
    project.run("apply", "--yes")
    project.run("sync", "--sweep")
    sandbox.control("clock/advance", {"seconds": 300})
    project.run("sync")
    assert customers(sandbox)["Acme"]["cf_route"] == "North"
    return account


def remove(sandbox: Sandbox, name: str) -> None:
    """Take a custom field of contacts away, as a person does in the settings of Books."""
    assert httpx.delete(f"{sandbox.books_url}/_sandbox/books/custom-fields/contact/{name}").is_success


@pytest.mark.parametrize(("name", "sweep"), [("cf_route", True), ("cf_syncdsl_key", False)])
def test_a_custom_field_that_was_removed_empties_nothing(
    project: Project, sandbox: Sandbox, name: str, *, sweep: bool
) -> None:
    """Books leaves it out as if it were empty; it is named, its pair is held, and once it is back all goes on."""
    with_custom_field(project, sandbox)
    acme = customers(sandbox)["Acme"]["contact_id"]
    remove(sandbox, name)
    sandbox.books.put(f"/contacts/{acme}", json={"website": "https://new.example"})
    sandbox.books.post("/contacts", json={"contact_name": "Other", "contact_type": "customer"})
    product(sandbox, Product_Name="Valve", Unit_Price=3)
    how = ("--sweep",) if sweep else ()
    preview = json.loads(project.run("plan", "--format", "json", *how, code=7).stdout)
    (told,) = preview["changes"]["unreadable"]
    assert (told["module"], told["code"], told["holds"]) == ("customers", "SD707", ["customers"])
    assert name in told["message"]
    for _ in range(2):
        done = project.run("sync", *how, code=7)
        assert "SD707" in done.stdout
        assert "schema pull" in done.stdout
    assert accounts(sandbox)["Acme"]["Description"] == "North"
    assert set(accounts(sandbox)) == {"Acme", "Bolt"}
    assert set(items(sandbox)) == {"Pump", "Valve"}
    sandbox.control(
        "books/custom-fields", ROUTE if name == "cf_route" else {**ROUTE, "label": "Syncdsl Key", "unique": True}
    )
    project.run("sync", code=None)
    project.run("sync", code=None)
    assert accounts(sandbox)["Acme"] | {"id": ""} == {
        "id": "",
        "Account_Name": "Acme",
        "Description": "North",
        "Website": "https://new.example",
    }
    assert customers(sandbox)["Acme"]["cf_route"] == "North"
    assert set(accounts(sandbox)) == set(customers(sandbox)) == {"Acme", "Bolt", "Other"}
    quiet(project, sandbox)


def test_our_own_write_after_a_field_was_removed_empties_nothing(project: Project, sandbox: Sandbox) -> None:
    """A record that loses a field in the answer to our write is not taken for emptied by this run or the next one."""
    account = with_custom_field(project, sandbox)
    project.run("plan")
    remove(sandbox, "cf_route")
    sandbox.change("Accounts", account, Website="https://new.example")
    for _ in range(3):
        project.run("sync", code=None)
        assert accounts(sandbox)["Acme"]["Description"] == "North"
    assert "SD707" in project.run("sync", code=7).stdout
    sandbox.control("books/custom-fields", ROUTE)
    project.run("sync", code=None)
    project.run("sync", code=None)
    assert accounts(sandbox)["Acme"]["Description"] == customers(sandbox)["Acme"]["cf_route"] == "North"
    assert customers(sandbox)["Acme"]["website"] == "https://new.example"
    quiet(project, sandbox)


def test_a_quiet_run_asks_for_no_fields(project: Project, sandbox: Sandbox) -> None:
    """The list of fields is read once in a sweep, and else only when a changed record lacks one."""
    account = with_custom_field(project, sandbox)

    def asked(*command: str) -> int:
        sandbox.control("clock/advance", {"seconds": 300})
        before = sandbox.last()
        project.run(*command)
        entries = sandbox.control(f"ledger?after={before}")["entries"]
        return sum(entry["path"].endswith("/settings/fields") for entry in entries)

    assert asked("plan") == 0
    # Customers and items, which both use the key field.
    assert asked("plan", "--sweep") == 2
    sandbox.books.put(f"/contacts/{customers(sandbox)['Acme']['contact_id']}", json={"website": "https://a.example"})
    assert asked("sync") == 0
    sandbox.books.put(f"/contacts/{customers(sandbox)['Bolt']['contact_id']}", json={"website": "https://b.example"})
    assert asked("sync") == 1
    sandbox.change("Accounts", account, Website="https://c.example")
    assert asked("sync") == 0
