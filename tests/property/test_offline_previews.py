"""A preview of a snapshot decides what one of the systems decides at the same moment, whatever befell them before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.deals import Life, deals
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.playing import played
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples

from syncdsl.engine.run import preview
from syncdsl.engine.snapshot.restoring import opened_snapshot, refuse_unfit
from syncdsl.engine.snapshot.taking import take_snapshot

if TYPE_CHECKING:
    from tests.simulator.cases import Case
    from tests.simulator.harness import Twins

    from syncdsl.changes.change_set import ChangeSet

SHAPE = Shape(runs=2, faults=2, edits=8)
RULES = (
    Rules(),
    Rules(lines="rich"),
    Rules(lines="references"),
    Rules(lines="plain", duplicate="clone in books"),
    Rules(lines="plain", view="Some"),
)


def told(changes: ChangeSet) -> dict[str, Any]:
    """Return what a preview decides."""
    names = ("effects", "expects", "baseline", "reported", "guards", "estimates", "unreadable", "unpreviewed", "today")
    return {name: value for name, value in changes.model_dump(mode="json").items() if name in names}


def offline(pair: Twins, *, sweep: bool) -> ChangeSet:
    """Take a snapshot of twins and preview it, with nothing of the twins at hand."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.snapshot"
        with pair.calmly(), path.open("wb") as target:
            pair.on_a_copy(lambda state: take_snapshot(pair.run(state), target))
        with opened_snapshot(path) as snapshot, snapshot.state() as state:
            refuse_unfit(snapshot.header, path, "test", pair.rules.plan, pair.rules.schemas)
            run = replace(
                pair.run(state, sweep=sweep),
                connections=snapshot.connections(pair.rules.plan, pair.rules.schemas, {}),
                clock=lambda: snapshot.header.taken,
                observed="snapshot",
            )
            return preview(run)


def agree(case: Case, *, sweep: bool) -> None:
    """Play a case and compare both previews."""
    with played(case, settle=False) as pair:
        online = pair.preview(sweep=sweep)
        assert told(offline(pair, sweep=sweep)) == told(online)


@examples(25)
@given(cases(rules=RULES, shape=SHAPE), st.booleans())
def test_an_offline_preview_decides_what_an_online_one_does(case: Case, sweep: bool) -> None:  # noqa: FBT001 - drawn
    """Whatever was edited, deleted, lost or left in doubt before: same effects, holds, reports and limits."""
    agree(case, sweep=sweep)


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Return a life of deals with documents."""
    return deals(Searched(draw), shape=SHAPE, life=Life(deletes=False))


@examples(15)
@given(lives())
def test_an_offline_preview_decides_the_same_about_documents(case: Case) -> None:
    """Edges, stages that were gone through, drafts that follow, and documents that were closed come out the same."""
    agree(case, sweep=False)
