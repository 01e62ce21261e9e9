"""I06: when one side edits and the other deletes, nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import mapped_names, marks, taken_away
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import OTHER, SIDES, require

if TYPE_CHECKING:
    from tests.simulator.harness import Twins
    from tests.simulator.rules import SideName

SHAPE = Shape(runs=2, edits=6, faults=2, begin_synced=100, restores=False, acts=False)
RULES = (
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("keep", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("review", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("deactivate", "delete"), guard="deletes <= 100"),
    Rules(lines="plain"),
)


def check(case: Case) -> None:
    """Sync; then before every run: what was edited since the last one, and is deleted by the engine, is wrong."""
    with playing(case) as pair:
        pair_since = marks(pair)
        for step in _synced_first(case):
            if step.do == "run":
                edited, since = _edited(pair, pair_since), marks(pair)
                perform(pair, step)
                for side, change in taken_away(pair, since):
                    require(change.id not in edited[side], f"{side} {change.id} was edited, and was taken away")
                pair_since = since
            else:
                perform(pair, step)
                if step.do == "settle":
                    pair_since = marks(pair)


def _synced_first(case: Case) -> list[Step]:
    first = [step for step in case.steps if step.do == "insert"]
    rest = [step for step in case.steps if step.do not in {"insert", "settle"}]
    return [*first, Step(do="settle"), *rest, Step(do="run")]


def _edited(pair: Twins, since: dict[SideName, int]) -> dict[SideName, set[str]]:
    """Return which records a person edited in a mapped field since."""
    return {
        side: {
            change.id
            for change in pair.systems[side].log[since[side] :]
            if change.author == "person" and change.operation == "edit" and change.field in mapped_names(pair, side)
        }
        for side in SIDES
    }


@pytest.mark.parametrize(("deleted", "edited"), [("left", {"phone": "2"}), ("right", {"Phone": "2"})])
def test_I06_edited_before_the_delete_is_seen(deleted: SideName, edited: dict[str, str]) -> None:  # noqa: N802 - the invariant's own name
    """I06: a record that was edited since the last run outlives its partner, on either side."""
    with twins(Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100")) as pair:
        pair.insert("left", Name="Acme", Phone="1")
        pair.settle()
        ((left, right, _),) = pair.links()
        gone, other = (left, right) if deleted == "left" else (right, left)
        pair.edit(OTHER[deleted], other, **edited)
        pair.delete(deleted, gone)
        pair.settle()
        require(bool(pair.living(OTHER[deleted])), f"{other} was edited, and was taken away")


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I06_edit_beats_delete(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I06: an edited record is never deleted because its partner was."""
    verify("I06", case, check)
