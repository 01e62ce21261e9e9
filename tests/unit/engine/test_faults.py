"""What other systems answer: refusals, silence, time-outs; and breaking off in the middle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.world import CUSTOMERS

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import (
    Ambiguous,
    Change,
    DuplicateKey,
    MovedOn,
    NewRecord,
    NotSent,
    Rejected,
    Written,
)
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import NOT_OFFERED

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.adapters.protocol import Outcome

OUTCOMES: list[Outcome] = [
    Ambiguous(reason="time-out"),
    NotSent(reason="rate"),
    Rejected(code="NO", message="no"),
    MovedOn(),
    DuplicateKey(id=None),
]


def ids(world: World) -> dict[str, str]:
    return {left: right for left, right, _ in world.links()}


@pytest.mark.parametrize("lands", [True, False])
@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_whatever_a_write_is_answered_it_happens_once(world: World, outcome: Outcome, lands: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Creates, updates and key writes that get no or a bad answer come right at the next run, exactly once."""
    if lands and not isinstance(outcome, Ambiguous | DuplicateKey):
        pytest.skip("a refusal is certain")
    world.rules(CUSTOMERS)
    linked = world.account("Linked", Phone="1")
    world.settle()
    world.edit(linked, Phone="2")
    world.account("New", Phone="3")
    world.account("Twin", Phone="4")
    twin = world.customer("Twin", phone="5")
    world.books.interfere = lambda _module, _write: Fate(outcome=outcome, lands=lands)
    report = world.apply()
    assert report.done == []
    assert len(report.failed) + len(report.unknown) + len(report.moved_on) == 4
    world.books.interfere = None
    world.settle()
    phones = {row["name"]: row["phone"] for row in world.all("customers")}
    assert phones == {"Linked": "2", "New": "3", "Twin": "4"}
    assert len(world.all("customers")) == len(world.links()) == 3
    assert world.get(twin)["key"]
    assert world.state().open_intents() == []


def test_overwrite_survives_a_lost_write(world: World) -> None:
    """`on duplicate` acts once: when its write fails, `on conflict` does not take its place at the next run."""
    world.rules(CUSTOMERS).account("Twin", Phone="4")
    world.customer("Twin", phone="5")
    world.books.interfere = lambda _module, _write: Fate(outcome=Rejected(code="NO", message="no"), lands=False)
    world.apply()
    world.books.interfere = None
    assert world.settle().holds == ()
    assert world.one("customers")["phone"] == "4"


