"""I08: readings that are cut, forbidden, empty or narrowed delete nothing and declare nothing gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.cases import Step, perform
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import living_are_not_gone, nothing_deleted
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import CHILD_PAIR, Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples

if TYPE_CHECKING:
    from tests.simulator.cases import Case
    from tests.simulator.harness import Outcome, Twins

SHAPE = Shape(
    runs=3,
    faults=4,
    deletes=False,
    restores=False,
    reads=(Fate.TRUNCATED, Fate.EMPTY, Fate.FORBIDDEN),
    writes=(Fate.EMPTY,),
    views=True,
)
RULES = (
    Rules(lines="plain"),
    Rules(lines="plain", view="Some"),
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("deactivate", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "delete"), nested="delete", guard="deletes <= 100"),
    Rules(lines="plain", where='where books: name != "Delta"', direction="<-", duplicate="overwrite"),
)
FAMILY = (
    Step(do="insert", side="left", fields={"Name": "Acme"}),
    Step(do="insert", side="left", child=True, fields={"Name": "Ann", "Email": "ann@x.example"}),
    Step(do="insert", side="right", fields={"name": "Beta Works"}),
    Step(do="insert", side="right", child=True, other=1, fields={"name": "Bob", "mail": "bob@x.example"}),
    Step(do="settle"),
)
"""Two families, one from each side, synced."""


def check(case: Case) -> None:
    """After every step, and in the end."""

    def seen(pair: Twins, step: Step, outcome: Outcome | None) -> None:
        del step, outcome
        nothing_deleted(pair)
        living_are_not_gone(pair)

    with played(case, seen) as pair:
        nothing_deleted(pair)
        living_are_not_gone(pair)


@examples(11)
@given(cases(rules=RULES, shape=SHAPE))
def test_I08_partial_reads_never_delete(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I08: cut, forbidden and empty readings and flipped views cause no delete."""
    verify("I08", case, check)


@pytest.mark.parametrize("fate", [Fate.FORBIDDEN, Fate.BROKEN, Fate.UNREACHABLE])
def test_I08_forbidden_to_confirm(fate: Fate) -> None:  # noqa: N802 - the invariant's own name
    """I08: where a list shows nothing and the question after each record is not answered, nothing is gone."""
    with twins(Rules(lines="plain")) as pair:
        for name in ("Acme", "Beta"):
            pair.insert("left", Name=name)
        pair.settle()
        for call in range(1, 12):
            pair.schedule.begin(planned={call: Fate.EMPTY, call + 1: fate})
            pair.apply(sweep=True)
            nothing_deleted(pair)
            living_are_not_gone(pair)


@pytest.mark.parametrize("fate", [Fate.TRUNCATED, Fate.EMPTY, Fate.FORBIDDEN])
def test_I08_children_of_unread_parents(fate: Fate) -> None:  # noqa: N802 - the invariant's own name
    """I08: children whose parents' reading was cut, empty or forbidden, on either side, stay and stay linked."""
    with twins(RULES[4]) as pair:
        for step in FAMILY:
            perform(pair, step)
        assert len(pair.links(CHILD_PAIR)) == 2
        for call in range(1, 12):
            pair.schedule.begin(planned={call: fate})
            pair.apply(sweep=True)
            nothing_deleted(pair)
            living_are_not_gone(pair)
        assert {status for _, _, status in pair.links(CHILD_PAIR)} == {"active"}
