"""First contact over HTTP: duplicates, native links taken over, views, merged accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

RULES = """\
language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    {clause}
    dedupe: Account_Name == contact_name
    on duplicate: {duplicate}
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Account_Type <- "Customer"

guard: creates <= 500, updates <= 100 %
"""


def rules(duplicate: str = "overwrite in books", clause: str = "# everything") -> str:
    return RULES.format(duplicate=duplicate, clause=clause)


def contact(sandbox: Sandbox, **fields: Any) -> str:
    """Create a customer in Books as a person would, and return its id."""
    answer = sandbox.books.post("/contacts", json=fields)
    assert answer.is_success, answer.text
    return str(answer.json()["contact"]["contact_id"])


def phones(sandbox: Sandbox) -> dict[str, str]:
    return {customer["contact_name"]: customer["phone"] for customer in sandbox.customers()}


@pytest.mark.parametrize(
    ("duplicate", "expected"),
    [
        ("overwrite in books", {"Acme": "+49 30 1"}),
        ("clone in books", {"Acme": "+49 30 2", "Acme 2": "+49 30 1"}),
        ("skip", {"Acme": "+49 30 2"}),
    ],
)
def test_a_duplicate_of_the_books(project: Project, sandbox: Sandbox, duplicate: str, expected: dict[str, str]) -> None:
    """One name on both sides, with different telephones: what the rule says becomes of it, once."""
    project.rules(rules(duplicate))
    sandbox.account(Account_Name="Acme", Phone="+49 30 1", Account_Type="Customer")
    contact(sandbox, contact_name="Acme", phone="+49 30 2")
    project.run("apply", "--yes")
    assert phones(sandbox) == expected
    assert project.kinds() == []


def test_links_of_the_native_integration_are_taken_over(project: Project, sandbox: Sandbox) -> None:
    """A customer that names its account is its partner, whatever both are called."""
    project.rules(rules(clause="adopt: id == zcrm_account_id"))
    account = sandbox.account(Account_Name="Acme Limited", Phone="+49 30 1", Account_Type="Customer")
    imported = sandbox.books.post(f"/crm/account/{account}/import")
    assert imported.is_success, imported.text
    (customer,) = sandbox.customers()
    renamed = sandbox.books.put(f"/contacts/{customer['contact_id']}", json={"contact_name": "Acme Ltd"})
    assert renamed.is_success, renamed.text
    assert "create" not in project.kinds()
    project.run("apply", "--yes", code=None)
    assert len(sandbox.customers()) == 1
    assert len(sandbox.crm.get("/Accounts?fields=Account_Name").json()["data"]) == 1


def test_a_view_restricts_the_crm(project: Project, sandbox: Sandbox) -> None:
    """Accounts outside the view are not synced; one that leaves it keeps its customer."""
    project.rules(rules(clause='view: "Customers"'))
    inside = sandbox.account(Account_Name="Inside", Account_Type="Customer", Phone="+49 30 1")
    sandbox.account(Account_Name="Outside", Account_Type="Partner")
    project.run("apply", "--yes")
    assert list(phones(sandbox)) == ["Inside"]
    sandbox.control("clock/advance", {"seconds": 10})
    sandbox.change("Accounts", inside, Account_Type="Partner", Phone="+49 30 9")
    sandbox.control("clock/advance", {"seconds": 10})
    project.run("apply", "--yes")
    assert phones(sandbox) == {"Inside": "+49 30 1"}


def test_merged_accounts_keep_one_customer(project: Project, sandbox: Sandbox) -> None:
    """The survivor goes on with the customer of the account that was merged into it; nothing is made twice."""
    project.rules(rules())
    kept, lost = (
        sandbox.account(Account_Name=name, Account_Type="Customer") for name in ("Acme survivor", "Acme merged")
    )
    project.run("apply", "--yes")
    sandbox.control("clock/advance", {"seconds": 10})
    for customer in sandbox.customers():
        if customer["contact_name"] == "Acme survivor":
            assert sandbox.books.delete(f"/contacts/{customer['contact_id']}").is_success
    merged = sandbox.crm.post(f"/Accounts/{kept}/actions/merge", json={"merge": [{"data": [{"id": lost}]}]})
    assert merged.is_success, merged.text
    sandbox.control("clock/advance", {"seconds": 10})
    project.run("sync", "--sweep", code=None)
    project.run("sync", "--sweep", code=None)
    assert len(sandbox.customers()) == 1
