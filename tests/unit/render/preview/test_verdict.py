from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.render.change_sets import APPROVALS, calm, change_set, currencies, nothing, over, unknown

from syncdsl.changes.change_set import ChangeSet, Estimate, Unpreviewed
from syncdsl.render.preview.verdict import duration_text, verdict_parts, verdict_text
from syncdsl.render.totals import total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.changes.approvals import Judged


def verdict(changes: ChangeSet, approvals: Sequence[Judged] | None = None) -> str:
    return verdict_text(verdict_parts(changes, total(changes.effects), approvals))


def test_what_is_over_comes_first() -> None:
    """Limits that stop it are told before all else, each kind by its name."""
    assert verdict(over()).startswith("1 guard over · 1 budget over · 1 quota over · 4 changes")
    assert verdict(calm()).startswith("1 guard ok · 1 budget ok · 1 quota ok · 4 changes")


def test_deletes_are_always_told() -> None:
    """That nothing is deleted is said, also where nothing is done at all."""
    assert verdict(nothing()) == "1 guard ok · 0 changes · 0 deletes"


def test_calls_are_told_only_where_they_were_estimated() -> None:
    """Without an estimate nothing is said about calls; with one of no calls, that there are none."""
    assert "API" not in verdict(change_set())
    free = change_set(estimates=[Estimate(connection="crm", calls=0, cost=0, seconds=0).model_dump()])
    assert verdict(free) == "0 changes · 0 deletes · 0 API calls · about 0 s"
    assert "96 API calls · about 41 s" in verdict(calm())


def test_what_is_unknown_is_never_zero() -> None:
    """Modules that could not be read and what could not be foreseen are named, the latter with the most it may be."""
    assert verdict(unknown()).endswith(
        "crm.Contacts unknown · rule invoice: up to 12 changes unknown · rule roles partly unknown"
    )


def test_a_count_beside_an_unknown_one_is_not_told() -> None:
    """As soon as one of a rule's parts cannot be counted, no figure is told for it."""
    parts = [Unpreviewed(rule="r", location="a:1", text="t", count=count).model_dump() for count in (5, None)]
    assert verdict(change_set(unpreviewed=parts)).endswith("rule r partly unknown")
    assert verdict(change_set(unpreviewed=parts[:1] * 2)).endswith("rule r: up to 10 changes unknown")


def test_money_is_told_by_module_and_currency() -> None:
    """No currency is added to another, the base currency is told from named ones, and one invoice is no `invoices`."""
    assert verdict(currencies()) == (
        "7 changes · 0 deletes · 6 invoices, 1,000.10 in the base currency and 1,000.10 CHF and 2,000.20 EUR and "
        "1,000.10 USD and 1 of an unknown amount · 1 retainerinvoice, 0.01 JPY"
    )


@pytest.mark.parametrize(
    ("approvals", "ending"),
    [
        (None, "about 83 min · needs approval"),
        ((), " · not approved"),
        (APPROVALS[:1], "about 83 min · approved by anna (signed)"),
        (APPROVALS[1:2], "about 83 min · unsigned approval by bob"),
        (APPROVALS[2:3], " · approval by eve with an unknown key · not approved"),
        (APPROVALS[3:4], " · approval by its author mallory does not count · not approved"),
        (APPROVALS[5:], "about 83 min · approved by carol (signed, key not known here)"),
        (APPROVALS[4:5], " · bad signature by trent · not approved"),
        (APPROVALS[1:3], " · unsigned approval by bob · approval by eve with an unknown key"),
    ],
)
def test_approvals_are_told_as_they_were_judged(approvals: Sequence[Judged] | None, ending: str) -> None:
    """Who signed is told, and where nobody's word counts, that it is not approved."""
    assert verdict(over(), approvals).endswith(ending)


def test_nothing_is_told_of_approvals_that_nobody_needs() -> None:
    """Where nothing was judged and nothing is over, approvals are not spoken of."""
    assert "approv" not in verdict(calm())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (41, "41 s"), (119, "119 s"), (120, "2 min"), (5000, "83 min"), (7200, "2 h"), (12_000, "3 h 20 min")],
)
def test_durations_are_told_in_units_that_fit(seconds: int, text: str) -> None:
    """Seconds up to two minutes, minutes up to two hours, hours beyond."""
    assert duration_text(seconds) == text
