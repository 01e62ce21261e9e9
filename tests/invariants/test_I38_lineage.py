"""I38: folding the history gives the links and their bases, after every step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, Step
from tests.simulator.generator import Shape
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.state.lineage import fold

if TYPE_CHECKING:
    from tests.simulator.harness import Outcome, Twins

SHAPE = Shape(runs=3, faults=3, merges=True)
RULES = (Rules(lines="rich"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in books"))


def check(case: Case) -> None:
    """Fold after every step, a death included."""

    def seen(pair: Twins, step: Step, outcome: Outcome | None) -> None:
        del outcome
        with pair.looking() as state:
            folded = fold(state.history())
            for link in state.links("customers"):
                # What only saves work is not in the history.
                bare = replace(link, lines=(), left_written=None, right_written=None)
                known = folded.pop(link.uid, None)
                require(known == bare, f"after {step.do}: the history says {known}, the state {bare}")
            require(not folded, f"after {step.do}: the history knows links that are not there: {sorted(folded)}")

    with played(case, seen) as pair:
        seen(pair, Step(do="settle"), None)


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I38_lineage(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I38: whatever fails and wherever it dies, the history alone gives the links and both bases."""
    verify("I38", case, check)
