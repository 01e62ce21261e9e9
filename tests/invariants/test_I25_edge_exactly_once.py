"""I25: a deal never has two live documents, and in the end has one exactly where an edge asks for it."""

from __future__ import annotations

import itertools
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.deals import EVEN_SENT, INVOICING, Life, deals
from tests.simulator.document_oracles import billed, closed_is_closed, never_two_live
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.schedule import Fate
from tests.simulator.strategies import examples
from tests.simulator.switches import Switches
from tests.simulator.violation import require

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.simulator.cases import Case, Step
    from tests.simulator.harness import Outcome, Twins

SHAPE = Shape(runs=5, faults=3, acts=False)
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
@given(lives(life=Life(people=False, deletes=False)))
def test_I25_every_edge(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I25: where nobody but the engine touches documents, what every deal went through says how many are live."""
    verify("I25", case, check)


COURSES = tuple(itertools.product(("Open", "Won", "Lost"), repeat=3))


@pytest.mark.parametrize("begun", ["Open", "Won"])
@pytest.mark.parametrize("fate", [Fate.OK, Fate.REFUSED, Fate.LOST_ANSWER, Fate.LOST_REQUEST])
def test_I25_between_two_runs(begun: str, fate: Fate) -> None:  # noqa: N802 - the invariant's own name
    """I25: of every way through three stages between two runs, also where the first run's writes all fail."""
    shown = Switches(page_size=50, batch=50)
    with twins(INVOICING, left=shown, right=shown) as pair:
        pair.insert("left", Name="Acme")
        pair.settle()
        account = next(pair.left.living("Accounts")).id
        ids = [
            pair.left.insert(
                "Deals",
                {"Name": f"Deal {number}", "Stage": begun, "Amount": Decimal(1), "Account": Ref("Accounts", account)},
            ).id
            for number in range(len(COURSES))
        ]
        pair.settle()
        assert len(list(pair.right.living("invoices"))) == (len(COURSES) if begun == "Won" else 0)
        for place in range(3):
            for deal, course in zip(ids, COURSES, strict=True):
                pair.left.edit("Deals", deal, {"Stage": course[place]})
            pair.timeline.advance(60)
        pair.schedule.begin(planned=dict.fromkeys(range(1, 400), fate))
        pair.apply()
        pair.schedule.begin()
        pair.settle()
        never_two_live(pair)
        billed(pair)
        made = Counter(str(held.now.fields["reference"]) for held in pair.right.living("invoices"))
        for number, course in enumerate(COURSES):
            renewed = "Lost" in course and "Won" in course[len(course) - course[::-1].index("Lost") :]
            new = renewed if begun == "Won" else _won_last(course)
            expected = new + (begun == "Won")
            require(made[f"Deal {number}"] == expected, f"{begun}, then {course}: {made[f'Deal {number}']} invoices")


def _won_last(course: tuple[str, ...]) -> bool:
    """Return whether a deal was won after it was lost last."""
    last = max((place for place, stage in enumerate(course) if stage == "Lost"), default=-1)
    return "Won" in course[last + 1 :]
