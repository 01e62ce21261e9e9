"""Refused writes that a person dismissed: left out while they are the same, tried again when anything changed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.memory.store import Deletion
from syncdsl.adapters.protocol import Change, NewRecord, Rejected
from syncdsl.engine.dismissals import COUNTED
from syncdsl.engine.refusals import tries_of
from syncdsl.engine.subject import Subjects
from syncdsl.schema.values import Ref
from syncdsl.state.reviews import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.engine.conftest import MakeWorld, World

    from syncdsl.adapters.memory.store import Write
    from syncdsl.state import ReviewItem

DAY = dt.timedelta(days=1)
LINKED = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on delete in crm: delete
    map:
        Name <-> name
        Phone <-> phone
        Website <-> website

guard: deletes <= 100
"""
WITH_PERSONS = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name

    with persons: crm.Contacts -> books.persons
        parent: Account
        dedupe: Mail == mail
        map:
            Name -> name
            Mail -> mail
"""
DOCUMENTS = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        deal.Region -> reference
        today() -> date
        line:
            deal.Name -> name
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice
when deal.stage == lost: void invoice

guard: amount <= 1_000_000 EUR
"""


def refuse(world: World, *kinds: type, module: str = "") -> None:
    """Let the books refuse writes of some kinds."""

    def fate(at: str, write: object) -> Fate | None:
        refused = isinstance(write, kinds) and (not module or at == module)
        return Fate(outcome=Rejected(code="15", message="not on Mondays"), lands=False) if refused else None

    world.books.interfere = fate


def refused(world: World, *states: str) -> list[ReviewItem]:
    return [item for item in world.reviews(*states) if item.field == REFUSED]


def dismiss(world: World) -> ReviewItem:
    """Dismiss the only refused write."""
    (item,) = refused(world)
    world.decide(item, "dismiss")
    return item


def left_alone(world: World, count: int = 1, runs: int = 3) -> None:
    """Require that runs try nothing, show no change, count what they leave out, and that the dismissal stands."""
    for _ in range(runs):
        # Another day, also by the clocks of the systems: what follows from the day alone is no change.
        world.books.now += DAY
        world.crm.now += DAY
        before = len(world.writes)
        changes = world.preview()
        assert (changes.changes, changes.baseline[COUNTED]) == ((), count)
        report = world.apply()
        assert (report.failed, report.waiting, world.writes[before:]) == ([], [], [])
        assert {item.state for item in refused(world)} == {"decided"}


def created(world: World) -> Callable[[], None]:
    account = world.rules(LINKED).account("Acme", Phone="1")
    refuse(world, NewRecord)
    return lambda: world.edit(account, Phone="2")


def updated(world: World) -> Callable[[], None]:
    account = world.rules(LINKED).account("Acme", Phone="1")
    world.settle()
    refuse(world, Change)
    world.edit(account, Phone="2")
    return lambda: world.edit(account, Phone="3")


def updated_there(world: World) -> Callable[[], None]:
    """Change the record that refuses there, in a field that is not in question."""
    account = world.rules(LINKED).account("Acme", Phone="1")
    world.settle()
    ((_, customer, _),) = world.links()
    refuse(world, Change)
    world.edit(account, Phone="2")
    return lambda: world.edit(customer, website="www")


def keyed(world: World) -> Callable[[], None]:
    """Two records are linked, and one will carry no key."""
    world.rules(LINKED).account("Acme", Phone="1")
    customer = world.customer("Acme", phone="1")
    refuse(world, Change)
    return lambda: world.edit(customer, phone="2")


def deleted(world: World) -> Callable[[], None]:
    account = world.rules(LINKED).account("Acme", Phone="1")
    world.settle()
    ((_, customer, _),) = world.links()
    refuse(world, Deletion)
    world.delete(account)
    return lambda: world.edit(customer, phone="5")


def invoiced(world: World) -> Callable[[], None]:
    acme = world.rules(DOCUMENTS).account("Acme")
    world.settle()
    refuse(world, NewRecord, module="invoices")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    return lambda: world.edit(deal, Amount=Decimal(6))


def followed(world: World) -> Callable[[], None]:
    acme = world.rules(DOCUMENTS).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5), Region="A")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    refuse(world, Change, module="invoices")
    world.edit(deal, Region="B")
    return lambda: world.edit(deal, Region="C")


