"""Checks that need schemas: where they look, and that `check` runs them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.lint.cache import CACHE_VARIABLE
from syncdsl.lint.check import RuleFile
from syncdsl.lint.schema_check import TypedProgram
from syncdsl.lint.schema_engine import lint_schemas
from syncdsl.project.workspace import Workspace
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from syncdsl.schema.snapshot import SchemaSnapshot

SHIPPED = Path(__file__).parents[3] / "rules" / "zoho"
RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts <-> books.customers
    where crm: Account_Name != "a"
    where books: contact_name != "a"
    adopt: id == zcrm_account_id
    dedupe: Account_Name == contact_name and Phone == phone
    map:
        Account_Name <-> contact_name
        Website -> website
        Phone <- phone
        group address:
            Billing_City -> billing_address.city
    with contacts: crm.Contacts -> books.contact_persons
        parent: Account_Name
        dedupe: Email == email
        map:
            First_Name -> first_name

record deal: crm.Deals
    stage: Stage
    where: Deal_Name != "a"

document invoice: books.invoices for deal
    per: deal.Type
    map:
        deal.Account_Name -> customer_id
        deal.Description <- invoice_number
        line:
            deal.Amount -> rate

when deal.stage == won: create invoice
    require: deal.Owner.email is not empty
"""
READ = [
    "crm.Accounts Account_Name",
    "books.customers contact_name",
    "crm.Accounts id",
    "books.customers zcrm_account_id",
    "crm.Accounts Account_Name",
    "books.customers contact_name",
    "crm.Accounts Phone",
    "books.customers phone",
    "crm.Accounts Account_Name",
    "books.customers contact_name",
    "crm.Accounts Website",
    "books.customers phone",
    "crm.Accounts Billing_City",
    "crm.Contacts Email",
    "books.contact_persons email",
    "crm.Contacts First_Name",
    "crm.Deals Deal_Name",
    "crm.Deals Type",
    "crm.Deals Account_Name",
    "books.invoices invoice_number",
    "crm.Deals Amount",
    "crm.Deals Stage",
    "crm.Deals Owner.email",
]


@pytest.fixture(scope="module")
def schemas() -> dict[str, SchemaSnapshot]:
    """Return the shipped snapshots."""
    return {name: read_snapshot(SHIPPED / "schema" / f"{name}.json") for name in ("crm", "books")}


def program(text: str, schemas: dict[str, SchemaSnapshot]) -> TypedProgram:
    """Return rules with their schemas."""
    source = SourceFile("rules.sync", text)
    parsed = parse(source)
    return TypedProgram(
        files=[RuleFile(source=source, program=parsed.program, complete=parsed.complete)], schemas=schemas
    )


def test_every_place_where_rules_read(schemas: dict[str, SchemaSnapshot]) -> None:
    """A check sees each path that is read, and the field it leads to; what is only written is none."""
    paths = program(RULES, schemas).paths()
    assert [
        f"{place.scope.connection}.{place.scope.module} {'.'.join(found.path)}" for place, _, found in paths
    ] == READ


@pytest.mark.parametrize("wrong", ["crm.Accounts", "Account_Name", "deal", "Phone"])
def test_what_leads_nowhere_is_passed_over(schemas: dict[str, SchemaSnapshot], wrong: str) -> None:
    """Unknown names are reported by the analysis; a check sees the other places."""
    broken = RULES.replace(wrong, f"{wrong}_x", 1)
    seen = list(program(broken, schemas).paths())
    assert 0 < len(seen) < len(READ)


def test_a_schema_that_is_missing(schemas: dict[str, SchemaSnapshot]) -> None:
    """Without the snapshot of one side the other is judged."""
    seen = list(program(RULES, {"crm": schemas["crm"]}).paths())
    assert {place.scope.connection for place, _, _ in seen} == {"crm"}


def test_broken_files(schemas: dict[str, SchemaSnapshot]) -> None:
    """Rules cut off anywhere never stop a check."""
    for end in range(0, len(RULES), 7):
        source = SourceFile("rules.sync", RULES[:end])
        lint_schemas([(source, parse(source).program)], schemas)


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ("", [("SD540", Severity.WARNING), ("SD541", Severity.NOTE)]),
        ('SD540 = "error"\nstage-by-name = "off"', [("SD540", Severity.ERROR)]),
    ],
)
def test_check_runs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, levels: str, expected: list[tuple[str, Severity]]
) -> None:
    """`check` reports what they find, with the levels of the project."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "rules").mkdir()
    shutil.copytree(SHIPPED / "schema", tmp_path / "schema")
    settings = (SHIPPED / "template" / "syncdsl.toml").read_text(encoding="utf-8")
    settings = settings.replace("[lint.levels]\n", f"[lint.levels]\n{levels}\n")
    (tmp_path / "syncdsl.toml").write_text(settings, encoding="utf-8")
    text = (SHIPPED / "template" / "customers.sync").read_text(encoding="utf-8")
    text = text.replace("deal.Description ->", '"{deal.Created_Time}" ->').replace("== won", '== "Closed Won"')
    (tmp_path / "rules" / "a.sync").write_text(text, encoding="utf-8")
    found = Workspace(tmp_path).findings().findings
    assert [(item.code.id, item.level) for item in found if item.code.id.startswith("SD5")] == expected
