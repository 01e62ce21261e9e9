"""I16: a record that a person deleted is not made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.oracles import key_of
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import OTHER, require

if TYPE_CHECKING:
    from tests.simulator.cases import Case

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
