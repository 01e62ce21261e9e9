"""Values that go round between statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

OUT, BACK = "crm.Accounts -> books.customers", "crm.Accounts <- books.customers"
NAME = ("Account_Name -> contact_name",)
NAME_BACK = ("Account_Name <- company_name",)


def test_there_and_back(prove: Prove, module: Module) -> None:
    """A module that writes what another reads, and reads what it writes, is a loop; the way round is shown."""
    one = module("out", OUT, 'where crm: Account_Type == "Customer"', lines=(*NAME, "Phone -> phone"))
    other = module("back", BACK, "where crm: Employees > 3", lines=(*NAME_BACK, "Phone <- phone", "Employees <- 4"))
    (found,) = prove(one + other)
    assert (found.code, found.text) == ("SD411", "Phone <- phone")
    way = "crm.Accounts.Phone -> books.customers.phone (`module out`) -> crm.Accounts.Phone (`module back`)"
    assert found.message.endswith(way)
    assert '`crm.Accounts` with Account_Type = "Customer", Employees = 4' in found.help


def test_round_through_other_fields(prove: Prove, module: Module) -> None:
    """A loop may pass through several fields before it closes."""
    one = module("out", OUT, lines=(*NAME, "Phone -> phone", "Fax -> mobile"))
    other = module("back", BACK, lines=(*NAME_BACK, "Fax <- phone", "Phone <- mobile"))
    (found,) = prove(one + other)
    assert found.code == "SD411"
    assert found.message.count(" -> ") == 4


def test_no_way_back(prove: Prove, module: Module) -> None:
    """Other fields, other records, or a line that only fills what is empty are no loop."""
    one = module("out", OUT, 'where crm: Account_Type == "Customer"', lines=(*NAME, "Phone -> phone"))
    assert prove(one + module("back", BACK, lines=(*NAME_BACK, "Fax <- phone"))) == []
    assert prove(one + module("back", BACK, lines=(*NAME_BACK, "Phone <- phone, when empty"))) == []
    partner = ('where crm: Account_Type == "Partner"',)
    lines = (*NAME_BACK, "Phone <- phone", 'Account_Type <- "Partner"')
    assert prove(one + module("back", BACK, *partner, lines=lines)) == []


def test_one_line_both_ways(prove: Prove, module: Module) -> None:
    """The two directions of one line know which side changed."""
    lines = ("Account_Name <-> contact_name", "Phone -> phone", "Phone <- phone")
    assert prove(module("both", "crm.Accounts <-> books.customers", lines=lines)) == []


def test_two_sources_of_one_target(prove: Prove, module: Module) -> None:
    """Modules that meet in a target, each with its own records, pass nothing on."""
    companies = module(
        "companies",
        "crm.Accounts <-> books.customers",
        'where books: customer_sub_type == "business"',
        lines=("Account_Name <-> contact_name", "Phone <-> phone", '"business" -> customer_sub_type'),
    )
    people = module(
        "people",
        "crm.Contacts <-> books.customers",
        'where books: customer_sub_type == "individual"',
        lines=(
            "Full_Name -> contact_name",
            "Last_Name <- contact_name",
            "Phone <-> phone",
            '"individual" -> customer_sub_type',
        ),
    )
    assert prove(companies + people) == []
