"""Checks at their limits: what is nearly a finding and is none, and what a fix writes."""

from __future__ import annotations

import pytest

from syncdsl.diagnostics import SourceFile
from syncdsl.lint.engine import lint

WHERE = "language 1\n\nmodule a: crm.Accounts -> books.customers\n    where crm: {}\n"
TEST = """language 1

test "a deal":
    given deal "D1": Stage = "Qualification", Amount = 1
{}    expect nothing else
"""


def found(text: str, code: str) -> int:
    """Return how often a code is found in a file."""
    return sum(item.code.id == code for item in lint([SourceFile("a.sync", text)], {}))


@pytest.mark.parametrize(
    ("condition", "code", "count"),
    [
        ("not not (Phone ?? Fax)", "SD518", 0),
        ("not not (Phone is empty)", "SD518", 1),
        ('("  " ?? Fax) == "1"', "SD522", 0),
        ('("x" ?? Fax) == "1"', "SD522", 1),
    ],
)
def test_conditions(condition: str, code: str, count: int) -> None:
    """A value is no test, and spaces are no value."""
    assert found(WHERE.format(condition), code) == count


@pytest.mark.parametrize(
    ("condition", "fixed"), [("Fax == empty", "Fax is empty"), ("Fax != empty", "Fax is not empty")]
)
def test_a_comparison_with_empty_keeps_its_meaning(condition: str, fixed: str) -> None:
    """What the fix writes asks the same."""
    fixes = [fix for item in lint([SourceFile("a.sync", WHERE.format(condition))], {}) for fix in item.fixes]
    assert fixed in {fix.replacement for fix in fixes}


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ("", 1),
        ("    today: 2026-01-01\n", 1),
        ("    today: 2026-01-01\n    today: 2026-02-01\n", 0),
        ('    change deal "D1": Stage = "Closed Won"\n', 0),
        ('    change deal "D1": Stage = "Closed Won", Amount = 1\n', 0),
        ('    change deal "D1": Stage = "Qualification", Amount = 1\n', 1),
        ('    change deal "D2": Stage = "Qualification", Amount = 1\n', 0),
    ],
)
def test_something_changes(steps: str, count: int) -> None:
    """The second day is a change, and so is one of several values."""
    assert found(TEST.format(steps), "SD527") == count
