from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.render.change_sets import folded, mixed

from syncdsl.render.changes_text import render_changes, render_verdict

if TYPE_CHECKING:
    from syncdsl.changes.change_set import ChangeSet


def test_the_verdict_comes_first(everything: ChangeSet) -> None:
    """The first line is the verdict, the next ones count every kind of change and what waits."""
    first, second, third, *_ = render_changes(everything, width=300).splitlines()
    assert first == (
        "2 guards over · 1 guard ok · 114 changes · 2 deletes · 1 deactivation · 1 void · 4 invoices, 13,700.50 EUR "
        "and 100.00 USD and 1 of an unknown amount · 3 held · 7 parked · needs approval"
    )
    counts = "104 creates, 2 updates, 3 links, 2 deletes, 1 deactivation, 1 void, 1 skip"
    assert second == f"114 changes in production: {counts}"
    assert third == "  3 held for a decision, 7 waiting for a partner"


def test_money_is_summed_by_currency_and_unknown_amounts_are_named(everything: ChangeSet) -> None:
    """No currency is added to another, and an unknown amount is never zero."""
    verdict = render_verdict(everything)
    assert "invoice: 4 documents, 13,700.50 EUR and 100.00 USD and 1 of an unknown amount" in verdict


def test_alike_changes_are_folded(everything: ChangeSet) -> None:
    """A hundred new customers take ten lines, not a hundred."""
    text = render_changes(everything)
    assert "… and 92 more" in text
    assert text.count("Company ") <= 9


def test_a_wrapped_verdict_is_cut_nowhere(everything: ChangeSet) -> None:
    """In any width each part of the verdict is on one line, and none is missing."""
    whole = render_verdict(everything, width=1000).splitlines()[0]
    for width in (20, 40, 60, 100):
        lines = render_verdict(everything, width=width).splitlines()
        head = lines[: next(at for at, line in enumerate(lines) if "in production" in line)]
        assert " · ".join(line.strip() for line in head) == whole


def test_what_is_the_same_is_told_once() -> None:
    """Ninety updates to two values take two blocks with their counts; forty different ones are told with samples."""
    text = render_changes(folded())
    assert text.count("payment_terms  15 → 30") == text.count("payment_terms  15 → 60") == 1
    assert "60 times the same" in text
    assert "30 times the same" in text
    assert "… and 32 more" in text


def test_samples_are_shared_by_what_is_told_apart() -> None:
    """Of fourteen updates of four sets of fields eight are shown, two of each; of nine new records all are."""
    text = render_changes(mixed())
    assert text.count("… and 2 more with these fields") == 2
    assert text.count("… and 1 more with these fields") == 2
    assert text.count("  for crm.Accounts/") == 9
