"""Where the proofs stop: what they say of one side they say of the other, and what is not proven they leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove


def codes(prove: Prove, text: str) -> list[str]:
    """Return the codes of errors and warnings."""
    return [item.code for item in prove(text)]


@pytest.mark.parametrize(
    ("where", "found"), [("Amount > 5 and Amount < 3", ["SD405"]), ("Amount > 3 and Amount < 5", [])]
)
def test_the_scope_of_a_record(where: str, found: list[str], prove: Prove, deal: str) -> None:
    """The `where` of a record is judged like that of a module."""
    assert codes(prove, deal.replace("    stage: Stage\n", f"    stage: Stage\n    where: {where}\n", 1)) == found


def test_both_sides_of_a_two_way_module_are_established(prove: Prove, module: Module) -> None:
    """What is created on the left has to satisfy the left condition."""
    lines = ("Vendor_Name <-> contact_name",)
    left = module("suppliers", "crm.Vendors <-> books.vendors", "where crm: City is not empty", lines=lines)
    right = module("suppliers", "crm.Vendors <-> books.vendors", "where books: notes is not empty", lines=lines)
    assert codes(prove, left) == ["SD401"]
    assert codes(prove, right) == ["SD401"]


def test_a_partner_is_known_by_the_run_alone(prove: Prove, module: Module) -> None:
    """Whether a reference has a partner no rule says."""
    text = module("accounts", "crm.Accounts <-> books.customers", lines=("Account_Name <-> contact_name",))
    for where in ("Account_Name is empty", "Account_Name is not empty"):
        lines = ("Deal_Name <- invoice_number", 'Stage <- "Qualification"', "Account_Name <- customer_id")
        deals = module("deals", "crm.Deals <- books.invoices", f"where crm: {where}", lines=lines)
        assert codes(prove, text + deals) == []


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("Phone == phone, then Phone == mobile", []),
        ("Phone == phone, then Fax == phone", []),
        ("Phone == phone, then Phone == phone", ["SD414"]),
    ],
)
def test_keys_differ_on_either_side(keys: str, found: list[str], prove: Prove, module: Module) -> None:
    """A key is another one when it compares another field of either side."""
    header = "crm.Accounts -> books.customers"
    assert codes(prove, module("accounts", header, f"dedupe: {keys}", lines=("Account_Name -> contact_name",))) == found


def round_trip(module: Module, *first: str, second: tuple[str, ...] = ()) -> str:
    """Return two modules that hand a telephone number round, with clauses of each."""
    lines = ("Account_Name -> contact_name", "Phone -> phone")
    text = module("out", "crm.Accounts -> books.customers", *first, lines=lines)
    back = ("Account_Name <- contact_name", "Phone <- phone", 'Account_Type <- "Other"')
    return text + module("back", "crm.Accounts <- books.customers", *second, lines=back)


def test_a_loop_needs_a_record_that_goes_round(prove: Prove, module: Module) -> None:
    """What a view lets through is not known, so that nothing shows that a record comes back to it."""
    other = 'where crm: Account_Type == "Other"'
    assert codes(prove, round_trip(module)) == ["SD411"]
    assert codes(prove, round_trip(module, 'view: "Customers"')) == ["SD411"]
    assert codes(prove, round_trip(module, 'view: "Customers"', second=(other,))) == []
    assert codes(prove, round_trip(module, 'where crm: Account_Type == "Customer"', second=(other,))) == []


def test_modules_that_write_one_module_to_the_left(prove: Prove, module: Module) -> None:
    """Two-way modules meet on the left as well as on the right."""
    lines = ("Vendor_Name <-> contact_name",)
    text = module("suppliers", "crm.Vendors <-> books.vendors", lines=lines)
    text += module("others", "crm.Vendors <-> books.customers", lines=lines)
    assert codes(prove, text) == ["SD404"]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ('starts_with(notes, "a")', 'starts_with(notes, "b")', []),
        ('starts_with(notes, "a")', 'starts_with(notes, "ab")', ["SD404"]),
        ("notes is empty", "notes is not empty", []),
    ],
)
def test_nothing_shows_that_they_meet(first: str, second: str, found: list[str], prove: Prove, module: Module) -> None:
    """Without a record that is in both scopes nothing is said."""
    text = ""
    for name, source, where in (("a", "Accounts", first), ("b", "Vendors", second)):
        label = "Account_Name" if source == "Accounts" else "Vendor_Name"
        lines = (f"{label} -> contact_name", "Description -> notes")
        text += module(name, f"crm.{source} -> books.customers", f"where books: {where}", lines=lines)
    assert [code for code in codes(prove, text) if code != "SD401"] == found


@pytest.mark.parametrize(("modifier", "found"), [("", ["SD410"]), (", when empty", ["SD404"])])
def test_a_field_that_is_filled_once(modifier: str, found: list[str], prove: Prove, module: Module) -> None:
    """Two values for one field are told of lines that write it again and again."""
    text = ""
    for name in ("a", "b"):
        lines = ("Account_Name -> contact_name", f'"{name}" -> notes{modifier}')
        text += module(name, "crm.Accounts -> books.customers", lines=lines)
    assert codes(prove, text) == found


def test_a_document_that_feeds_itself_is_said_once(prove: Prove, deal: str) -> None:
    """What one statement does to itself is no loop between statements."""
    lines = "        deal.Description -> notes\n        deal.Description <- notes\n        line:\n"
    text = deal.replace("        line:\n", lines, 1) + "when deal.stage == won: create invoice\n"
    assert codes(prove, text) == ["SD412"]
