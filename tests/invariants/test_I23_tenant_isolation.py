"""I23: what one pair of organisations does is untouched by any other, whatever befalls that one."""

from __future__ import annotations

from hypothesis import given
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

SHAPE = Shape(runs=3, faults=3)
RULES = (Rules(lines="plain"), Rules(lines="references"))
NEIGHBOUR = (
    Step(do="insert", side="left", fields={"Name": "Acme", "Phone": "1"}),
    Step(do="run", die_at=20),
    Step(do="forbid", side="right", many=3),
    Step(do="run", sweep=True),
    Step(do="forget"),
)


def check(case: Case) -> None:
    """Play alone, then in turns with a neighbour that dies, is forbidden to read and loses its state."""
    with playing(case) as alone:
        for step in case.steps:
            perform(alone, step)
        expected = alone.schedule.text()
    with playing(case) as pair, playing(Case(rules=case.rules)) as neighbour:
        for number, step in enumerate(case.steps):
            perform(neighbour, NEIGHBOUR[number % len(NEIGHBOUR)])
            perform(pair, step)
        require(pair.schedule.text() == expected, "a neighbour changed the calls of this tenant")


@examples(7)
@given(cases(rules=RULES, shape=SHAPE))
def test_I23_tenant_isolation(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I23: the trace of a tenant is the same with and without others."""
    verify("I23", case, check)
