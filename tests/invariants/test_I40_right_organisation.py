"""I40: a run that leads to another organisation than the state knows writes nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from tests.simulator.cases import Case, play
from tests.simulator.generator import Shape
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import asked, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import SIDES, require

SHAPE = Shape(runs=2, faults=1, begin_synced=100)
RULES = (Rules(lines="plain"), Rules(lines="references"))


def check(case: Case) -> None:
    """After the script either side becomes another organisation: neither preview nor apply does anything."""
    with playing(replace(case, steps=())) as pair:
        play(pair, case.steps)
        pair.settle()
        for side in SIDES:
            other = pair.fork()
            other.systems[side].organization = "somebody else's"
            state, since, before = other.dump(), marks(other), asked(other)
            calls = other.systems[side].counts["observe"]
            with other.calmly():
                outcome = other.apply(sweep=True)
            require(outcome.fault is not None, f"another organisation was accepted: {outcome.text}")
            no_writes(other, since)
            require(asked(other) == before, "something was sent to another organisation")
            require(other.systems[side].counts["observe"] == calls, "another organisation was read")
            require(other.dump() == state, "the state of another organisation was changed")


@examples(7)
@given(cases(rules=RULES, shape=SHAPE))
def test_I40_right_organisation(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I40: other organisation ids, no write, no reading, and a word about it."""
    verify("I40", case, check)
