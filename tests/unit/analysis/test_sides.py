"""Modules: which side a clause is about, and what both sides of a two-way module have to allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.plan import Plan

HEAD = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
VENDORS = "module suppliers: crm.Vendors {arrow} books.vendors\n{clauses}    map:\n        {line}\n"


def errors(analysed: Analyse, text: str) -> list[tuple[str, int]]:
    """Return code and line of errors, the first line after the head being 1."""
    found = analysed(HEAD + text).diagnostics
    return [(item.code.id, item.span.line - HEAD.count("\n")) for item in found if item.level is Severity.ERROR]


def plan_of(analysed: Analyse, text: str) -> Plan:
    """Compile rules without an error."""
    assert errors(analysed, text) == []
    plan = analysed(HEAD + text).plan
    assert plan is not None
    return plan


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ("    adopt: Email == email\n", []),
        ("    adopt: Email == email\n    adopt: Phone == phone\n", [("SD311", 3)]),
        ("    dedupe: Email == email\n    dedupe: Phone == phone\n", [("SD311", 3)]),
        ("    on conflict: newest\n    on conflict: review\n", [("SD311", 3)]),
        ("    on duplicate: skip\n    on duplicate: skip\n", [("SD311", 3)]),
        ("    where crm: City is empty\n    where books: notes is empty\n", []),
        ("    where crm: City is empty\n    where crm: City is empty\n", [("SD311", 3)]),
        ("    on delete in crm: keep\n    on delete in books: keep\n", []),
        ("    on delete in crm: keep\n    on delete in crm: keep\n", [("SD311", 3)]),
        ("    dedupe: Owner == currency_id\n", [("SD308", 2)]),
        ("    adopt: Owner == currency_id\n", [("SD308", 2)]),
        ("    dedupe: Owner.full_name == currency_id.currency_code\n", []),
    ],
)
def test_clauses(clauses: str, found: list[tuple[str, int]], analysed: Analyse) -> None:
    """A clause stands once for what it is about, and a key compares values, not records."""
    text = VENDORS.format(arrow="<->", clauses=clauses, line="Vendor_Name <-> contact_name")
    assert errors(analysed, text) == found


@pytest.mark.parametrize(
    ("arrow", "line", "found"),
    [
        ("<->", "Vendor_Name <-> contact_name", []),
        ("<->", "Vendor_Name <- contact_name", [("SD306", 1)]),
        ("<->", "Vendor_Name -> contact_name", [("SD306", 1)]),
        ("->", "Vendor_Name -> contact_name", []),
        ("<-", "Vendor_Name <- contact_name", []),
    ],
)
def test_what_each_side_requires(arrow: str, line: str, found: list[tuple[str, int]], analysed: Analyse) -> None:
    """A two-way module writes the required fields of both sides, another one those of the side it writes."""
    assert errors(analysed, VENDORS.format(arrow=arrow, clauses="", line=line)) == found


@pytest.mark.parametrize(("arrow", "found"), [("<->", [("SD313", 1)]), ("->", [("SD313", 1)]), ("<-", [])])
def test_what_is_written_can_be_created(arrow: str, found: list[tuple[str, int]], analysed: Analyse) -> None:
    """A module that can only be read stands where the arrow comes from."""
    text = f"module a: crm.Accounts {arrow} books.taxes\n    map:\n        Account_Name <- tax_name\n"
    assert errors(analysed, text) == found


def test_in_one_system_the_written_side_is_meant(analysed: Analyse) -> None:
    """Between two modules of one system a `where` is about the right one, which is where things are made."""
    text = "module copies: crm.Accounts -> crm.Vendors\n    where crm: Vendor_Name is not empty\n"
    text += "    map:\n        Account_Name -> Vendor_Name\n"
    pair = plan_of(analysed, text).pairs["copies"]
    assert pair.left.where is None
    assert pair.right.where is not None


def test_a_view_is_of_the_side_that_has_views(analysed: Analyse) -> None:
    """Whichever side of the header the CRM stands on."""
    text = 'module turned: books.vendors -> crm.Vendors\n    view: "All Vendors"\n'
    text += "    map:\n        contact_name -> Vendor_Name\n"
    pair = plan_of(analysed, text).pairs["turned"]
    assert (pair.left.view, pair.right.view) == (None, "All Vendors")
    text = VENDORS.format(arrow="->", clauses='    view: "All Vendors"\n', line="Vendor_Name -> contact_name")
    pair = plan_of(analysed, text).pairs["suppliers"]
    assert (pair.left.view, pair.right.view) == ("All Vendors", None)
