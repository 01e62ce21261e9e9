"""I21: over a guard nothing at all is performed, until exactly that change set is approved."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from tests.simulator.cases import Case, perform
from tests.simulator.generator import Shape
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import asked, playing, previewed, sent
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.diagnostics.codes.runs import GUARD_EXCEEDED

SHAPE = Shape(runs=2, edits=8, faults=2, partners=5)
RULES = (
    Rules(lines="plain", guard="creates <= 1"),
    Rules(lines="rich", guard="creates <= 100, updates <= 20 %"),
    Rules(lines="plain", guard="creates <= 2 per day"),
)


def check(case: Case) -> None:
    """Before every run: preview; over a guard nothing is sent, and an approval of another change set does not count."""
    with playing(replace(case, steps=())) as pair:
        for step in case.steps:
            if step.do == "settle":
                continue
            if step.do != "run":
                perform(pair, step)
                continue
            changes = pair.preview()
            if not changes.exceeded:
                perform(pair, step)
                continue
            since, before = marks(pair), asked(pair)
            with pair.calmly():
                outcome = pair.apply(expected=changes, pause=0.0)
            require(outcome.fault is not None and outcome.fault.code is GUARD_EXCEEDED, f"it went on: {outcome.text}")
            no_writes(pair, since)
            require(asked(pair) == before, "something was sent over a guard")
            with pair.writing() as state:
                state.approve("b2:another", "somebody", pair.timeline.machine())
            with pair.calmly():
                require(pair.apply(pause=0.0).fault is not None, "another approval opened the guard")
            require(asked(pair) == before, "something was sent over a guard")
            with pair.writing() as state:
                state.approve(changes.digest, "somebody", pair.timeline.machine())
            with pair.calmly():
                outcome = pair.apply(expected=changes)
            require(outcome.fault is None, f"what was approved was refused: {outcome.text}")
            require(sent(pair, before) == previewed(changes), "what was approved is not what was sent")


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I21_thresholds_preemptive(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I21: no part of a change set over a guard happens before its approval."""
    verify("I21", case, check)
