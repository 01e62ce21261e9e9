"""`test` statements: labels, `cases` and expectations are checked to the last row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

TESTS = """
test "planted":
    given crm.Accounts "Acme": Account_Name = "Acme"
    given deal "D1": Deal_Name = "Pump", Stage = "Qualification", Account_Name = "Acme"
"""


def said(analysed: Analyse, reference: str, text: str) -> list[tuple[str, str]]:
    """Return code and marked text of errors in steps that are added to a test in the reference program."""
    rules = reference + TESTS + "".join(f"    {line}\n" for line in text.splitlines())
    found = analysed(rules).diagnostics
    return [(item.code.id, rules[item.span.start : item.span.end]) for item in found if item.level is Severity.ERROR]


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ('change deal "D1": Account_Name = "Acme"', []),
        ('change deal "D1": Account_Name = "D1"', [("SD227", '"D1"')]),
        ('change deal "D1": Account_Name = "Acne"', [("SD227", '"Acne"')]),
        ('expect create invoice "D1"', []),
        ('expect create invoice "D2"', [("SD227", '"D2"')]),
        ("expect create invoice: line.rate == 1, line.rte == 1", [("SD203", "rte")]),
        ("expect create invoice: customer_id is not empty", []),
        ("expect create invoice: line.customer_id is not empty", [("SD203", "customer_id")]),
        ("expect create invoice: notes is empty", [("SD333", "notes")]),
        ("expect create invoice: rate == 1", [("SD203", "rate")]),
        ("expect void customers", [("SD311", "customers")]),
        ("expect update customers: phone is empty", []),
        ("expect create suppliers: Vendor_Name is empty", [("SD208", "suppliers")]),
    ],
)
def test_steps(steps: str, found: list[tuple[str, str]], analysed: Analyse, reference: str) -> None:
    """What a step names has to be there, and of the kind that the step needs."""
    assert said(analysed, reference, steps) == found


CASES = """cases stage, amount:
    "Qualification", 1
    {}
change deal "D1": Stage = stage, Amount = amount"""


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ('"Closed Won", 2', []),
        ('"Closed One", 2', [("SD310", '"Closed One"')]),
        ('"Closed Won", "much"', [("SD301", '"much"')]),
        ('"Closed Won"', [("SD311", '"Closed Won"')]),
        ('"Closed Won", 2, 3', [("SD311", '"Closed Won", 2, 3')]),
    ],
)
def test_every_row_of_cases_is_checked(
    row: str, found: list[tuple[str, str]], analysed: Analyse, reference: str
) -> None:
    """A row has a value for each name, and each value fits where its name is used."""
    assert said(analysed, reference, CASES.format(row)) == found


def test_what_a_module_to_the_left_writes(analysed: Analyse, every_clause: str) -> None:
    """Of a module that goes left the left side is expected, with the fields that are written there."""
    text = every_clause + '\ntest "planted":\n    given books.vendors "V": contact_name = "V"\n    '
    found = analysed(text + 'expect create suppliers: Account_Name == "V"\n').diagnostics
    assert [item.message for item in found if item.level is Severity.ERROR] == []
    found = analysed(text + 'expect create suppliers: Phone == "V"\n').diagnostics
    assert [item.code.id for item in found if item.level is Severity.ERROR] == ["SD333"]
