"""I15: after the loss of the whole state, nothing is made again and nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.generator import Shape
from tests.simulator.oracles import at_most_one, marks, nothing_deleted, nothing_made, unpartnered
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=2, faults=3)
RULES = (
    Rules(lines="plain"),
    Rules(lines="rich"),
    Rules(lines="references"),
    Rules(lines="plain", duplicate="clone in books"),
    Rules(lines="plain", dedupe="Email == mail"),
)


def check(case: Case) -> None:
    """Forget, settle, compare."""
    with played(case) as pair:
        links, since, may = pair.links(), marks(pair), unpartnered(pair)
        pair.forget()
        pair.settle()
        nothing_made(pair, since, but=may)
        nothing_deleted(pair)
        at_most_one(pair)
        known = {
            (left, right)
            for left, right, status in links
            if status == "active" and pair.left.records[left].alive and pair.right.records[right].alive
        }
        again = {(left, right) for left, right, status in pair.links() if status == "active"}
        require(known <= again, f"links were not found again: {sorted(known - again)}")


@examples(11)
@given(cases(rules=RULES, shape=SHAPE))
def test_I15_amnesia_safe(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I15: deleting the state and running again makes nothing twice and deletes nothing."""
    verify("I15", case, check)
