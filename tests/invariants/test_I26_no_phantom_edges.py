"""I26: baselines, lost states, renames, rules in other words, and another look make and change no document."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step, perform, play
from tests.simulator.deals import INVOICING, RENAMED, REORDERED, REWORDED, Life, deals
from tests.simulator.document_oracles import last_change, never_two_live, untouched_since
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.strategies import examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.harness import Twins
    from tests.simulator.rules import Rules

SHAPE = Shape(runs=3, faults=1, acts=False)
LIFE = Life()


def _rules(pair: Twins, rules: Rules) -> None:
    pair.rules = rules


EVENTS: dict[str, Callable[[Twins], None]] = {
    "the state is lost": lambda pair: pair.forget(),
    "the document is renamed": lambda pair: _rules(pair, RENAMED),
    "the rules are reordered": lambda pair: _rules(pair, REORDERED),
    "a condition is edited": lambda pair: _rules(pair, REWORDED),
    "everything is looked at": lambda pair: pair.look_at_everything(),
    "days pass": lambda pair: pair.timeline.advance(3 * 86_400),
}


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Search for lives of deals."""
    return deals(Searched(draw), shape=SHAPE, life=LIFE)


def check(case: Case) -> None:
    """Of every event after the same life."""
    for what, event in EVENTS.items():
        with playing(case) as pair:
            play(pair, case.steps)
            pair.settle()
            since = last_change(pair)
            event(pair)
            pair.settle()
            try:
                untouched_since(pair, since)
                never_two_live(pair)
            except Exception as failure:
                raise type(failure)(f"after {what}: {failure}") from failure


@examples(6)
@given(lives())
def test_I26_no_phantom_edges(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I26: nothing but a deal's own change makes, voids or rewrites a document."""
    verify("I26", case, check)


@pytest.mark.parametrize("stage", ["Open", "Won", "Lost"])
def test_I26_what_was_there_is_baseline(stage: str) -> None:  # noqa: N802 - the invariant's own name
    """I26: deals that were there when the rules were switched on get no document, also when they are edited."""
    steps = (
        Step(do="insert", side="left", fields={"Name": "Acme"}),
        Step(do="insert", side="left", deal=True, fields={"Name": "Deal 1", "Stage": stage, "Amount": Decimal(1)}),
        Step(do="settle"),
        Step(do="edit", side="left", deal=True, fields={"Notes": "a"}),
        Step(do="settle"),
    )
    with playing(Case(rules=INVOICING, steps=steps)) as pair:
        for step in steps:
            perform(pair, step)
        assert list(pair.right.living("invoices")) == []
