"""I01: every value that is written is what a line makes of something the partner held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.oracles import nothing_invented
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import VARIED
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=3, faults=3, merges=False)
RULES = VARIED


def check(case: Case) -> None:
    """Judge every write of the whole log."""
    with played(case) as pair:
        nothing_invented(pair)


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I01_no_invention(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I01: the engine writes nothing that neither the other side nor a rule says."""
    verify("I01", case, check)
