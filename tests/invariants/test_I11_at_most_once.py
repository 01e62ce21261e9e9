"""I11: whatever call fails and wherever the process dies, a key is carried by at most one living record."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, Step, play
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import at_most_one
from tests.simulator.playing import played, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples
from tests.simulator.switches import Switches

from syncdsl.adapters.protocol import Tier

if TYPE_CHECKING:
    from tests.simulator.harness import Outcome, Twins

SHAPE = Shape(runs=3, faults=4, soon=40, merges=True, reads=(Fate.UNREACHABLE, Fate.TRUNCATED))
KEYLESS = Rules(lines="plain", direction="->", duplicate="overwrite", keyless=("left", "right"))
RULES = (Rules(lines="plain"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in books"))


def check(case: Case) -> None:
    """After every step, and when all has settled; lists of restored copies aside, in every tier."""

    def seen(pair: Twins, step: Step, outcome: Outcome | None) -> None:
        del step, outcome
        at_most_one(pair, tiers=tuple(Tier))

    with played(case, seen) as pair:
        at_most_one(pair, tiers=tuple(Tier))


def check_keyless(case: Case) -> None:
    """After every step; doubt stays until a person decides, so nothing is settled."""
    with playing(case) as pair:
        for step in case.steps:
            with pair.calmly() if step.do == "settle" else nullcontext():
                play(pair, (Step(do="run") if step.do == "settle" else step,))
            at_most_one(pair, tiers=tuple(Tier))


@examples(24)
@given(cases(rules=RULES, shape=SHAPE))
def test_I11_at_most_once(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I11: under lost, delayed, doubled and partial creates and deaths, no key is carried twice."""
    verify("I11", case, check)


@examples(8)
@given(cases(rules=RULES, shape=SHAPE, left=Switches(tier=Tier.T3), right=Switches(tier=Tier.T3)))
def test_I11_with_a_marker_that_can_be_searched(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I11: tier T3, in runs that follow at once: a create in doubt waits until it can no longer land."""
    verify("I11", case, check)


@examples(8)
@given(cases(rules=(KEYLESS,), shape=SHAPE))
def test_I11_with_nothing_to_tell_by(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I11: tier T4, where a create in doubt is never sent again."""
    verify("I11", case, check_keyless)


def test_I11_lookup_in_a_lagging_index() -> None:  # noqa: N802 - the invariant's own name
    """I11: tier T3, where lists and lookups know a write only after minutes that the adapter declares."""
    lagging = Switches(tier=Tier.T3, find_by_index=True, index_lag=300.0, commit_lag=300.0, landing=0.0)
    for call in range(4, 8):
        with twins(Rules(lines="plain"), right=lagging) as pair:
            pair.insert("left", Name="Acme")
            pair.schedule.begin(planned={call: Fate.LOST_ANSWER})
            for pause in (100.0, 100.0, 3600.0):
                pair.apply(pause=pause)
                at_most_one(pair, tiers=tuple(Tier))
            pair.settle()
            at_most_one(pair, tiers=tuple(Tier))


LATE = Switches(tier=Tier.T4, landing=100_000.0)
FORGETFUL = replace(KEYLESS, dedupe="")
"""Nothing tells a record by its key, nor by its name."""


def test_I11_late_with_nothing_to_tell_by() -> None:  # noqa: N802 - the invariant's own name
    """I11: tier T4, where a lost create lands hours later: meanwhile it is not sent again."""
    for call in range(5, 7):
        with twins(FORGETFUL, right=LATE) as pair:
            pair.insert("left", Name="Acme")
            pair.schedule.begin(planned={call: Fate.DELAYED})
            for _ in range(3):
                pair.apply(pause=1.0)
            pair.timeline.advance(LATE.landing)
            pair.right.settle()
            pair.apply()
            at_most_one(pair, tiers=tuple(Tier))


def test_I11_death_with_nothing_to_tell_by() -> None:  # noqa: N802 - the invariant's own name
    """I11: tier T4, where the process dies around the call: what may have been sent is not sent again."""
    for point in range(12, 34):
        with twins(FORGETFUL, right=LATE) as pair:
            pair.insert("left", Name="Acme")
            pair.schedule.begin(die_at=point)
            pair.apply()
            pair.apply()
            at_most_one(pair, tiers=tuple(Tier))
