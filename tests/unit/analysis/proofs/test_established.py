"""`where` on the side that is written: what the map makes satisfies it, or a record shows that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

OUT = "crm.Accounts -> books.customers"
NAME = "Account_Name -> contact_name"
KIND = """table kind:
    "Customer" -> "business"
    "Press" -> "individual"

"""


@pytest.mark.parametrize(
    ("where", "source", "line", "shown"),
    [
        ("email is not empty", None, "Fax -> email", "made from a record with Fax empty it would have email empty"),
        ("email is not empty", "Fax is not empty", "Fax -> email", None),
        ("email is not empty", None, 'Fax ?? "a@b.c" -> email', None),
        ("email is not empty", "Fax is not empty", "Phone ?? Fax -> email", None),
        ('notes == "large"', "Employees > 9", 'if Employees > 5 then "large" else "small" -> notes', None),
        (
            'notes == "large"',
            "Employees > 3",
            'if Employees > 5 then "large" else "small" -> notes',
            'with Employees = 4 it would have notes = "small"',
        ),
        ('notes == "x"', None, "", "a new record would have notes empty; add a line to the map"),
        ("notes is empty or phone is empty", None, "Description -> notes", None),
        ("contact_name is not empty", None, "", None),  # it is required: a record without waits
        ('status == "active"', None, "", None),  # the system sets it
        ('starts_with(notes, "x")', None, '"x{Description}" -> notes', None),  # a calculation nobody looks into
    ],
)
def test_established(
    where: str, source: str | None, line: str, shown: str | None, prove: Prove, module: Module
) -> None:
    """The condition holds for every record made from one in scope, or the one it fails for is shown."""
    clauses = [f"where books: {where}", *([f"where crm: {source}"] if source else [])]
    found = prove(module("one", OUT, *clauses, lines=(NAME, *([line] if line else []))))
    assert [item.code for item in found] == (["SD401"] if shown else [])
    assert all(shown is not None and shown in item.help for item in found)


def test_through_a_table(prove: Prove, module: Module) -> None:
    """A table is read row by row: the source has to keep out what it answers otherwise."""
    line = "kind(Account_Type) -> customer_sub_type"
    business = 'where books: customer_sub_type == "business"'
    (found,) = prove(KIND + module("one", OUT, business, lines=(NAME, line)))
    assert found.code == "SD401"
    assert 'Account_Type = "Press" it would have customer_sub_type = "individual"' in found.help
    kept = 'where crm: Account_Type != "Press"'
    assert prove(KIND + module("one", OUT, business, kept, lines=(NAME, line))) == []
