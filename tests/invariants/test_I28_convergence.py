"""I28: when people and faults stop, three runs bring everything that is not held to agreement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.agreement import converged
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=3, faults=3, jumps=True)
RULES = (
    Rules(lines="rich"),
    Rules(lines="rich", conflict="review"),
    Rules(lines="rich", conflict="crm"),
    Rules(lines="references"),
    Rules(lines="derived"),
    Rules(lines="one way", direction="->"),
    Rules(lines="plain", duplicate="clone in books"),
    Rules(lines="plain", duplicate="skip"),
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100"),
)


def check(case: Case) -> None:
    """Settle within three runs and compare both sides line by line."""
    with played(case, settle=False) as pair:
        pair.settle(runs=3)
        converged(pair, pair.preview(sweep=True))


@examples(16)
@given(cases(rules=RULES, shape=SHAPE))
def test_I28_convergence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I28: everything agrees in the end, or is held, kept or told of."""
    verify("I28", case, check)


def check_changed(case: Case) -> None:
    """Settle under rules with fewer lines, or other ones, then under the rules of the case: no record changed since."""
    for lines in ("plain", "reworded"):
        with played(replace(case, rules=replace(case.rules, lines=lines))) as pair:
            pair.rules = case.rules
            pair.settle(runs=3, sweep=False)
            converged(pair, pair.preview(sweep=True))


@examples(8)
@given(cases(rules=RULES[:3], shape=replace(SHAPE, runs=1, faults=1)))
def test_I28_after_the_rules_changed(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I28: lines that are new in the rules, or other ones, bring their fields to agreement though nobody edits."""
    check_changed(case)


@pytest.mark.parametrize(("before", "after"), [("plain", "rich"), ("reworded", "derived"), ("derived", "reworded")])
def test_I28_rules_changed_and_nothing_else(before: str, after: str) -> None:  # noqa: N802 - the invariant's own name
    """I28: a line that is new, or another one, brings its field to agreement in records that nobody touches again."""
    with twins(Rules(lines=before)) as pair:
        pair.insert("left", Name="Acme", Phone="1", Website="https://acme.example", Region="north")
        pair.settle()
        pair.rules = Rules(lines=after)
        pair.settle(runs=3, sweep=False)
        converged(pair, pair.preview(sweep=True))


@pytest.mark.parametrize("fate", [Fate.REFUSED, Fate.RATE, Fate.LOST_REQUEST])
def test_I28_refused_for_a_while(fate: Fate) -> None:  # noqa: N802 - the invariant's own name
    """I28: what was not written is written by a later run, though nobody edits the records again."""
    for call in range(5, 8):
        with twins(Rules(lines="plain")) as pair:
            left = pair.insert("left", Name="Acme", Phone="1")
            pair.settle()
            pair.edit("left", left, Phone="2")
            pair.schedule.begin(planned={call: fate})
            pair.apply()
            pair.apply()
            pair.settle(runs=3, sweep=False)
            converged(pair, pair.preview())
