"""I10: at every commit, links are a partial bijection between records that exist or existed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, play
from tests.simulator.generator import Shape
from tests.simulator.oracles import bijection, links_name_records
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.harness import Twins

    from syncdsl.state import State

SHAPE = Shape(runs=2, faults=3, merges=True, forget=True)
RULES = (Rules(lines="plain"), Rules(lines="plain", duplicate="skip"), Rules(lines="plain", dedupe="Email == mail"))


def check(case: Case) -> None:
    """At every commit of every run, and in the end."""

    def committed(pair: Twins, state: State) -> None:
        del pair
        bijection(state)

    with playing(case) as pair:
        pair.committed = committed
        play(pair, case.steps)
        pair.settle()
        links_name_records(pair)


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I10_bijection(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I10: no record has two partners, at no commit, whatever fails."""
    verify("I10", case, check)
