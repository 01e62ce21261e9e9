"""I24: of two workers on one state, one that was overtaken commits nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step, play
from tests.simulator.generator import Shape
from tests.simulator.harness import Twins
from tests.simulator.oracles import at_most_one, bijection
from tests.simulator.playing import essence, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.schedule import Schedule
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.diagnostics.codes.runs import LEASE_HELD

if TYPE_CHECKING:
    from tests.simulator.harness import Outcome

    from syncdsl.state import State

SHAPE = Shape(runs=1, faults=0, deaths=False, acts=False)
RULES = (Rules(lines="plain", conflict="crm"), Rules(lines="references", conflict="crm"))
ASLEEP = 7200.0
"""Seconds that a worker sleeps in the middle of a run: longer than its lease."""


def check(case: Case) -> None:
    """In the middle of a run (the call that the last step names) another worker does the whole run; then it goes on."""
    *before, last = case.steps
    with playing(case) as pair:
        play(pair, tuple(before))
        alone = pair.fork()
        alone.settle()
        overtaken: list[Outcome] = []
        left: list[dict[str, list[tuple[Any, ...]]]] = []
        late: list[str] = []

        def overtake() -> None:
            pair.timeline.advance(ASLEEP)
            overtaken.append(_other_worker(pair))
            left.append(pair.dump())
            pair.committed = committed

        def committed(pair: Twins, state: State) -> None:
            bijection(state)
            if pair.dump() != left[0]:
                late.append("a worker that was overtaken committed")

        pair.schedule.begin(acts={last.pick: [overtake]})
        outcome = pair.apply()
        pair.committed = None
        if overtaken:
            require(not late, "a worker that was overtaken committed")
            refused = outcome.fault is not None and outcome.fault.code is LEASE_HELD
            require(refused, f"a worker that was overtaken went on: {outcome.text}")
        pair.settle()
        at_most_one(pair)
        require(essence(pair) == essence(alone), "two workers came to something else than one")


def _other_worker(pair: Twins) -> Outcome:
    """Run as another process would, between two calls of the first one, and undisturbed."""
    other = Twins(
        rules=pair.rules,
        folder=pair.folder,
        switches=pair.switches,
        schedule=Schedule(calm=True),
        timeline=pair.timeline,
        systems=pair.systems,
        state_name=pair.state_name,
    )
    return other.apply(pause=0.0)


@st.composite
def overtaken_cases(draw: st.DrawFn) -> Case:
    """Return a case whose last step says at which call the worker falls asleep."""
    case = draw(cases(rules=RULES, shape=SHAPE))
    kept = tuple(step for step in case.steps if step.do != "run")
    return replace(case, steps=(*kept, Step(do="wait", pick=draw(st.integers(2, 12)))))


@examples(10)
@given(overtaken_cases())
def test_I24_fencing(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I24: a stale worker commits nothing, and two workers come to what one comes to."""
    verify("I24", case, check)
