"""Triggers of one document against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.analysis.proofs.conftest import Prove

WON = "when deal.stage == won: create invoice\n"


def test_may_fall_on_one_moment(prove: Prove, deal: str) -> None:
    """Creating and closing under conditions that can hold together is a warning that shows the record."""
    (found,) = prove(deal + WON + "when deal.Amount > 5: void invoice\n")
    assert (found.code, found.text) == ("SD409", "deal.Amount > 5")
    assert 'deal.Stage = "Closed Won", deal.Amount = 6' in found.help


def test_always_fall_on_one_moment(prove: Prove, deal: str) -> None:
    """Creating and closing under one condition, however it is written, is an error: neither ever happens."""
    (found,) = prove(deal + "when deal.stage == won:\n    create invoice\n    void invoice\n")
    assert found.code == "SD408"
    (found,) = prove(deal + WON + 'when deal.Stage == "Closed Won": void invoice\n')
    assert found.code == "SD408"
    assert 'deal.Stage = "Closed Won"' in found.help


@pytest.mark.parametrize(
    "condition",
    [
        "deal.stage == lost",
        "deal.stage != won",
        'deal.Stage in ("Closed Lost", "Qualification")',
        "deal.Amount > 5 and deal.stage == open",
        "deal.Stage is empty",
    ],
)
def test_apart(condition: str, prove: Prove, deal: str) -> None:
    """Conditions that exclude each other may create and close."""
    assert prove(deal + WON + f"when {condition}: void invoice\n") == []


def test_created_and_closed(prove: Prove, deal: str) -> None:
    """A record that is created in a closing stage gets no document: that is meant, and no finding."""
    assert prove(deal + "when deal is created: create invoice\nwhen deal.stage == lost: void invoice\n") == []


def test_shadowed(prove: Prove, deal: str) -> None:
    """A narrower condition for the same document adds nothing, whichever comes first."""
    narrow = "when deal.stage == won and deal.Amount > 5: create invoice\n"
    for rules in (WON + narrow, narrow + WON):
        (found,) = prove(deal + rules)
        assert (found.code, found.text) == ("SD413", "deal.stage == won and deal.Amount > 5")
        assert 'deal.Stage = "Closed Won", deal.Amount = 6' in found.help


def test_not_shadowed(prove: Prove, deal: str) -> None:
    """Conditions that overlap without one implying the other stand, and so does a narrower one after a closing."""
    assert prove(deal + WON + "when deal.Amount > 5: create invoice\n") == []
    narrow = "when deal.stage == won and deal.Amount > 5: create invoice\n"
    assert prove(deal + WON + narrow + "when deal.stage == lost: void invoice\n") == []


def test_word_for_word_is_for_lint(prove: Prove, deal: str) -> None:
    """A `when` that stands twice is reported by `lint` alone; one that says the same otherwise is found here."""
    assert prove(deal + WON + WON) == []
    (found,) = prove(deal + WON + 'when deal.Stage == "Closed Won": create invoice\n')
    assert found.code == "SD413"


def test_always_true_is_reported_once(prove: Prove, deal: str) -> None:
    """What follows from a condition that is always true is not reported beside it."""
    always = 'when deal.Stage != "Closed Won" or deal.Stage != "Closed Lost": create invoice\n'
    assert [item.code for item in prove(deal + always + "when deal.stage == lost: void invoice\n")] == ["SD406"]


def test_another_manner(prove: Prove, deal: str) -> None:
    """A `when` that acts on sent documents too, or waits for something, is not the same as one that does not."""
    lost = "when deal.stage == lost: void invoice\n"
    assert (
        prove(
            deal + lost + 'when deal.Stage in ("Closed Lost", "Closed Lost to Competition"): void invoice, even sent\n'
        )
        == []
    )
    waiting = 'when deal.Stage == "Closed Won":\n    create invoice\n    require: deal.Amount > 5\n'
    assert prove(deal + WON + waiting) == []
    assert [item.code for item in prove(deal + waiting + "when deal.Amount < 100: void invoice\n")] == ["SD409"]
    assert prove(deal + waiting + "when deal.Amount < 5: void invoice\n") == []


def test_declining_closes(prove: Prove, deal: str) -> None:
    """A quote is closed by declining it; accepting it beside creating it is no contradiction."""
    quote = deal.replace("invoice: books.invoices", "quote: books.quotes")
    create = "when deal.Amount > 5: create quote\n"
    assert prove(quote + create + "when deal.Amount > 9: accept quote\n") == []
    (found,) = prove(quote + create + "when deal.Amount > 9: decline quote\n")
    assert (found.code, found.text) == ("SD409", "deal.Amount > 9")
