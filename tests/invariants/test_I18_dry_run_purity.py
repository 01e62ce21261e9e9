"""I18: a preview writes nothing: not to a system, not to the state, not even a cursor."""

from __future__ import annotations

from hypothesis import given
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import asked, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

SHAPE = Shape(runs=2, faults=3, forget=True)
RULES = (Rules(lines="rich"), Rules(lines="references"), Rules(lines="plain", duplicate="skip"))


def check(case: Case) -> None:
    """Preview before every run of the script, and in the end."""
    with playing(case) as pair:
        for step in (*case.steps, Step(do="run")):
            if step.do == "run":
                state, writes, since = pair.dump(), asked(pair), marks(pair)
                pair.preview(sweep=step.sweep)
                require(asked(pair) == writes, "a preview sent a write")
                no_writes(pair, since)
                changed = [table for table, rows in pair.dump().items() if state and state[table] != rows]
                require(not changed, f"a preview changed the state: {changed}")
            perform(pair, step)


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I18_dry_run_purity(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I18: a preview makes no mutating call and leaves every row of the state as it is."""
    verify("I18", case, check)
