"""I36: wherever a process dies, a rerun comes to what an undisturbed run comes to.

Every call and every commit of some runs is tried as the place of death, and random deaths of random cases on top.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step, play
from tests.simulator.deals import INVOICING, Life, deals
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.oracles import at_most_one
from tests.simulator.playing import essence, played, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import EFFORT, cases, examples
from tests.simulator.switches import Switches
from tests.simulator.violation import require

from syncdsl.adapters.protocol import Tier

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields

SHAPE = Shape(runs=2, faults=0, acts=False)
RULES = (
    Rules(lines="rich", conflict="crm"),
    Rules(lines="references"),
    Rules(lines="plain", duplicate="clone in books"),
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("deactivate", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "delete"), nested="delete", guard="deletes <= 100"),
)
MOST = 200
"""Points of one run that are all tried."""


def check(case: Case) -> None:
    """Compare the case with the same case without its death.

    It ends with the first run that dies: what people do afterwards would mean other records in the other world.
    """
    deaths = [number for number, step in enumerate(case.steps) if step.die_at is not None]
    case = replace(case, steps=case.steps[: deaths[0] + 1] if deaths else case.steps)
    with played(case.without_trouble()) as pair:
        expected = essence(pair)
    with played(case) as pair:
        require(essence(pair) == expected, "a death changed what both sides hold in the end")
        at_most_one(pair)


@examples(11)
@given(cases(rules=RULES, shape=SHAPE))
def test_I36_crash_equivalence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I36: random deaths in random cases change nothing in the end."""
    verify("I36", case, check)


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Search for lives of deals and their documents."""
    return deals(Searched(draw), shape=SHAPE, life=Life(deletes=False))


@examples(8)
@given(lives())
def test_I36_documents(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I36: a death changes neither which documents there are in the end nor what they hold."""
    verify("I36", case, check)


def _script(*more: Step) -> tuple[Step, ...]:
    """Return a script that gives its last run one of everything to do."""
    return (
        Step(do="insert", side="left", fields={"Name": "Acme", "Phone": "1"}),
        Step(do="insert", side="left", fields={"Name": "Clear", "Phone": "2", "Email": "c@x.example"}),
        Step(do="settle"),
        Step(do="edit", side="left", pick=0, fields={"Phone": "11"}),
        Step(do="edit", side="right", pick=1, fields={"mail": None, "phone": "22"}),
        Step(do="insert", side="left", fields={"Name": "New", "Phone": "3"}),
        Step(do="insert", side="left", fields={"Name": "Newer"}),
        Step(do="insert", side="right", fields={"name": "Books", "phone": "4"}),
        Step(do="insert", side="left", fields={"Name": "Twin", "Phone": "5"}),
        Step(do="insert", side="right", fields={"name": "twin", "phone": "6"}),
        *more,
    )


def _deal(number: int, stage: str) -> Step:
    fields: Fields = {"Name": f"Deal {number}", "Stage": stage, "Amount": Decimal(number + 1)}
    return Step(do="insert", side="left", deal=True, fields=fields)


WORLDS = {
    "upsert": Case(rules=Rules(lines="plain", conflict="crm"), steps=_script()),
    "refused duplicates, thin answers": Case(
        rules=Rules(lines="plain", duplicate="clone in books", conflict="crm"),
        left=Switches(tier=Tier.T2, answers="id", batch=1),
        right=Switches(tier=Tier.T0, reading="newest", answers="stamp", versions="stamps"),
        steps=_script(),
    ),
    "documents": Case(
        rules=INVOICING,
        steps=(
            *(Step(do="insert", side="left", fields={"Name": name}) for name in ("Acme", "Beta")),
            Step(do="settle"),
            *(_deal(number, "Won" if number < 3 else "Open") for number in range(4)),
            Step(do="settle"),
            Step(do="edit", side="left", deal=True, pick=0, fields={"Stage": "Lost"}),
            Step(do="edit", side="left", deal=True, pick=1, fields={"Amount": Decimal(9)}),
            Step(do="edit", side="left", deal=True, pick=3, fields={"Stage": "Won"}),
            _deal(5, "Won"),
        ),
    ),
    "searchable": Case(
        rules=Rules(lines="plain", conflict="crm", duplicate="skip"),
        left=Switches(tier=Tier.T3),
        right=Switches(tier=Tier.T3, batch=2),
        steps=_script(Step(do="delete", side="left", pick=1)),
    ),
}
SHARDS = 2


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", WORLDS)
def test_I36_every_point_of_death(name: str, shard: int) -> None:  # noqa: N802 - the invariant's own name
    """I36, I11: die at every call and every commit of a run (in longer searches of all of them); the same end."""
    case = WORLDS[name]
    with playing(case) as pair:
        play(pair, case.steps)
        undisturbed = pair.fork()
        undisturbed.schedule.begin()
        undisturbed.apply()
        points = undisturbed.schedule.points
        assert 30 < points <= MOST
        undisturbed.settle()
        expected = essence(undisturbed)
        stride = 1 if name == "upsert" or EFFORT > 1 else 3
        for point in range(1 + shard, points + 1, SHARDS * stride):
            other = pair.fork()
            other.schedule.begin(die_at=point)
            outcome = other.apply()
            assert outcome.died, f"point {point} of {points} did not come"
            other.settle()
            assert essence(other) == expected, f"died at {point} of {points}: {outcome.died}"
            at_most_one(other, tiers=tuple(Tier))
            with other.looking() as state:
                assert state.open_intents() == [], f"died at {point} of {points}: {outcome.died}"
            other.close()


def test_I36_can_fail() -> None:  # noqa: N802 - the invariant's own name
    """The comparison tells two worlds apart."""
    case = WORLDS["upsert"]
    with played(case) as one, played(replace(case, steps=case.steps[:-2])) as other:
        assert essence(one) != essence(other)
