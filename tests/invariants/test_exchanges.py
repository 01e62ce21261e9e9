"""The invariants over records that are taken as the documents of a `transactions` statement are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.invariants import test_I02_no_silent_loss as loss
from tests.invariants import test_I11_at_most_once as once
from tests.invariants import test_I29_quiescence as quiet
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import at_most_one, marks, no_writes, nothing_invented, nothing_lost
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case

RULES = (
    Rules(lines="plain", dedupe="", exchange=True),
    Rules(lines="rich", dedupe="", conflict="review", exchange=True),
    Rules(lines="references", dedupe="", exchange=True),
)
SHAPE = Shape(runs=4, faults=3, soon=30)


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_no_document_is_made_twice(case: Case) -> None:
    """I11: under lost, delayed and doubled creates and deaths, no key is carried twice."""
    verify("I11", case, once.check)


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_nothing_a_person_wrote_disappears(case: Case) -> None:
    """I2: it is there, was overwritten by a person, or stands in the history."""
    verify("I02", case, loss.check)


@examples(6)
@given(cases(rules=RULES, shape=Shape(runs=3, faults=2, restores=False)))
def test_what_is_quiet_stays_quiet(case: Case) -> None:
    """I29: a run after everything came to rest writes nothing, whatever it reads."""
    verify("I29", case, quiet.check)


@examples(6)
@given(cases(rules=RULES, shape=SHAPE))
def test_nothing_is_invented(case: Case) -> None:
    """I1: whatever is written was read on the other side."""

    def check(case: Case) -> None:
        with played(case) as pair:
            nothing_invented(pair)

    verify("I01", case, check)


def test_old_ones_stay_alone_and_new_ones_arrive() -> None:
    """What was there when the rules were switched on is never touched; what comes later is made once, both ways."""
    with twins(RULES[0]) as pair:
        pair.insert("left", Name="Old")
        pair.insert("right", name="Alt")
        pair.settle()
        assert [len(pair.living(side)) for side in ("left", "right")] == [1, 1]
        pair.insert("left", Name="New")
        pair.insert("right", name="Neu")
        pair.settle()
        assert [len(pair.living(side)) for side in ("left", "right")] == [3, 3]
        at_most_one(pair)


def test_what_was_made_in_the_second_of_the_first_reading_is_old() -> None:
    """Stamps are whole seconds: what the first reading shows was there before, whatever its stamp says."""
    with twins(RULES[0]) as pair:
        pair.insert("left", Name="Just now")
        pair.apply(pause=0.0)
        pair.settle()
        assert pair.living("right") == []


@pytest.mark.parametrize("point", range(2, 40, 3))
def test_a_death_anywhere_makes_nothing_twice(point: int) -> None:
    """I36: wherever the process dies, the document arrives once, and edits of both sides survive."""
    with twins(RULES[0]) as pair:
        pair.settle()
        left = pair.insert("left", Name="New", Phone="1")
        pair.schedule.begin(die_at=point)
        pair.apply()
        pair.edit("left", left, Phone="2")
        pair.settle()
        (right,) = pair.living("right")
        assert right.now.fields["phone"] == "2"
        at_most_one(pair)
        nothing_lost(pair)
        since = marks(pair)
        pair.apply()
        no_writes(pair, since)


def test_without_the_state_nothing_is_made_again() -> None:
    """I15: partners are found again by their keys and go on; none is made a second time, and old ones stay alone."""
    with twins(RULES[0]) as pair:
        pair.insert("left", Name="Old")
        pair.settle()
        left = pair.insert("left", Name="New")
        right = pair.insert("right", name="Neu")
        pair.settle()
        pair.forget()
        since = marks(pair)
        pair.settle()
        no_writes(pair, since)
        pair.edit("left", left, Phone="1")
        pair.edit("right", right, phone="2")
        pair.settle()
        phones = {held.now.fields["name"]: held.now.fields.get("phone") for held in pair.living("right")}
        assert phones == {"New": "1", "Neu": "2"}
        names = sorted(str(held.now.fields["Name"]) for held in pair.living("left"))
        assert names == ["Neu", "New", "Old"]
