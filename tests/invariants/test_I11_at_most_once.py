"""I11: whatever call fails and wherever the process dies, a key is carried by at most one living record."""

from __future__ import annotations

from hypothesis import given

from tests.simulator.cases import Case, Step
from tests.simulator.generator import Shape
from tests.simulator.harness import Outcome, Twins
from tests.simulator.oracles import at_most_one
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples

SHAPE = Shape(runs=3, faults=4, soon=40, merges=True, reads=(Fate.UNREACHABLE, Fate.TRUNCATED))
RULES = (Rules(lines="plain"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in books"))


def check(case: Case) -> None:
    """After every step, and when all has settled."""

    def seen(pair: Twins, step: Step, outcome: Outcome | None) -> None:
        del step, outcome
        at_most_one(pair)

    with played(case, seen) as pair:
        at_most_one(pair)


@examples(60)
@given(cases(rules=RULES, shape=SHAPE))
def test_I11_at_most_once(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I11: under lost, delayed, doubled and partial creates and deaths, no key is carried twice."""
    verify("I11", case, check)
