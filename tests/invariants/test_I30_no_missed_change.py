"""I30: every change is seen by the first reading that begins a window after it, whatever clocks and lists do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.agreement import converged
from tests.simulator.cases import Case, play
from tests.simulator.draws import Searched, choose
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.switches import Switches
from tests.simulator.violation import require

SHAPE = Shape(
    runs=4, edits=10, faults=1, deaths=True, begin_synced=100, duplicates=False, deletes=False, restores=False, soon=70
)
RULES = (Rules(lines="plain", conflict="crm"),)


def check(case: Case) -> None:
    """After the script and the window, one undisturbed incremental run brings every change across."""
    with playing(case) as pair:
        pair.sweep_after = dt.timedelta(days=10_000)
        play(pair, tuple(replace(step, sweep=False) for step in case.steps))
        pair.timeline.advance(max(system.switches.overlap for system in pair.systems.values()))
        for system in pair.systems.values():
            system.settle()
        with pair.calmly():
            outcome = pair.apply()
            require(outcome.fault is None, f"it stopped: {outcome.text}")
            # A second one absorbs what the first found moved on; it may not need to see anything new.
            pair.apply()
        converged(pair, pair.preview())


@st.composite
def skewed(draw: st.DrawFn) -> Case:
    """Return a case with clocks, stamps and pages of all kinds."""
    case = draw(cases(rules=RULES, shape=SHAPE))
    source = Searched(draw)

    def worse(mine: Switches) -> Switches:
        return replace(
            mine,
            reading=choose(source, ("keyset", "newest", "offset")),
            skew=choose(source, (0.0, 55.0, -55.0)),
            granularity=choose(source, (1, 10)),
            commit_lag=choose(source, (0.0, 40.0)),
            page_size=choose(source, (2, 1, 3)),
            overlap=120.0,
        )

    return replace(case, left=worse(case.left), right=worse(case.right))


@examples(11)
@given(skewed())
def test_I30_no_missed_change(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I30: no edit is missed by incremental readings, even while pages move under them."""
    verify("I30", case, check)


@pytest.mark.parametrize("reading", ["keyset", "newest"])
def test_I30_listed_late(reading: Literal["keyset", "newest"]) -> None:  # noqa: N802 - the invariant's own name
    """I30: what lists show later than a newer change, but within the overlap, is seen."""
    with twins(RULES[0], left=Switches(reading=reading), right=Switches(reading=reading)) as pair:
        ids = [pair.insert("left", Name=name) for name in ("Acme", "Beta")]
        pair.settle()
        plain = pair.left.switches
        pair.left.switches = replace(plain, commit_lag=100.0)
        pair.edit("left", ids[0], Phone="1")
        pair.timeline.advance(5.0)
        pair.left.switches = plain
        pair.edit("left", ids[1], Phone="2")
        pair.timeline.advance(5.0)
        pair.apply(pause=110.0)
        pair.apply()
        converged(pair, pair.preview())


@pytest.mark.parametrize("call", range(3, 7))
def test_I30_two_changes_in_one_second(call: int) -> None:  # noqa: N802 - the invariant's own name
    """I30: where a version is only a stamp, a second change within its second is seen though the stamp stays."""
    stamped = Switches(versions="stamps")
    with twins(RULES[0], left=stamped, right=stamped) as pair:

        def edit() -> None:
            pair.edit("left", pair.living("left")[0].id, Phone="2")

        # The record is made, read and edited between two strokes of the clock that stamps it.
        pair.timeline.advance(0.75 - call * 0.25 % 1.0)
        pair.schedule.begin(acts={call: [lambda: pair.insert("left", Name="Acme", Phone="1")], call + 1: [edit]})
        for _ in range(3):
            pair.apply()
        converged(pair, pair.preview())
