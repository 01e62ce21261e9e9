"""I12: when all is quiet, every record that the engine made is linked, or somebody is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.oracles import no_orphans
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=3, faults=4, merges=True, forget=True)
RULES = (Rules(lines="plain"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in crm"))


def check(case: Case) -> None:
    """When all has settled."""
    with played(case) as pair:
        no_orphans(pair, pair.preview(sweep=True))


@examples(14)
@given(cases(rules=RULES, shape=SHAPE))
def test_I12_no_orphans(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I12: nothing the engine made is left without a link or a word."""
    verify("I12", case, check)
