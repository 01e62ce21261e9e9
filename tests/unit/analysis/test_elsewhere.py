"""Names that are right in other languages, or on the other side: the help says how they are written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.analysis.elsewhere import function_elsewhere
from syncdsl.functions import BUILTINS

if TYPE_CHECKING:
    from typing import Protocol

    from syncdsl.analysis import Analysis

    class Analyse(Protocol):
        """Checks rules against the shipped schemas."""

        def __call__(self, text: str) -> Analysis:
            """Return what the rules come to."""


HEAD = "language 1\nconnection crm: zoho_crm\nconnection books: zoho_books\n"
MODULE = f"""{HEAD}
module customers: crm.Accounts -> books.customers
    where crm: %s
    dedupe: Account_Name == contact_name
    on duplicate: skip
    map:
        Account_Name -> contact_name
        %s
"""
TRUE = "Employees > 3"
PLAIN = "Phone -> phone"
CASES = [
    ("Phone != null", PLAIN, "SD203", "`Phone is not empty`"),
    ("Website == NULL", PLAIN, "SD203", "`Phone is empty`"),
    (TRUE, "True -> notes", "SD203", "write `true`"),
    (TRUE, "no -> notes", "SD203", "write `false`"),
    (TRUE, "today -> notes", "SD203", "write `today()`"),
    (TRUE, "trim -> notes", "SD203", "write `trim(…)`"),
    (TRUE, "crm.Phone -> phone", "SD203", "write `Phone`"),
    (TRUE, "crm.Accounts.Phone -> phone", "SD203", "write `Phone`"),
    (TRUE, "Phone -> books.phone", "SD203", "write `phone`"),
    (TRUE, "Accounts.Phone -> phone", "SD203", "write `Phone`"),
    (TRUE, "contact_name -> notes", "SD203", "`books.customers` has it"),
    (TRUE, "Fax -> Account_Site", "SD203", "`crm.Accounts` has it"),
    (TRUE, "- Phone -> phone", "SD308", "without a dash"),
    (TRUE, 'Billing_City + " " -> notes', "SD308", '`"{First_Name} {Last_Name}"`'),
    (TRUE, 'IF(Employees > 3, "a", "b") -> notes', "SD206", "`if Employees > 100"),
    (TRUE, "concat(Billing_City, Fax) -> notes", "SD206", '`"{First_Name} {Last_Name}"`'),
    ("not ISNULL(Phone)", PLAIN, "SD206", "`Phone is empty`"),
]


@pytest.mark.parametrize(("condition", "line", "code", "way"), CASES)
def test_the_help_shows_the_form_of_this_language(
    analysed: Analyse, condition: str, line: str, code: str, way: str
) -> None:
    """One finding, with a help that shows how it is written here."""
    findings = [item for item in analysed(MODULE % (condition, line)).diagnostics if item.level.value != "note"]
    assert [item.code.id for item in findings] == [code]
    assert way in (findings[0].help or "")


def test_a_field_of_such_a_name_is_a_field(analysed: Analyse) -> None:
    """A path that leads to a field is taken for nothing else, and letters of the wrong size are a misspelling."""
    findings = analysed(MODULE % (TRUE, "phone -> phone")).diagnostics
    (found,) = [item for item in findings if item.level.value != "note"]
    assert found.help == "did you mean `Phone`?"


def test_no_builtin_is_said_not_to_be_there() -> None:
    """No name of a builtin is among the functions of other languages, in its own spelling."""
    assert not [name for name in BUILTINS if function_elsewhere(name) is not None]


LIMITS = [
    ("creates <= 1.500", "`creates <= 1_500`"),
    ("amount <= 100.000 EUR per day", "`amount <= 100_000 EUR`"),
    ("creates <= 1.5", "`creates <= 2`"),
]


@pytest.mark.parametrize(("limit", "way"), LIMITS)
def test_a_point_never_groups_thousands_in_a_guard(analysed: Analyse, limit: str, way: str) -> None:
    """A limit with more digits after its point than what it limits has would stop at another amount than was meant."""
    findings = analysed(f"{HEAD}guard: {limit}\n").diagnostics
    (found,) = [item for item in findings if item.code.id == "SD403"]
    assert way in (found.help or "")


@pytest.mark.parametrize("limit", ["amount <= 100_000.50 EUR", "updates <= 12.5 %", "creates <= 1_500"])
def test_other_limits_are_fine(analysed: Analyse, limit: str) -> None:
    """Cents, fractions of a percentage and grouped thousands are numbers as they should be."""
    assert not [item for item in analysed(f"{HEAD}guard: {limit}\n").diagnostics if item.code.id == "SD403"]


KEYS = [
    ('"Account_Name" == "contact_name"', "`Account_Name`"),
    ('Account_Name == "contact_name"', "`contact_name`"),
    ('"a" == "b"', "`Email == email`"),
]


@pytest.mark.parametrize(("key", "way"), KEYS)
def test_a_key_reads_both_records(analysed: Analyse, key: str, way: str) -> None:
    """A dedupe key that reads nothing of a side is the same for all its records, which quotation marks bring about."""
    text = (MODULE % (TRUE, PLAIN)).replace("Account_Name == contact_name", key)
    findings = [item for item in analysed(text).diagnostics if item.level.value != "note"]
    assert [item.code.id for item in findings][:1] == ["SD308"]
    assert way in (findings[0].help or "")


def test_a_part_of_a_key_may_be_fixed(analysed: Analyse) -> None:
    """A value beside a real equality narrows what the key finds."""
    key = 'Account_Name == contact_name and "business" == customer_sub_type'
    text = (MODULE % (TRUE, PLAIN)).replace("Account_Name == contact_name", key)
    assert not [item for item in analysed(text).diagnostics if item.level.value != "note"]


def test_without_connections_the_form_of_one_is_shown(analysed: Analyse) -> None:
    """Rules that declare no connection are shown how."""
    found = analysed("language 1\nmodule a: crm.Accounts -> books.customers\n    map:\n        A -> b\n").diagnostics
    assert [item.code.id for item in found] == ["SD201", "SD201"]
    assert all("`connection crm: zoho_crm`" in (item.help or "") for item in found)