@pytest.mark.parametrize("edited", [True, False])
def test_an_edit_of_a_record_whose_answer_was_lost_travels(world: World, edited: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """What a person makes of a record before it is found again is their change; untouched, it is none (I2)."""
    made = world.rules(CUSTOMERS).account("New", Phone="3")
    world.books.interfere = lambda _module, _write: Fate(outcome=Ambiguous(reason="time-out"), lands=True)
    world.apply()
    world.books.interfere = None
    (customer,) = world.all("customers")
    if edited:
        world.edit(str(customer["id"]), phone="4")
    world.settle()
    assert world.get(made)["Phone"] == ("4" if edited else "3")
    assert len(world.all("customers")) == len(world.links()) == 1


def test_a_field_filled_while_a_create_is_in_doubt_travels(world: World) -> None:
    """What was not sent, because it was empty, and is filled by the time the record is found, is an edit too (I2)."""
    made = world.rules(CUSTOMERS).account("New")
    world.books.interfere = lambda _module, _write: Fate(outcome=Ambiguous(reason="time-out"), lands=True)
    world.apply()
    world.books.interfere = None
    (customer,) = world.all("customers")
    world.edit(str(customer["id"]), phone="4")
    world.settle()
    assert world.get(made)["Phone"] == "4"


def test_a_person_who_is_faster_is_not_overwritten(world: World) -> None:
    """A record that changes between the reading and the write is decided anew, as the conflict it is by then."""
    left = world.rules(CUSTOMERS).account("Acme", Phone="1")
    world.settle()
    right = ids(world)[left]
    world.edit(left, Phone="2")

    def faster(_module: str, write: object) -> None:
        if isinstance(write, Change) and world.get(right)["phone"] == "1":
            world.edit(right, phone="9")

    world.books.interfere = faster
    assert len(world.apply().moved_on) == 1
    assert [hold.why for hold in world.settle().holds] == ["conflict"]
    assert world.get(right)["phone"] == "9"


def test_an_edit_that_no_reading_shows_is_noted_when_a_write_meets_it(world: World) -> None:
    """The next run decides on what is there, instead of failing in the same way until the next sweep."""
    left = world.rules(CUSTOMERS).account("Acme", Phone="1")
    world.settle()
    right = ids(world)[left]
    held = world.books.records[right]
    world.books.records[right] = replace(held, fields={**held.fields, "phone": "9"})
    world.edit(left, Phone="2")
    assert len(world.apply().moved_on) == 1
    assert [hold.why for hold in world.settle().holds] == ["conflict"]
    assert world.get(right)["phone"] == "9"


@pytest.mark.parametrize("problem", [Fault(NOT_OFFERED, "gone"), KeyboardInterrupt()], ids=["fault", "interrupt"])
def test_one_broken_call_loses_no_other_outcome(world: World, problem: BaseException) -> None:
    """Batches under way when one breaks off are committed as they were answered; the broken one is in doubt."""
    world.rules(CUSTOMERS)
    for number in range(35):
        world.account(f"Account {number:02}")

    def broken(name: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        if name == "create" and any(new.fields["name"] == "Account 17" for new in arguments[1]):
            raise problem
        return answer

    world.answered = broken
    with pytest.raises(type(problem)):
        world.apply()
    world.answered = None
    assert len(world.links()) == 25
    report = world.apply()
    assert len(report.recovered) == 10
    assert len(world.links()) == len(world.all("customers")) == 35
    world.quiet()


def test_a_read_back_that_fails_leaves_its_writes_in_doubt(world: World) -> None:
    """A write that happened and could not be read back is neither lost nor repeated."""
    left = world.rules(CUSTOMERS).account("Acme", Phone="1")
    world.settle()
    world.edit(left, Phone="2")
    world.account("New")

    def blind(name: str, _arguments: tuple[Any, ...], answer: Any) -> Any:
        if name in {"create", "update"}:
            return [Written(id=one.id) for one in answer]
        if name == "fetch":
            raise Fault(NOT_OFFERED, "not now")
        return answer

    world.answered = blind
    with pytest.raises(Fault):
        world.apply()
    states = {intent.state for intent in world.state().open_intents()}
    assert states == {"ambiguous"}
    world.answered = None
    world.settle()
    assert len(world.all("customers")) == len(world.links()) == 2
    assert world.get(ids(world)[left])["phone"] == "2"


def test_two_records_under_a_key_in_doubt_are_quarantined(world: World) -> None:
    """When the key of a lost create is found twice nothing is guessed, sent or linked until one of them is gone."""
    world.rules(CUSTOMERS).account("Acme")
    world.books.interfere = lambda _module, write: (
        Fate(outcome=Ambiguous(reason="time-out"), lands=True) if isinstance(write, NewRecord) else None
    )
    world.apply()
    world.books.interfere = None
    made = world.one("customers")
    copy = world.customer("Copy", key=made["key"])
    changes = world.settle()
    assert "ambiguous" in [hold.why for hold in changes.holds]
    assert world.links() == set()
    assert len(world.all("customers")) == 2
    world.delete(copy)
    world.settle()
    assert len(world.links()) == len(world.all("customers")) == len(world.all("Accounts")) == 1


def test_a_key_that_cannot_be_written_is_tried_again(world: World) -> None:
    """Records are linked although the key write fails, and nothing is created meanwhile."""
    left = world.rules(CUSTOMERS).account("Acme")
    right = world.customer("Acme")
    world.books.interfere = lambda _module, _write: Fate(outcome=Rejected(code="NO", message="no"), lands=False)
    assert len(world.apply().failed) == 1
    assert world.links() == {(left, right, "active")}
    world.books.interfere = None
    world.settle()
    assert world.get(right)["key"]
