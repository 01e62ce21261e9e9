"""I34: hints about changes, in any order, twice, lost or forged, change no final state.

A hint leads to a reading of what it names and to nothing else: so hints are played here as runs at moments of somebody
else's choosing, which read one side, both, or everything.
That forged call-backs are refused is tested where the adapters read them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step
from tests.simulator.generator import Shape
from tests.simulator.playing import essence, played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.harness import Told

SHAPE = Shape(runs=1, faults=0, deaths=False, acts=False, begin_synced=100, edits=1)
RULES = (Rules(lines="plain", conflict="crm"), Rules(lines="references", conflict="crm"))


SIDES: tuple[Told, ...] = ("", "left", "right", "both")


def check(case: Case) -> None:
    """Compare with the case without the runs that hints cause."""
    without = replace(case, steps=tuple(step for step in case.steps if not (step.do == "run" and step.soon)))
    with played(without) as pair:
        expected = essence(pair)
    with played(case) as pair:
        require(essence(pair) == expected, "hints changed what both sides hold in the end")


@st.composite
def hinted(draw: st.DrawFn) -> Case:
    """Return a case with runs that hints cause: after an edit of one side, or of none."""
    case = draw(cases(rules=RULES, shape=SHAPE))
    steps: list[Step] = []
    for step in case.steps:
        steps.append(step)
        if step.do in {"settle", "run", "edit"}:
            sides = draw(st.lists(st.sampled_from(SIDES), max_size=2))
            steps += [Step(do="run", soon=True, told=side) for side in sides]
    return replace(case, steps=tuple(steps))


@examples(8)
@given(hinted())
def test_I34_webhook_confluence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I34: runs that hints cause, however many, come to the same end as none."""
    verify("I34", case, check)
