"""I03: fields that no line writes on a side are never written there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.oracles import untouched
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import VARIED
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=3, faults=3, merges=True, forget=True)
RULES = VARIED


def check(case: Case) -> None:
    """Judge every write of the whole log."""
    with played(case) as pair:
        untouched(pair)


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I03_untouched_fields(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I03: unmapped fields stay as they are, on both sides, whatever fails."""
    verify("I03", case, check)
