from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.onboarding import SigningIn, Use
from syncdsl.adapters.registry import load_adapter
from syncdsl.project.needs import adapters_of, compile_rules, needed
from syncdsl.project.template import create_project
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "language 1\nconnection crm: zoho_crm\nconnection books: zoho_books\n"
ONE_WAY = """\
module vendors: crm.Vendors -> books.vendors
    dedupe: Vendor_Name == contact_name
    on duplicate: skip
    map:
        Vendor_Name -> contact_name
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a project as `init` makes it."""
    create_project(tmp_path / "shop")
    return Workspace(tmp_path / "shop")


def names(workspace: Workspace, connection: str, adapter: str) -> list[str]:
    """Return the scopes that the rules need of a connection."""
    found = load_adapter(adapter)
    assert isinstance(found, SigningIn)
    needs = needed(compile_rules(workspace), connection).needs
    return [scope.name for scope in found.sign_in.scopes(needs) if not scope.optional]


def test_what_a_plan_reads_and_writes(workspace: Workspace) -> None:
    """Each module is needed for what the plan does with it, and for nothing else."""
    compiled = compile_rules(workspace)
    crm, books = needed(compiled, "crm"), needed(compiled, "books")
    assert crm.exact
    assert crm.needs.currencies
    assert crm.needs.modules == {"Accounts": Use(creates=True, updates=True), "Deals": Use(), "users": Use()}
    assert crm.needs.written == ("Accounts",)
    assert books.needs.modules["invoices"] == Use(creates=True, acts=True)
    assert books.needs.written == ("customers", "invoices")


def test_the_fewest_scopes_of_the_crm(workspace: Workspace) -> None:
    """No scope covers a module that the rules leave alone, and none allows more than they do."""
    scopes = names(workspace, "crm", "zoho_crm")
    assert [name for name in scopes if "modules." in name and "settings" not in name] == [
        "ZohoCRM.modules.accounts.READ",
        "ZohoCRM.modules.accounts.CREATE",
        "ZohoCRM.modules.accounts.UPDATE",
        "ZohoCRM.modules.deals.READ",
    ]
    assert not [name for name in scopes if name.endswith(("ALL", "DELETE"))]
    assert "ZohoCRM.org.READ" in scopes
    assert not [name for name in scopes if "notifications" in name]


def test_one_way_needs_no_create_on_the_other_side(workspace: Workspace) -> None:
    """Where records are only read nothing is written, not even a key, and no currency travels."""
    rules = workspace.folder / "rules" / "customers.sync"
    rules.write_text(HEAD + ONE_WAY, encoding="utf-8")
    compiled = compile_rules(workspace)
    assert needed(compiled, "crm").needs.modules["Vendors"] == Use()
    assert needed(compiled, "crm").needs.written == ()
    assert needed(compiled, "books").needs.modules["vendors"] == Use(creates=True, updates=True)
    assert not needed(compiled, "crm").needs.currencies
    written = [name for name in names(workspace, "crm", "zoho_crm") if not name.endswith("READ")]
    assert written == []
    assert names(workspace, "books", "zoho_books") == [
        "ZohoBooks.contacts.READ",
        "ZohoBooks.contacts.CREATE",
        "ZohoBooks.contacts.UPDATE",
        "ZohoBooks.settings.READ",
    ]


def test_rules_without_schemas_are_taken_by_their_names(workspace: Workspace) -> None:
    """Before the first sign-in there is no snapshot: modules are needed for what the statements do that name them."""
    (workspace.folder / "schema" / "crm.json").unlink()
    found = needed(compile_rules(workspace), "crm")
    assert not found.exact
    assert "crm.json" in found.why
    assert found.needs.modules == {"Accounts": Use(creates=True, updates=True), "Deals": Use()}
    assert "ZohoCRM.modules.deals.CREATE" not in names(workspace, "crm", "zoho_crm")
    rules = workspace.folder / "rules" / "customers.sync"
    rules.write_text(HEAD + ONE_WAY, encoding="utf-8")
    compiled = compile_rules(workspace)
    assert needed(compiled, "crm").needs.modules == {"Vendors": Use()}
    assert needed(compiled, "books").needs.modules == {"vendors": Use(creates=True, updates=True)}


def test_a_project_without_rules_needs_no_records(workspace: Workspace) -> None:
    """With no rules only what reads the schema is asked for."""
    (workspace.folder / "rules" / "customers.sync").unlink()
    assert needed(compile_rules(workspace), "crm").needs.modules == {}
    assert adapters_of(workspace) == {}
    assert not [name for name in names(workspace, "crm", "zoho_crm") if name.startswith("ZohoCRM.modules.")]
