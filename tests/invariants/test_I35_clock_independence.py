"""I35: the clock of the machine may jump as it likes; no final state depends on it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step
from tests.simulator.generator import Shape
from tests.simulator.playing import essence, played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

SHAPE = Shape(runs=3, faults=2)
RULES = (Rules(lines="rich"), Rules(lines="plain", conflict="crm"), Rules(lines="references"))
JUMPS = (3600.0, -3600.0, -40 * 86400.0, 400 * 86400.0, -5.0)


def check(case: Case) -> None:
    """With and without the jumps of the script."""
    # Lists of deleted records make when a deletion is noticed independent of when a machine decides to read all.
    steady = replace(
        case,
        left=replace(case.left, deleted_feed=True, reading="keyset"),
        right=replace(case.right, deleted_feed=True, reading="keyset"),
    )
    with played(replace(steady, steps=tuple(step for step in steady.steps if step.do != "jump"))) as pair:
        expected = essence(pair)
    with played(steady) as pair:
        require(essence(pair) == expected, "a jump of the machine's clock changed what both sides hold")


@st.composite
def jumping(draw: st.DrawFn) -> Case:
    """Return a case in whose script the clock jumps."""
    case = draw(cases(rules=RULES, shape=SHAPE))
    steps: list[Step] = []
    for step in case.steps:
        if draw(st.booleans()):
            steps.append(Step(do="jump", seconds=draw(st.sampled_from(JUMPS))))
        steps.append(step)
    return replace(case, steps=tuple(steps))


@examples(8)
@given(jumping())
def test_I35_clock_independence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I35: years forward and back on the machine, and both sides hold the same in the end."""
    verify("I35", case, check)
