"""I02: what a person wrote is there, was overwritten by a person, or stands in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import nothing_lost
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import VARIED, Rules
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=3, faults=2, soon=30)
RULES = VARIED


def check(case: Case) -> None:
    """Look for every overwritten value."""
    with played(case) as pair:
        nothing_lost(pair)


@examples(11)
@given(cases(rules=RULES, shape=SHAPE))
def test_I02_no_silent_loss(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I02: no value that a person wrote disappears without a word."""
    verify("I02", case, check)


@pytest.mark.parametrize("call", range(3, 8))
def test_I02_edited_meanwhile(call: int) -> None:  # noqa: N802 - the invariant's own name
    """I02: what a person writes between the reading of a record and its update is not written over unseen."""
    with twins(Rules(lines="plain", conflict="crm")) as pair:
        left = pair.insert("left", Name="Acme", Phone="1")
        pair.settle()
        right = pair.living("right")[0].id
        pair.edit("left", left, Phone="11")
        pair.schedule.begin(acts={call: [lambda: pair.edit("right", right, phone="22")]})
        pair.apply()
        pair.settle()
        nothing_lost(pair)
