"""I19: an apply performs exactly what was previewed; when the world moved on nothing, or the rest of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step, perform
from tests.simulator.deals import Life, deals
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape, deed
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import asked, essence, played, previewed, sent
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.changes.saved import SavedChangeSet, read_change_set, write_change_set

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator.harness import Twins

    from syncdsl.changes.change_set import ChangeSet

SHAPE = Shape(runs=2, faults=2, edits=8)
RULES = (Rules(lines="rich"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in books"))


def check(case: Case) -> None:
    """Preview and apply what was previewed; with an edit in between (the script's last one), the same or nothing."""
    *_, last = case.steps
    with played(case, settle=False) as pair:
        changes = saved(pair.preview(), pair.folder)
        moved, skipping, plain = pair.fork(), pair.fork(), pair.fork()
        with pair.calmly():
            before = asked(pair)
            outcome = pair.apply(expected=changes)
        require(outcome.fault is None, f"an apply of what was previewed was refused: {outcome.fault}")
        require(sent(pair, before) == previewed(changes), "what was sent is not what was previewed")
        perform(moved, last)
        with moved.calmly():
            before, since = asked(moved), marks(moved)
            outcome = moved.apply(expected=changes)
        if outcome.fault is not None:
            no_writes(moved, since)
        else:
            require(sent(moved, before) == previewed(changes), "after an edit, something else was sent")
        for one in (skipping, plain):
            perform(one, last)
        left_out(skipping, changes)
        skipping.settle()
        plain.settle()
        require(essence(skipping) == essence(plain), "what was left out as stale did not come about later")


def left_out(pair: Twins, changes: ChangeSet) -> None:
    """Apply a change set without what is stale; what is sent is what is left of it."""
    with pair.calmly():
        before = asked(pair)
        outcome = pair.apply(expected=changes, skip_stale=True)
    if outcome.report is None:
        require(asked(pair) == before, "a change set of which nothing is left was performed")
        return
    stale = {stale.effect.id for stale in outcome.report.stale}
    left = changes.model_copy(update={"effects": tuple(one for one in changes.effects if one.id not in stale)})
    require(sent(pair, before) == previewed(left), "without what is stale, something else was sent")


def saved(changes: ChangeSet, folder: Path) -> ChangeSet:
    """Return a change set as it is read from its file."""
    path = folder / "saved.json"
    path.write_text(write_change_set(SavedChangeSet(changes=changes)), encoding="utf-8")
    return read_change_set(path).changes


@st.composite
def edited(draw: st.DrawFn) -> Case:
    """Return a case that ends with an edit."""
    from dataclasses import replace  # noqa: PLC0415 - only here

    case = draw(cases(rules=RULES, shape=SHAPE))
    return replace(case, steps=(*case.steps, deed(Searched(draw), case.rules, SHAPE)))


@examples(11)
@given(edited())
def test_I19_dry_run_fidelity(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I19: executed writes are the previewed ones, fields and values included; else nothing is written."""
    verify("I19", case, check)


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Return a life of deals that ends with an edit of one."""
    from dataclasses import replace  # noqa: PLC0415 - only here

    case = deals(Searched(draw), shape=SHAPE, life=Life(deletes=False))
    *before, _ = case.steps
    return replace(case, steps=(*before, Step(do="edit", side="left", deal=True, pick=1, fields={"Stage": "Won"})))


@examples(8)
@given(lives())
def test_I19_documents(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I19: documents are made, changed and closed exactly as previewed; else nothing is written."""
    verify("I19", case, check)


__all__ = ["Step"]