def voided(world: World) -> Callable[[], None]:
    acme = world.rules(DOCUMENTS).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5), Region="A")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    world.books.interfere = lambda module, write: (
        Fate(outcome=Rejected(code="15", message="locked"), lands=False)
        if module == "invoices" and not isinstance(write, NewRecord | Change)
        else None
    )
    world.edit(deal, Stage="Lost")
    return lambda: world.edit(deal, Name="Pumps")


SCENES = (created, updated, updated_there, keyed, deleted, invoiced, followed, voided)


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene is not deleted])
def test_a_dismissed_write_is_left_alone_until_something_changes(
    world: World, scene: Callable[[World], Callable[[], None]]
) -> None:
    """Whatever kind of write was refused: no call is made, then a change of either record has it tried again."""
    change = scene(world)
    world.apply()
    world.apply()
    item = dismiss(world)
    left_alone(world)
    change()
    assert world.apply().failed
    (again,) = refused(world)
    assert (again.id, again.state, again.decision) == (item.id, "open", None)
    world.decide(again, "dismiss")
    left_alone(world, runs=1)
    change()
    world.books.interfere = None
    world.state().undo_review(item.id)
    world.settle()
    assert refused(world) == []


@pytest.mark.parametrize("scene", SCENES)
def test_taking_a_dismissal_back_tries_the_same_write_again(
    world: World, scene: Callable[[World], Callable[[], None]]
) -> None:
    """The write is the same, and this time it is taken: nothing was lost by dismissing it."""
    scene(world)
    world.apply()
    world.apply()
    item = dismiss(world)
    left_alone(world, runs=2)
    world.books.interfere = None
    assert world.state().undo_review(item.id)
    world.settle()
    assert refused(world) == []
    assert world.state().review(item.id).state == "closed"  # type: ignore[union-attr]  # it is there


def test_a_dismissed_delete_is_left_alone_until_the_record_changes(world: World) -> None:
    """What somebody still works with is asked about instead, as it would be without a refusal."""
    change = deleted(world)
    world.apply()
    dismiss(world)
    left_alone(world)
    change()
    world.apply()
    assert [(item.kind, item.state) for item in world.reviews()] == [("deleted", "open")]


def test_what_was_refused_is_on_file(world: World) -> None:
    """How often, when last, and of which records; each run that tries counts once."""
    left = world.rules(LINKED).account("Acme", Phone="1")
    refuse(world, NewRecord)
    for _ in range(3):
        world.apply()
    (item,) = refused(world)
    tries = tries_of(item)
    assert tries is not None
    assert (tries.times, tries.records, len(tries.writes)) == (3, (("crm", "Accounts", left),), 1)
    assert tries.last > item.opened


def test_what_needs_a_dismissed_record_waits_visibly(world: World) -> None:
    """A person of a customer that is not made is held, and made with it later."""
    account = world.rules(WITH_PERSONS).account("Acme")
    world.record(world.crm, "Contacts", Name="Ann", Mail="ann@acme.example", Account=Ref("Accounts", account))
    refuse(world, NewRecord, module="customers")
    world.apply()
    dismiss(world)
    changes = world.preview()
    assert changes.changes == ()
    assert [(hold.why, hold.record.label) for hold in changes.holds] == [("parked", "Ann")]
    left_alone(world)
    world.books.interfere = None
    world.edit(account, Name="Acme Ltd")
    world.settle()
    assert [person["name"] for person in world.all("persons")] == ["Ann"]
    assert world.reviews() == []


def test_a_document_and_what_is_done_with_it_are_left_alone_together(world: World) -> None:
    """An invoice that is not made is not sent, and both happen when the deal changed."""
    rules = DOCUMENTS + "when deal.stage == won: send invoice\n"
    acme = world.rules(rules).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    refuse(world, NewRecord, module="invoices")
    world.edit(deal, Stage="Won")
    world.apply()
    dismiss(world)
    left_alone(world)
    world.books.interfere = None
    world.edit(deal, Amount=Decimal(6))
    world.settle()
    assert [invoice["status"] for invoice in world.all("invoices")] == ["sent"]


