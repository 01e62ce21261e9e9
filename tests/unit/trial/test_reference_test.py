"""The reference program's own test passes with the shipped schemas, and fails when the rules are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.trial.rehearsed import results_of, shipped_schemas

REFERENCE = (Path(__file__).parents[2] / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")


def test_it_passes_as_it_stands() -> None:
    """A won deal becomes one invoice with the amount, nothing else happens, and a second run is quiet."""
    assert results_of(REFERENCE, shipped_schemas()).one.outcome == "passed"


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("when deal.stage == won: create invoice\n", "", "no effect is `create invoice` with these values"),
        ("deal.Amount -> rate", "deal.Expected_Revenue -> rate", "no effect is `create invoice` with these values"),
        ("deal.Amount -> rate", "deal.Amount * 2 -> rate", "no effect is `create invoice` with these values"),
        ("when deal.stage == won: create", "when deal.stage == open: create", "no effect is `create invoice`"),
        ("deal is created: create quote", "deal.stage == won: create quote", "one effect that nothing expects"),
    ],
    ids=["no trigger", "another field", "another amount", "another stage", "one document more"],
)
def test_it_fails_when_the_rules_are_wrong(line: str, instead: str, told: str) -> None:
    """A trigger that is gone or asks for something else, another field, another amount, a document more: each shows."""
    assert line in REFERENCE
    result = results_of(REFERENCE.replace(line, instead), shipped_schemas()).one
    assert result.outcome == "failed"
    assert told in result.failures[0].message


def test_a_wrong_amount_shows_the_invoice_that_came_nearest() -> None:
    """The nearest miss names the condition, the value that is there instead, and the rule that made it."""
    doubled = REFERENCE.replace("deal.Amount -> rate", "deal.Amount * 2 -> rate")
    failure = results_of(doubled, shipped_schemas()).one.failures[0]
    assert [(one.text, one.holds, one.actual) for one in failure.judged] == [
        ("line.rate == 1200.00", False, (("line.rate", "2400.00"),))
    ]
    assert failure.nearest is not None
    assert (failure.nearest.kind, failure.nearest.record) == ("create", 'for "D1"')
    assert failure.nearest.location == "main.sync:102"


def test_a_deal_without_its_amount_waits_and_that_is_told() -> None:
    """Where the document waits, the nearest miss is the hold and its reason."""
    unpriced = REFERENCE.replace("deal.Amount -> rate", "deal.Expected_Revenue -> rate")
    failure = results_of(unpriced, shipped_schemas()).one.failures[0]
    assert failure.nearest is not None
    assert failure.nearest.kind == "hold"
    assert "requires `rate`" in failure.nearest.reason


def test_a_trigger_that_does_not_turn_true_says_why() -> None:
    """Of a trigger for the expected effect it is told which value keeps its condition false."""
    lost = REFERENCE.replace("when deal.stage == won: create", "when deal.stage == open: create")
    failure = results_of(lost, shipped_schemas()).one.failures[0]
    assert any('did not fire for "D1"' in note and '`Stage` is "Closed Won"' in note for note in failure.notes)
