"""I32: a record that the other system refuses for ever changes nothing for any other record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, Step, play
from tests.simulator.generator import Shape
from tests.simulator.playing import essence, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.harness import Twins

SHAPE = Shape(runs=2, edits=6, faults=0, deaths=False, acts=False, duplicates=False)
RULES = (Rules(lines="plain", conflict="crm"), Rules(lines="references", conflict="crm"))
POISON = "poison"
BAD = Step(do="insert", side="left", fields={"Name": f"A {POISON}ed one", "Phone": "1"})
RUNS = 5


def check(case: Case) -> None:
    """Play with and without a poisoned record in the middle; everything else ends the same."""
    calm = replace(case, right=replace(case.right, poison=POISON))
    middle = len(case.steps) // 2
    ends = []
    for steps in (calm.steps, (*calm.steps[:middle], BAD, *calm.steps[middle:])):
        # Scripts name records by their place, which the poisoned one must not shift: it is made by a step of its own.
        with playing(calm) as pair:
            shifted = False
            for step in steps:
                if step is BAD:
                    shifted = True
                    continue
                play(pair, (Step(do="run") if step.do == "settle" else step,))
            if shifted:
                pair.insert("left", **BAD.fields)
            with pair.calmly():
                for _ in range(RUNS):
                    outcome = pair.apply(sweep=True)
                    require(outcome.fault is None, f"it stopped: {outcome.text}")
            end = essence(pair)
            ends.append({side: [one for one in records if POISON not in repr(one)] for side, records in end.items()})
            require(not shifted or not _arrived(pair), "the poisoned record arrived")
    require(ends[0] == ends[1], "a poisoned record changed others")


def _arrived(pair: Twins) -> bool:
    return any(POISON in str(held.now.fields.get("name")) for held in pair.living("right"))


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I32_poison_isolation(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I32: one poisoned record among others fails alone."""
    verify("I32", case, check)