def test_other_rules_try_again(world: World) -> None:
    """Rules that would write something else are no longer dismissed, and those that write the same are."""
    world.rules(LINKED).account("Acme", Phone="1", Website="w")
    refuse(world, NewRecord)
    world.apply()
    dismiss(world)
    world.rules("\n# a remark\n" + LINKED)
    left_alone(world, runs=1)
    world.rules(LINKED.replace("        Website <-> website\n", ""))
    assert world.apply().failed
    assert [item.state for item in refused(world)] == ["open"]


def test_a_dismissed_write_that_nobody_wants_any_more_is_settled(world: World) -> None:
    """The value was put back: the item closes, and is no dismissal any more."""
    account = world.rules(LINKED).account("Acme", Phone="1")
    world.settle()
    refuse(world, Change)
    world.edit(account, Phone="2")
    world.apply()
    dismiss(world)
    left_alone(world, runs=1)
    world.edit(account, Phone="1")
    world.apply()
    assert world.reviews() == []


def test_a_decision_behind_a_dismissed_write_stands(world: World) -> None:
    """Somebody decided to delete, the other system will not: dismissed, the question is not asked again."""
    account = world.rules(LINKED.replace("crm: delete", "crm: review")).account("Acme")
    world.settle()
    world.delete(account)
    world.apply()
    (item,) = world.reviews()
    world.decide(item, "delete")
    refuse(world, Deletion)
    world.apply()
    dismiss(world)
    left_alone(world)
    assert {one.kind: one.state for one in world.reviews()} == {"deleted": "decided", "value": "decided"}


def test_a_limit_does_not_count_what_is_dismissed(world: World) -> None:
    """A guard judges what is going to be written."""
    world.rules(LINKED.replace("deletes <= 100", "creates <= 1")).account("Acme")
    refuse(world, NewRecord)
    world.apply()
    dismiss(world)
    world.books.interfere = None
    world.account("Bolt")
    assert world.preview().exceeded == ()
    world.apply()
    assert [customer["name"] for customer in world.all("customers")] == ["Bolt"]


def test_erasing_leaves_the_dismissal(world: World) -> None:
    """The reason and the name go, what was dismissed is a digest; the erasure waits for nothing."""
    account = world.rules(LINKED).account("Acme")
    refuse(world, NewRecord)
    world.apply()
    item = dismiss(world)
    state = world.state()
    run = world.run(state)
    subjects = Subjects(state, run.plan, run.schemas)
    subject, _ = subjects.subject(subjects.name(("crm", "Accounts", account)))
    assert state.unfinished(subject) == 0
    state.erase(subject, item.opened, "anna")
    (after,) = refused(world)
    assert (after.state, after.label, after.decision) == ("decided", account, refused(world)[0].decision)
    assert "Mondays" not in after.reason
    assert tries_of(after) == tries_of(item)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["edit", "edit there", "run", "dismiss", "take"]), min_size=3, max_size=10))
def test_nothing_is_lost_whatever_is_dismissed_when(make_world: MakeWorld, steps: list[str]) -> None:
    """However edits, refusals and dismissals follow each other: once all is taken back, both sides agree."""
    world = make_world()
    left = world.rules(LINKED).account("Acme", Phone="0")
    world.account("Bolt", Phone="0")
    world.settle()
    partner = {one: other for one, other, _ in world.links()}[left]
    takes = False

    def fate(_module: str, write: Write) -> Fate | None:
        refused = isinstance(write, Change) and write.id == partner and not takes
        return Fate(outcome=Rejected(code="1", message="no"), lands=False) if refused else None

    world.books.interfere = fate
    for number, step in enumerate(steps):
        match step:
            case "edit":
                world.edit(left, Phone=str(number))
            case "edit there":
                world.edit(partner, website=f"w{number}")
            case "run":
                world.apply()
            case "dismiss":
                for item in refused(world, "open"):
                    world.decide(item, "dismiss")
            case _:
                takes = not takes
        differ = world.get(left).get("Phone") != world.get(partner).get("phone")
        if step == "run" and differ:
            assert refused(world), "a difference that nobody is told of"
    takes = True
    for item in refused(world):
        world.state().undo_review(item.id)
    world.settle()
    assert refused(world) == []
    assert world.get(left).get("Phone") == world.get(partner).get("phone")
    assert world.get(left).get("Website") == world.get(partner).get("website")
    world.close()
