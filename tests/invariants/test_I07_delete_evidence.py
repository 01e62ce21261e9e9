"""I07: every delete that is sent rests on a partner that is really gone, and on a rule that allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import marks, taken_away
from tests.simulator.playing import played, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import CHILD_PAIR, CHILDREN, Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import OTHER, SIDES, require

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields

SHAPE = Shape(
    runs=3,
    edits=6,
    faults=3,
    begin_synced=100,
    reads=(Fate.TRUNCATED, Fate.EMPTY, Fate.FORBIDDEN, Fate.UNREACHABLE),
)
RULES = (
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "review"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "keep"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("deactivate", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "keep"), nested="delete", guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "delete"), nested="keep", guard="deletes <= 100"),
)


def check(case: Case) -> None:
    """After every step: what was taken away has a partner that a person deleted, and a rule allows it."""
    with playing(case) as pair:
        for step in (*case.steps, Step(do="run", sweep=True)):
            links = [*pair.links(), *pair.links(CHILD_PAIR)]
            partners = {left: right for left, right, _ in links} | {right: left for left, right, _ in links}
            since = marks(pair)
            perform(pair, step)
            for side, change in taken_away(pair, since):
                other = OTHER[side]
                partner = pair.systems[other].records.get(partners.get(change.id, ""))
                require(partner is not None, f"{side} {change.id} was taken away, and had no partner")
                assert partner is not None
                require(not partner.alive, f"{side} {change.id} was taken away, and its partner {partner.id} lives")
                child = change.module == CHILDREN[side]
                policy = case.rules.nested if child else case.rules.deletes[0 if other == "left" else 1]
                wrong = f"{side} {change.id} met with {change.operation}, and the rule says {policy}"
                require(change.operation == policy, wrong)


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I07_delete_evidence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I07: no delete without evidence and permission."""
    verify("I07", case, check)


def test_I07_deletes_at_all() -> None:  # noqa: N802 - the invariant's own name
    """I07: with evidence and permission the partner is deleted, else the invariant would hold for nothing."""
    first = (Step(do="insert", side="left", fields={"Name": "Acme"}), Step(do="settle"))
    case = Case(rules=RULES[0], steps=(*first, Step(do="delete", side="left")))
    with played(case) as pair:
        assert pair.living("right") == []


def test_I07_deactivates_at_all() -> None:  # noqa: N802 - the invariant's own name
    """I07: with `deactivate` the partner stays and is made inactive, once."""
    first = (Step(do="insert", side="left", fields={"Name": "Acme"}), Step(do="settle"))
    case = Case(rules=RULES[3], steps=(*first, Step(do="delete", side="left")))
    with played(case) as pair:
        (kept,) = pair.living("right")
        assert [change.id for _, change in taken_away(pair, {"left": 0, "right": 0})] == [kept.id]
        assert pair.right.inactive == {kept.id}


def test_I07_deletes_children_at_all() -> None:  # noqa: N802 - the invariant's own name
    """I07: the partner of a deleted child is deleted, below a parent that lives as below one that goes as well."""
    child: Fields = {"Name": "Ann", "Email": "ann@x.example"}
    steps = (
        Step(do="insert", side="left", fields={"Name": "Acme"}),
        Step(do="insert", side="left", child=True, fields=child),
        Step(do="settle"),
        Step(do="delete", side="left", child=True),
    )
    for more in ((), (Step(do="delete", side="left"),)):
        with played(Case(rules=RULES[4], steps=(*steps, *more))) as pair:
            assert list(pair.right.living(CHILDREN["right"])) == []
            assert len(pair.living("right")) == (0 if more else 1)


def test_I07_each_side_its_own_policy() -> None:  # noqa: N802 - the invariant's own name
    """I07: what a rule allows for deletions on one side it does not allow for those on the other."""
    for side in SIDES:
        with twins(RULES[2]) as pair:
            pair.insert("left", Name="Acme")
            pair.settle()
            pair.delete(side, pair.living(side)[0].id)
            pair.settle()
            left = len(pair.living(OTHER[side]))
            require(left == (0 if side == "left" else 1), f"deleted on the {side}, and {left} partners are left")
