"""I16: a record that a person deleted is not made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import key_of
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import OTHER, SIDES, require

if TYPE_CHECKING:
    from tests.simulator.cases import Case
    from tests.simulator.rules import SideName

SHAPE = Shape(runs=3, edits=9, faults=3, begin_synced=80, restores=False)
RULES = (
    Rules(lines="plain"),
    Rules(lines="references"),
    Rules(lines="plain", dedupe="Email == mail"),
    Rules(lines="one way", direction="->"),
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100"),
)


def check(case: Case) -> None:
    """Count creates: at most one of a key in a lifetime, and none for the partner of what was deleted."""
    with played(case) as pair:
        for side, system in pair.systems.items():
            made = [
                (change.number, pair.systems[side].records[change.id].key)
                for change in system.log
                if change.author == "engine" and change.operation == "insert" and not change.field
            ]
            keys = [key for _, key in made]
            require(len(keys) == len(set(keys)), f"{side}: a deleted record was made again")
            partners = {
                (left if side == "left" else right): (right if side == "left" else left)
                for left, right, _ in pair.links()
            }
            for change in system.log:
                if change.operation in {"delete", "merge"} and change.author == "person" and change.id in partners:
                    key = key_of(OTHER[side], partners[change.id])
                    again = [number for number, made_key in made if made_key == key and number > change.number]
                    require(not again, f"{side} {change.id} was deleted, and made again for its partner")


@examples(11)
@given(cases(rules=RULES, shape=SHAPE))
def test_I16_no_resurrection(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I16: deleted records stay deleted, whatever fails and whatever their partners become."""
    verify("I16", case, check)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("forget", [False, True])
def test_I16_kept_partner(side: SideName, forget: bool) -> None:  # noqa: FBT001, N802 - the invariant's own name
    """I16: the partner of a deleted record stays alone, also when what was known of the deletion is lost.

    After such a loss only the key on a record tells that it was made for one that is gone.
    """
    with twins(RULES[0]) as pair:
        pair.insert("left", Name="Acme")
        pair.settle()
        gone = pair.living(side)[0].id
        pair.delete(side, gone)
        pair.settle()
        if forget and side == "left":
            pair.forget()
        pair.edit(OTHER[side], pair.living(OTHER[side])[0].id, **{"phone" if side == "left" else "Phone": "77"})
        pair.settle()
        require(pair.living(side) == [], f"{side} {gone} was deleted, and made again")
