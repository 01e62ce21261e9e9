"""Two modules that write the same records: their scopes exclude each other, or a record shows that they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Module, Prove

    from syncdsl.schema.snapshot import SchemaSnapshot

OUT, IN, BOTH = (f"crm.Accounts {arrow} books.customers" for arrow in ("->", "<-", "<->"))
PEOPLE = "crm.Contacts -> books.customers"
NAME = ("Account_Name -> contact_name",)
HEADER = "language 1\n\nconnection crm: zoho_crm\nconnection books: zoho_books\n\n"
FULL = ("Full_Name -> contact_name", '"individual" -> customer_sub_type')
BUSINESS = 'where books: customer_sub_type == "business"'
INDIVIDUAL = 'where books: customer_sub_type == "individual"'


def test_one_source(prove: Prove, module: Module) -> None:
    """Two modules with one source and one target overlap where both conditions hold; the record is shown."""
    one = module("one", OUT, 'where crm: Account_Type == "Customer"', lines=NAME)
    other = module("other", OUT, "where crm: Employees > 3", lines=NAME)
    (found,) = prove(one + other)
    assert (found.code, found.text) == ("SD404", "where crm: Employees > 3")
    assert '`crm.Accounts` with Account_Type = "Customer", Employees = 4' in found.help
    assert "let a `where crm: …` of `other` exclude what `one` takes" in found.help


@pytest.mark.parametrize(
    "second",
    [
        'where crm: Account_Type == "Partner"',
        'where crm: Account_Type != "Customer"',
        "where crm: Account_Type is empty",
        'where crm: not (Account_Type == "Customer" or Employees > 3)',
        'where crm: Account_Type in ("Partner", "Press") and Employees > 3',
        'where crm: upper(Account_Type) == "PARTNER"',
        'where crm: (Account_Type ?? "Press") == "Press"',
        'where crm: if Employees > 3 then Account_Type == "Press" else Account_Type == "Partner"',
    ],
)
def test_excluded(second: str, prove: Prove, module: Module) -> None:
    """Conditions on the source that exclude each other keep two modules apart."""
    one = module("one", OUT, 'where crm: Account_Type == "Customer"', lines=NAME)
    assert prove(one + module("other", OUT, second, lines=NAME)) == []


def test_two_sources(prove: Prove, module: Module) -> None:
    """Modules from different sources are told apart on the target alone."""
    one = module("one", OUT, BUSINESS, lines=(*NAME, '"business" -> customer_sub_type'))
    assert prove(one + module("two", PEOPLE, INDIVIDUAL, lines=FULL)) == []
    (found,) = prove(one + module("two", PEOPLE, lines=("Full_Name -> contact_name",)))
    assert (found.code, found.text) == ("SD404", f"module two: {PEOPLE}")
    assert '`books.customers` with customer_sub_type = "business"' in found.help


def test_ranges_meet_in_one_value(prove: Prove, module: Module) -> None:
    """Ranges that share their bound overlap there, and whole numbers leave no room between neighbours."""
    one = module("one", OUT, "where crm: Employees <= 10", lines=NAME)
    (found,) = prove(one + module("two", OUT, "where crm: Employees >= 10", lines=NAME))
    assert "Employees = 10" in found.help
    assert prove(one + module("two", OUT, "where crm: Employees > 10", lines=NAME)) == []
    between = "where crm: Employees > 10 and Employees < 12"
    wide = module("wide", OUT, "where crm: Employees < 11", lines=NAME)
    assert prove(wide + module("two", OUT, between + " and Employees != 11", lines=NAME))[0].code == "SD405"
    assert prove(wide + module("two", OUT, between, lines=NAME)) == []


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (('view: "Customers"',), ('view: "My Accounts"',), None),  # nobody knows
        (('view: "Customers"',), ('view: "Customers"',), "SD404"),
        (('view: "Customers"',), (), "SD404"),  # the other takes every account
        (('view: "Customers"',), ("where crm: Employees > 3",), None),  # the view may leave those out
        (('view: "Customers"', "where crm: Employees > 5"), ("where crm: Employees > 3",), "SD404"),
        (("where crm: Employees > 3",), ('view: "Customers"', "where crm: Employees > 5"), "SD404"),
    ],
)
def test_views(first: tuple[str, ...], second: tuple[str, ...], code: str | None, prove: Prove, module: Module) -> None:
    """What a view lets through is not known: an overlap is said only where the conditions alone decide it."""
    found = prove(module("one", OUT, *first, lines=NAME) + module("two", OUT, *second, lines=NAME))
    assert [item.code for item in found] == ([code] if code else [])


def test_only_what_is_written(prove: Prove, module: Module) -> None:
    """Modules that read the same records and write different ones do not overlap, one store or not."""
    vendors = module("vendors", "crm.Accounts -> books.vendors", lines=NAME)
    assert prove(module("one", OUT, lines=NAME) + vendors) == []


def test_each_module_once(prove: Prove, module: Module) -> None:
    """A module is reported with the first it overlaps with, whatever else it meets."""
    found = prove("".join(module(f"m{number}", BOTH, lines=("Account_Name <-> contact_name",)) for number in range(4)))
    assert [item.code for item in found] == ["SD404"] * 3
    assert all("`m0`" in item.message for item in found)


def test_different_values(prove: Prove, module: Module) -> None:
    """Two modules that write one field of one record differently are shown a record and both values."""
    one = module("one", OUT, 'where crm: Account_Type == "Customer"', lines=(*NAME, "Phone -> phone"))
    other = module("other", OUT, lines=(*NAME, '"none" -> phone'))
    (found,) = prove(one + other)
    assert (found.code, found.text) == ("SD410", '"none" -> phone')
    assert 'Account_Type = "Customer"' in found.help
    assert '`other` "none"' in found.help


@pytest.mark.parametrize("second", ["Phone -> phone", "Phone ?? Phone -> phone", "Phone -> phone, when empty"])
def test_same_values(second: str, prove: Prove, module: Module) -> None:
    """Lines that always write the same value, or only fill, are no conflict; the overlap itself is still one."""
    one, other = (module(name, OUT, lines=(*NAME, line)) for name, line in (("one", "Phone -> phone"), ("two", second)))
    assert [item.code for item in prove(one + other)] == ["SD404"]


def test_an_unread_condition_says_nothing(prove: Prove, module: Module) -> None:
    """A module whose condition is wrong is not compared: the mistake is reported once."""
    one = module("one", OUT, "where crm: Employes > 3", lines=NAME)
    assert [item.code for item in prove(one + module("two", OUT, lines=NAME))] == ["SD203"]


def test_a_condition_that_was_not_read_says_nothing(schemas: dict[str, SchemaSnapshot], module: Module) -> None:
    """A module whose condition breaks off is not compared: what is missing would be taken for no condition at all."""
    text = HEADER + module("one", OUT, "where crm: Account_Type ==", lines=NAME) + module("two", OUT, lines=NAME)
    source = SourceFile("rules.sync", text)
    parsed = parse(source)
    assert parsed.diagnostics
    found = analyse([(source, parsed.program)], schemas).diagnostics
    assert [item.message for item in found if item.level is not Severity.NOTE] == []
