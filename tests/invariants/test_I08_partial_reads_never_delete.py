"""I08: readings that are cut, forbidden, empty or narrowed delete nothing and declare nothing gone.

A module that may not be read holds its pair as a whole; everything else goes on, and later all is made good.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.agreement import converged
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import living_are_not_gone, nothing_deleted
from tests.simulator.playing import played, playing
from tests.simulator.regressions import verify
from tests.simulator.rules import CHILD_PAIR, MODULES, Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import SIDES, require

if TYPE_CHECKING:
    from tests.simulator.harness import Outcome, Twins
    from tests.simulator.rules import SideName

    from syncdsl.state import Link

SHAPE = Shape(
    runs=3,
    faults=4,
    deletes=False,
    restores=False,
    reads=(Fate.TRUNCATED, Fate.SHORT, Fate.EMPTY, Fate.FORBIDDEN),
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


BESIDE = """
module people: crm.Leads <-> books.vendors
    dedupe: Name == name
    map:
        Name <-> name
        Phone <-> phone
"""
HELD_SHAPE = Shape(runs=4, edits=8, faults=0, deaths=False, closings=True)
HELD_RULES = (
    Rules(lines="plain", extra=BESIDE),
    Rules(lines="references", conflict="review", extra=BESIDE),
    Rules(lines="plain", deletes=("delete", "delete"), guard="deletes <= 100", extra=BESIDE),
)


def check_held(case: Case) -> None:
    """Of a run that could not read a module: its pair is as it was, and the pair beside is synced."""
    with playing(case) as pair:
        person = pair.left.insert("Leads", {"Name": "Ann"}).id
        for number, step in enumerate(case.steps):
            if step.do != "run":
                perform(pair, step)
                continue
            pair.left.edit("Leads", person, {"Phone": str(number)})
            before, links, refused = _pair(pair), _links(pair), _refused(pair)
            outcome = perform(pair, step)
            assert outcome is not None
            held = _held(outcome)
            require(held or outcome.report is None or _refused(pair) == refused, "what was refused counts as read")
            if held:
                require(_pair(pair) == before, "a pair with a module that could not be read changed")
                # What an earlier run left in doubt is settled where that can be asked: what it made is linked.
                settled = outcome.report is not None and outcome.report.recovered
                now = _links(pair)
                require(now == links or (settled and all(link in now for link in links)), "its links changed")
                require(_arrived(pair, str(number)), "the pair beside it did not go on")
            living_are_not_gone(pair)
        perform(pair, Step(do="open"))
        pair.settle()
        quiet = pair.preview(sweep=True)
        require(quiet.unreadable == (), "what can be read again is still said to be unreadable")
        converged(pair, quiet)


def _held(outcome: Outcome) -> bool:
    """Return whether a run held the pair; one that could not read a record it had written ends with the fault."""
    if outcome.report is None:
        require(outcome.fault is not None and outcome.fault.code.id == "SD703", f"it ended otherwise: {outcome.text}")
        return False
    unreadable = outcome.report.changes.unreadable
    require(all(item.holds == ("customers",) for item in unreadable), f"something else is held: {unreadable}")
    return bool(unreadable)


def _refused(pair: Twins) -> int:
    """Return how many calls were refused because their module may not be read."""
    return sum(connection.shut for connection in pair.connections.values())


def _pair(pair: Twins) -> tuple[object, ...]:
    """Return what the engine made of a pair: its writes to both modules, its questions, its last pass."""
    mine = [
        change
        for side, system in pair.systems.items()
        for change in system.log
        if change.module == MODULES[side] and change.author == "engine"
    ]
    sent = [one for side, system in pair.systems.items() for one in system.sent if one[1] == MODULES[side]]
    with pair.looking() as state:
        reviews = [item for item in state.reviews() if item.rule == "customers"]
        return mine, len(sent), reviews, state.passed("customers")


def _links(pair: Twins) -> list[Link]:
    with pair.looking() as state:
        return list(state.links("customers"))


def _arrived(pair: Twins, phone: str) -> bool:
    return [held.now.fields.get("phone") for held in pair.right.living("vendors")] == [phone]


@examples(16)
@given(cases(rules=HELD_RULES, shape=HELD_SHAPE))
def test_I08_unreadable_modules(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I08: a module that cannot be read changes nothing in its pair and nothing elsewhere, and all is made good."""
    check_held(case)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("pages", [0, 1])
@pytest.mark.parametrize("sweep", [False, True])
def test_I08_unreadable_at_all(side: SideName, pages: int, sweep: bool) -> None:  # noqa: N802, FBT001 - the invariant's own name; a parameter
    """I08: whatever can happen to a pair happens while it is held, so that the invariant holds for something."""
    made = tuple(Step(do="insert", side="left", fields={"Name": f"Account {one}", "Phone": "1"}) for one in range(4))
    deeds = (
        Step(do="edit", side="left", pick=0, fields={"Phone": "2"}),
        Step(do="edit", side="right", pick=1, fields={"phone": "3"}),
        Step(do="delete", side="left", pick=2),
        Step(do="delete", side="right", pick=2),
        Step(do="insert", side="left", fields={"Name": "New"}),
        Step(do="insert", side="right", fields={"name": "Other"}),
    )
    held = (Step(do="close", side=side, many=pages), Step(do="run", sweep=sweep))
    case = Case(rules=HELD_RULES[2], steps=(*made, Step(do="settle"), *deeds, *held))
    case = replace(case, **{one: replace(getattr(case, one), page_size=1) for one in SIDES})
    outcomes: list[Outcome | None] = []
    with playing(case) as pair:
        pair.left.insert("Leads", {"Name": "Ann"})
        outcomes = [perform(pair, step) for step in case.steps]
    assert outcomes[-1] is not None
    require(_held(outcomes[-1]), f"nothing was held: {outcomes[-1].text}")
    check_held(case)


@pytest.mark.parametrize("side", SIDES)
def test_I08_unreadable_asks_nothing(side: SideName) -> None:  # noqa: N802 - the invariant's own name
    """I08: a question of a held pair stays open although the record it is about was seen on the other side."""
    rules = replace(HELD_RULES[0], conflict="review")
    edits = tuple(Step(do="edit", side=one, fields={"phone" if one == "right" else "Phone": one}) for one in SIDES)
    asked = (Step(do="insert", side="left", fields={"Name": "Acme"}), Step(do="settle"), *edits, Step(do="run"))
    held = (Step(do="close", side=side), Step(do="run"), Step(do="run"))
    with playing(Case(rules=rules, steps=(*asked, *held))) as pair:
        for step in asked:
            perform(pair, step)
        with pair.looking() as state:
            (question,) = state.reviews()
        for step in held:
            perform(pair, step)
        with pair.looking() as state:
            require(state.reviews() == [question], "a question was settled or asked again without a reading")
    check_held(Case(rules=rules, steps=(*asked, *held)))
