"""Runs that were told what changed read that alone, and decide as any run does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.world import HEAD, INVOICES, SCHEMAS, TWO_MODULES, compiled

from syncdsl.adapters.priority import Priority, current_priority
from syncdsl.adapters.protocol import Page
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNREACHABLE
from syncdsl.engine.run import Stopped, apply
from syncdsl.plan.restriction import parts, restricted

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.engine.report import ApplyReport

RULES = TWO_MODULES + INVOICES


def told(world: World, *modules: tuple[str, str], ids: tuple[str, ...] = ()) -> ApplyReport:
    """Run as after call-backs that named these modules, and records of them."""
    return apply(replace(world.run(), told=dict.fromkeys(modules, ids), cause="notice"), confirm=lambda _: True)


def readings(world: World) -> int:
    """Return how many modules were listed so far."""
    return world.points.count("after observe")


def test_only_what_was_told_of_is_read(world: World) -> None:
    """A change that a notification named is carried over by reading one module; a change of another one waits."""
    world.rules(RULES)
    acme, pumps = world.account("Acme"), world.account("Pumps")
    world.settle()
    world.edit(acme, Phone="1")
    world.deal("D1", account=acme, Amount=Decimal(5))
    world.settle()
    before = readings(world)
    world.edit(pumps, Phone="2")
    report = told(world, ("crm", "Accounts"))
    assert [effect.kind for effect in report.done] == ["update"]
    assert readings(world) == before + 1
    assert {customer["phone"] for customer in world.all("customers")} == {"1", "2"}


def test_a_told_run_that_came_to_nothing_leaves_no_trace(world: World) -> None:
    """Systems tell of our own writes, too; runs that find nothing to do are not listed, those that do something are."""
    world.rules(RULES)
    acme = world.account("Acme")
    world.settle()
    before = len(world.state().runs(100))
    told(world, ("crm", "Accounts"))
    assert len(world.state().runs(100)) == before
    world.edit(acme, Phone="1")
    told(world, ("crm", "Accounts"))
    assert len(world.state().runs(100)) == before + 1


def test_what_was_told_goes_before_what_is_polled(world: World) -> None:
    """The readings of a told run are of the class of notices, to which a part of each day's calls is kept."""
    world.rules(RULES)
    acme = world.account("Acme")
    world.settle()
    classes: list[Priority] = []

    def noting(name: str, _arguments: object, answer: Any) -> Any:
        if name in {"observe", "fetch"}:
            classes.append(current_priority())
        return answer

    world.answered = noting
    world.edit(acme, Phone="1")
    told(world, ("crm", "Accounts"), ids=(acme, "unknown"))
    assert set(classes) == {Priority.NOTICE}
    classes.clear()
    world.apply()
    assert Priority.NOTICE not in classes


def test_a_won_deal_becomes_its_invoice_at_once(world: World) -> None:
    """Told of a deal alone, its invoice is made, for a customer that no reading has shown yet."""
    world.rules(RULES)
    world.settle()
    acme = world.account("Acme")
    deal = world.deal("D1", account=acme, Amount=Decimal(5))
    told(world, ("crm", "Deals"))
    world.edit(deal, Stage="Won")
    told(world, ("crm", "Deals"))
    told(world, ("crm", "Deals"))
    assert len(world.all("invoices")) == 1
    assert world.one("invoices")["customer"] is not None
    world.settle()
    assert len(world.all("invoices")) == 1


def test_an_edit_that_was_not_read_is_not_overwritten(world: World) -> None:
    """Where the other side changed too and nobody told of it, nothing is written, and the next whole run decides."""
    world.rules(RULES)
    acme = world.account("Acme", Phone="1")
    world.settle()
    (customer,) = world.all("customers")
    world.edit(str(customer["id"]), phone="9")
    world.edit(acme, Phone="2")
    report = told(world, ("crm", "Accounts"))
    assert [effect.kind for effect in report.moved_on] == ["update"]
    assert world.one("customers")["phone"] == "9"
    told(world, ("crm", "Accounts"))
    assert world.one("customers")["phone"] == "9"
    world.settle()
    assert [(item.kind, item.field) for item in world.reviews()] == [("conflict", "Phone <-> phone")]


def test_a_record_that_the_list_does_not_show_yet_is_read_by_its_id(world: World) -> None:
    """A list may lag behind a change; the record that was named is read all the same, and one that is gone is gone."""
    world.rules(RULES)
    acme, pumps = world.account("Acme"), world.account("Pumps")
    world.settle()

    def lagging(name: str, _arguments: object, answer: Any) -> Any:
        if name != "observe":
            return answer
        return [replace(item, records=(), gone=()) if isinstance(item, Page) else item for item in answer]

    world.edit(acme, Phone="1")
    world.delete(pumps)
    world.answered = lagging
    report = told(world, ("crm", "Accounts"), ids=(acme, pumps))
    assert [effect.kind for effect in report.done] == ["update"]
    world.answered = None
    assert {link[2] for link in world.links()} == {"active", "left_gone"}
    world.settle()


