"""Conditions that decide nothing: never true, always true, or with a part that makes no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

OUT = "crm.Accounts -> books.customers"
NAME = ("Account_Name -> contact_name",)


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("Employees > 5 and Employees < 3", "Employees = 6 meets the first alone"),
        (
            "Employees > 5 and Rating is empty and Employees is empty",
            "`Employees > 5` and `Employees is empty` exclude",
        ),
        ('Account_Type == "Customer" and Account_Type == "Partner"', 'Account_Type = "Customer" meets the first alone'),
        ("Employees > 5 and Employees < 6", "exclude each other"),
        ("Annual_Revenue > 1.00 and Annual_Revenue < 1.01", "exclude each other"),
        ("Phone is empty and Phone is not empty", "exclude each other"),
        ('Account_Type == "Customer" and not Account_Type in ("Customer", "Press")', "exclude each other"),
        ('Owner is empty and Owner.email == "a@b.c"', "exclude each other"),
        ("Employees == 1.5", "no record meets it"),
        ("Employees < empty", "no record meets it"),
        ("Account_Name != Account_Name", "no record meets it"),
        ("not (Employees > 5 or Employees <= 5 or Employees is empty)", "no record meets it"),
    ],
)
def test_never(condition: str, shown: str, prove: Prove, module: Module) -> None:
    """A condition that no record can meet is an error that names the parts that exclude each other."""
    (found,) = prove(module("one", OUT, f"where crm: {condition}", lines=NAME))
    assert (found.code, found.text) == ("SD405", condition)
    assert shown in found.help


@pytest.mark.parametrize(
    "condition",
    [
        "Employees > 5 or Employees < 3",
        "Employees > 5 and Employees <= 6",
        "Annual_Revenue > 1.00 and Annual_Revenue <= 1.01",
        "Exchange_Rate > 1.00 and Exchange_Rate < 1.01",
        'Account_Type != "Customer" and Account_Type != "Partner"',
        "Account_Name != Billing_City",
        "Phone is not empty and Phone == empty",  # nothing but spaces
        'Owner is not empty and Owner.email == "a@b.c"',
        "Annual_Revenue * 2 > 10 and Annual_Revenue < 6",
        'upper(Billing_City) == "BONN" and Billing_City != "Bonn"',
    ],
)
def test_near_misses(condition: str, prove: Prove, module: Module) -> None:
    """A condition that one record meets and another does not is left alone."""
    assert prove(module("one", OUT, f"where crm: {condition}", lines=NAME)) == []


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ('Account_Type != "Customer" or Account_Type != "Partner"', 'it holds even with Account_Type = "Customer"'),
        ("Employees > 5 or Employees <= 5 or Employees is empty", "it holds even with Employees = 4"),
        ("Employees is empty or Employees is not empty", "it holds even with Employees = 1"),
        ('Account_Type not in ("Press") or Account_Type == "Press"', 'even with Account_Type = "Press"'),
        ('Phone != "1" or Phone is not empty', 'even with Phone = "1"'),
        ("id is not empty", "it holds even with id = "),
    ],
)
def test_always(condition: str, shown: str, prove: Prove, module: Module) -> None:
    """A condition that every record meets is a warning that shows a record one would not expect."""
    (found,) = prove(module("one", OUT, f"where crm: {condition}", lines=NAME))
    assert (found.code, found.text) == ("SD406", condition)
    assert shown in found.help


def test_every_choice_is_not_always(prove: Prove, module: Module) -> None:
    """A list of all choices leaves out the records without one."""
    every = 'Rating in ("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down")'
    assert prove(module("one", OUT, f"where crm: {every}", lines=NAME)) == []
    (found,) = prove(module("one", OUT, f"where crm: {every} or Rating is empty", lines=NAME))
    assert found.code == "SD406"


def test_parts(prove: Prove, module: Module) -> None:
    """A part that is never or always true is pointed at, inside a condition that is neither."""
    never = 'Rating == "Active" or (Employees > 5 and Employees < 3)'
    (found,) = prove(module("one", OUT, f"where crm: {never}", lines=NAME))
    assert (found.code, found.text) == ("SD407", "Employees > 5 and Employees < 3")
    always = 'Rating == "Active" and not (Employees < 5 and (Fax is empty or Fax is not empty))'
    (found,) = prove(module("one", OUT, f"where crm: {always}", lines=NAME))
    assert (found.code, found.text) == ("SD407", "Fax is empty or Fax is not empty")


def test_implied_parts_are_notes(prove: Prove, module: Module) -> None:
    """A part that follows from the rest is a note, one for each that can be left out."""
    text = module("one", OUT, "where crm: Employees is not empty and Employees > 3 and Employees > 2", lines=NAME)
    assert prove(text) == []
    found = prove(text, notes=True)
    assert [(item.code, item.text) for item in found] == [
        ("SD417", "Employees is not empty"),
        ("SD417", "Employees > 2"),
    ]


def test_either_of_two_equal_parts(prove: Prove, module: Module) -> None:
    """Of two parts that say the same, one is enough and one is noted."""
    found = prove(module("one", OUT, "where crm: Fax is empty or not Fax is not empty", lines=NAME), notes=True)
    assert [(item.code, item.text) for item in found] == [("SD417", "not Fax is not empty")]


def test_in_a_map(prove: Prove, module: Module) -> None:
    """The condition of an `if` in a map is judged like any other."""
    line = 'if Employees > 5 and Employees < 3 then "a" else if Fax is empty then "b" else "c" -> notes'
    (found,) = prove(module("one", OUT, lines=(*NAME, line)))
    assert (found.code, found.text) == ("SD405", "Employees > 5 and Employees < 3")


def test_triggers_know_the_scope(prove: Prove, deal: str) -> None:
    """A `when` that the record's `where` leaves out can never be true; the record is shown."""
    scoped = deal.replace("    stage: Stage\n", "    stage: Stage\n    where: Amount > 100\n")
    (found,) = prove(scoped + "when deal.Amount < 50: create invoice\n")
    assert (found.code, found.text) == ("SD405", "deal.Amount < 50")
    assert "such as deal.Amount = 49" in found.help
    assert prove(scoped + "when deal.Amount < 101: create invoice\n") == []


def test_is_created_is_no_tautology(prove: Prove, deal: str) -> None:
    """`is created` is an edge, so that it is true of every record is no mistake."""
    assert prove(deal + "when deal is created: create invoice\n") == []
