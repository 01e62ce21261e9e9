"""I17: the plan is a function of its inputs, and the order of a batch does not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.playing import essence, played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=2, faults=2, edits=8, merges=True)
RULES = (
    Rules(lines="rich"),
    Rules(lines="references", conflict="review"),
    Rules(lines="plain", duplicate="clone in books"),
)


def check(case: Case) -> None:
    """Preview twice, at another time of the machine, and from systems that list in another order; apply both."""
    plain = replace(case, left=replace(case.left, reading="keyset"), right=replace(case.right, reading="keyset"))
    with played(plain, settle=False) as pair:
        first, again = pair.preview(sweep=True), pair.fork().preview(sweep=True)
        require(first.effects == again.effects, "the same inputs gave two change sets")
        require(first.digest == again.digest, "the same change set has two digests")
        other = pair.fork()
        other.timeline.local += 400 * 86400
        for system in other.systems.values():
            system.switches = replace(system.switches, shuffled=5)
        shuffled = other.preview(sweep=True)
        require(shuffled.effects == first.effects, "the order of lists or the machine's clock decided something")
        pair.settle()
        other.settle()
        require(essence(pair) == essence(other), "the order of a batch decided something")


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I17_planner_purity(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I17: equal inputs give byte-equal change sets; shuffled lists and batches give the same end."""
    verify("I17", case, check)
