"""The steps of a test stand in the order in which things happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Severity

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ('given deal "D1": Amount = 1\nchange deal "D1": Amount = 2', []),
        ('change deal "D1": Amount = 2\ngiven deal "D2": Amount = 1', ["SD230"]),
        ('expect nothing else\ngiven deal "D2": Amount = 1', ["SD230"]),
        ('given deal "D1": Amount = 1\ngiven deal "D1": Amount = 2', ["SD231"]),
        ('given deal "A": Amount = 1\ngiven crm.Accounts "A": Phone = "2"', []),
        ('today: 2025-05-01\ngiven deal "D1": Amount = 1\ntoday: 2025-04-01\nexpect nothing else', []),
        ('today: 2026-05-01\nchange deal "D1": Amount = 1\ntoday: 2026-05-02', []),
        ('today: 2026-05-02\nchange deal "D1": Amount = 1\ntoday: 2026-05-01', ["SD232"]),
        ('change deal "D1": Amount = 1\ntoday: 2025-12-31', ["SD232"]),
        ('change deal "D1": Amount = 1\ntoday: 2026-05-02\ntoday: 2026-05-01\ntoday: 2026-05-03', ["SD232"]),
    ],
)
def test_given_first_labels_once_and_days_forward(
    analysed: Analyse, reference: str, steps: str, found: list[str]
) -> None:
    """What is given after a change or an expectation, twice, or on a day that is over, is reported where it stands."""
    rules = reference + '\ntest "planted":\n' + "".join(f"    {line}\n" for line in steps.splitlines())
    errors = [item.code.id for item in analysed(rules).diagnostics if item.level is Severity.ERROR]
    assert errors == found
