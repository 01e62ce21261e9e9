"""I37: leaving and entering scope deletes nothing and makes nothing; the old link goes on with its old bases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.agreement import converged
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.oracles import living_are_not_gone, marks, no_writes, nothing_deleted, nothing_made
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.harness import Twins

SHAPE = Shape(runs=1, edits=6, faults=2, begin_synced=100, deletes=False, restores=False, duplicates=False, acts=False)
RULES = (Rules(lines="plain", view="Some", conflict="crm"), Rules(lines="rich", view="Some", conflict="crm"))
NOTHING = {"Name": "nobody has this name"}


def check(case: Case) -> None:
    """Sync; narrow the view to nothing; edit; run; widen it again: the same links, and the edits travel."""
    inserts = [step for step in case.steps if step.do == "insert"]
    edits = [
        step for step in case.steps if step.do == "edit" and "Name" not in step.fields and "name" not in step.fields
    ]
    with playing(case) as pair:
        for step in (*inserts, Step(do="settle")):
            perform(pair, step)
        before, since = _uids(pair), marks(pair)
        perform(pair, Step(do="view", side="left", fields=dict(NOTHING)))
        for step in (*edits, *(step for step in case.steps if step.do == "run")):
            perform(pair, step)
        pair.settle()
        no_writes(pair, since)
        nothing_deleted(pair)
        living_are_not_gone(pair)
        require(_uids(pair) == before, "links changed while their records were out of scope")
        perform(pair, Step(do="view", side="left"))
        pair.settle()
        nothing_made(pair, since)
        require(_uids(pair) == before, "links changed when their records came back into scope")
        converged(pair, pair.preview(sweep=True))


def _uids(pair: Twins) -> list[tuple[str, str, str]]:
    with pair.looking() as state:
        return sorted((link.uid, link.left_id, link.right_id) for link in state.links("customers"))


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I37_scope(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I37: a view that shows nothing for a while changes nothing but when edits travel."""
    verify("I37", case, check)