def test_a_record_that_a_list_shows_as_it_was_is_read_by_its_id(world: World) -> None:
    """An edit in the second of our own write leaves its stamp as it was; who was told of the record sees it."""
    world.rules(RULES)
    acme = world.account("Acme")
    world.settle()
    world.edit(acme, Phone="1")

    def as_it_was(name: str, _arguments: object, answer: Any) -> Any:
        if name != "observe":
            return answer
        return [Page(unchanged=(acme,)), *(item for item in answer if not isinstance(item, Page))]

    world.answered = as_it_was
    assert [effect.kind for effect in told(world, ("crm", "Accounts")).done] == []
    assert [effect.kind for effect in told(world, ("crm", "Accounts"), ids=(acme,)).done] == ["update"]


def test_what_was_never_read_is_read(world: World) -> None:
    """In a new state every module is read, whatever was told."""
    world.rules(RULES)
    world.account("Acme")
    report = told(world, ("crm", "Deals"))
    assert [effect.kind for effect in report.done] == ["create"]


def test_a_trigger_that_begins_reads_its_records(world: World) -> None:
    """A trigger that is new is switched on by a reading of its records, not by what is on file of them."""
    world.rules(TWO_MODULES + INVOICES.replace("won", '"Open"'))
    acme = world.account("Acme")
    deal = world.deal("D1", stage="Lost", account=acme, Amount=Decimal(5))
    world.settle()
    world.rules(RULES)
    world.edit(deal, Stage="Won")
    told(world, ("crm", "Accounts"))
    world.settle()
    assert world.all("invoices") == []


def test_a_run_that_is_told_to_stop_leaves_nothing_half_done(world: World) -> None:
    """Stopped between two batches, what was sent is known, the rest is done by the next run, and the record says so."""
    world.rules(RULES)
    for number in range(60):
        world.account(f"A{number}")

    def checkpoint() -> None:
        if world.points.count("after create") >= 1:
            raise Stopped

    with pytest.raises(Stopped):
        apply(replace(world.run(), checkpoint=checkpoint, cause="schedule"), confirm=lambda _: True)
    (run,) = world.state().runs(1)
    assert (run.cause, run.error) == ("schedule", {"code": "", "message": "stopped", "help": None})
    made = len(world.all("customers"))
    assert 0 < made < 60
    world.settle()
    assert len(world.all("customers")) == 60


def test_a_fault_stands_in_the_list_of_runs(world: World) -> None:
    """A run that a fault ended is on record with its code, its words and what to do."""
    world.rules(RULES)
    world.settle()

    def down(name: str, _arguments: object, answer: Any) -> Any:
        if name == "observe":
            raise Fault(UNREACHABLE, "no answer", help="wait")
        return answer

    world.answered = down
    with pytest.raises(Fault):
        world.apply()
    (run, *_) = world.state().runs(5)
    assert run.ended is not None
    assert run.error == {"code": "SD701", "message": "no answer", "help": "wait"}
    world.answered = None
    world.environment, before = "another", len(world.state().runs(50))
    with pytest.raises(Fault, match="SD807"):
        world.apply()
    assert len(world.state().runs(50)) == before, "the state is another one's"


def test_a_record_is_a_part_of_its_own() -> None:
    """Restricted to a record: its triggers and documents, and the modules that these refer to."""
    plan = compiled(HEAD + RULES)
    assert parts(plan) == ("customers", "vendors", "deal")
    found = [step.id for step in restricted(plan, ["deal"], SCHEMAS).steps]
    assert {"trigger deal", "match customers", "write books.invoices"} <= set(found)
    assert "match vendors" not in found
    with pytest.raises(Fault, match="SD833") as caught:
        restricted(plan, ["deals"], SCHEMAS)
    assert caught.value.help == "did you mean `deal`?"


def test_a_run_for_a_record_fires_its_triggers(world: World) -> None:
    """The documents of a record are made by a run for it alone, and other modules wait for theirs."""
    world.rules(RULES)
    world.settle()
    acme = world.account("Acme")
    deal = world.deal("D1", account=acme, Amount=Decimal(5))
    only: Any = restricted(world.run().plan, ["deal"], SCHEMAS)
    apply(world.run(only=only), confirm=lambda _: True)
    world.edit(deal, Stage="Won")
    apply(world.run(only=only), confirm=lambda _: True)
    assert len(world.all("invoices")) == 1
    world.settle()
    assert len(world.all("invoices")) == 1
