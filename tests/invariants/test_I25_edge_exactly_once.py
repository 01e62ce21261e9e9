"""I25: a deal never has two live documents, and in the end has one exactly where an edge asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.deals import EVEN_SENT, INVOICING, Life, deals
from tests.simulator.document_oracles import billed, closed_is_closed, never_two_live
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.strategies import examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case, Step
    from tests.simulator.harness import Outcome, Twins

SHAPE = Shape(runs=4, faults=3, acts=False)
LIFE = Life()


@st.composite
def lives(draw: st.DrawFn, life: Life = LIFE) -> Case:
    """Search for lives of deals."""
    return deals(Searched(draw), shape=SHAPE, life=life, rules=(INVOICING, EVEN_SENT))


def check(case: Case) -> None:
    """After every step, and in the end."""

    def seen(pair: Twins, step: Step, outcome: Outcome | None) -> None:
        del step, outcome
        never_two_live(pair)

    with played(case, seen) as pair:
        never_two_live(pair)
        closed_is_closed(pair, even_sent="even sent" in case.rules.extra)
        billed(pair)


@examples(40)
@given(lives())
def test_I25_edge_exactly_once(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I25: whatever fails, dies, and is touched or deleted by people: never two live, one where an edge asks for it."""
    verify("I25", case, check)


@examples(30)
@given(lives(life=Life(people=False, deletes=False, deeds=12)))
def test_I25_every_edge(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I25: where nobody but the engine touches documents, what every deal went through says how many are live."""
    verify("I25", case, check)
