"""Undo: what a run wrote is put back, where nobody changed it since."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.changes.change_set import Undone
from syncdsl.diagnostics import Fault
from syncdsl.engine.choices import read_decision
from syncdsl.engine.run import apply, preview

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.changes.change_set import ChangeSet
    from syncdsl.engine.report import ApplyReport

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    on conflict: newest
    map:
        Name <-> name
        Phone <-> phone
        Website -> website
        Notes -> notes

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        line:
            deal.Amount -> rate
            1 -> quantity
        deal.Number <- reference

when deal.stage == won: create invoice
"""


def last_run(world: World) -> str:
    """Return the last run that wrote something."""
    state = world.state()
    return next(run.id for run in state.runs(50) if state.run_counts([run.id]))


def undo(world: World, run: str, record: str | None = None) -> ApplyReport:
    """Undo a run."""
    return apply(world.run(undoes=Undone(run=run, record=record)), confirm=lambda _: True)


def shown(world: World, run: str) -> ChangeSet:
    """Preview an undo."""
    return preview(world.run(world.state(scratch=True), undoes=Undone(run=run)))


def synced(world: World) -> tuple[str, str]:
    """Return an account and its customer that are in sync."""
    acme = world.rules(RULES).account("Acme", Phone="1", Website="https://a.example")
    world.settle()
    (customer,) = [record.id for record in world.books.living("customers")]
    return acme, customer


def test_fields_get_back_what_they_held(world: World) -> None:
    """What a run wrote is undone on the side that it wrote; everything else stays, and it is quiet then."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2", Website="https://b.example")
    world.apply()
    run = last_run(world)
    assert [effect.kind for effect in shown(world, run).changes] == ["update"]
    report = undo(world, run)
    assert len(report.done) == 1
    fields = world.get(customer)
    assert (fields["phone"], fields["website"]) == ("1", "https://a.example")
    assert world.get(acme)["Phone"] == "2"
    world.quiet()


def test_a_new_value_travels_after_an_undo(world: World) -> None:
    """The link goes on: what is edited after an undo is synced as ever."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2")
    world.apply()
    undo(world, last_run(world))
    world.edit(acme, Phone="3")
    world.settle()
    assert world.get(customer)["phone"] == "3"
    world.edit(customer, phone="4")
    world.settle()
    assert world.get(acme)["Phone"] == "4"


@pytest.mark.parametrize("side", ["crm", "books"])
def test_what_changed_since_goes_to_review(world: World, side: str) -> None:
    """A field that somebody changed after the run, on either side, is not touched: a person is asked, once."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2", Website="https://b.example")
    world.apply()
    run = last_run(world)
    if side == "books":
        world.edit(customer, phone="7")
    else:
        world.edit(acme, Phone="7")
    report = undo(world, run)
    assert [hold.why for hold in report.changes.holds] == ["undo"]
    assert world.get(customer)["website"] == "https://a.example"
    assert world.get(customer)["phone"] == ("7" if side == "books" else "2")
    (item,) = world.state().reviews()
    assert (item.kind, item.field, item.right) == ("undo", "phone", "1")
    world.settle()
    assert [one.id for one in world.state().reviews()] == [item.id]
    assert world.get(acme)["Phone"] == world.get(customer)["phone"] == "7"


def test_a_decision_restores_it_all_the_same(world: World) -> None:
    """`restore` puts the earlier value back with the next undo of that run, and settles the question."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2")
    world.apply()
    run = last_run(world)
    world.edit(customer, phone="7")
    undo(world, run)
    state = world.state()
    (item,) = state.reviews()
    decision = read_decision(item, "restore")
    assert decision is not None
    state.decide_review(item.id, decision.model_dump(mode="json"), by="me", at=world.run().clock())
    undo(world, run)
    assert world.get(customer)["phone"] == "1"
    assert world.state().reviews() == []
    assert acme


def test_documents_are_voided_and_not_deleted(world: World) -> None:
    """An invoice that a run made is voided; it stays, and its trigger does not make another one."""
    acme, _ = synced(world)
    world.deal("Deal", "Won", account=acme, Amount=Decimal("99.99"))
    world.apply()
    undo(world, last_run(world))
    assert [invoice["status"] for invoice in world.all("invoices")] == ["void"]
    world.settle()
    assert [invoice["status"] for invoice in world.all("invoices")] == ["void"]


def test_a_document_that_was_sent_is_left_to_a_person(world: World) -> None:
    """Once somebody sent it, an undo asks instead of voiding it."""
    acme, _ = synced(world)
    world.deal("Deal", "Won", account=acme, Amount=Decimal("99.99"))
    world.apply()
    run = last_run(world)
    (invoice,) = world.books.living("invoices")
    world.edit(invoice.id, status="sent")
    report = undo(world, run)
    assert [hold.why for hold in report.changes.holds] == ["document"]
    assert [one["status"] for one in world.all("invoices")] == ["sent"]


def test_a_record_that_was_made_is_set_inactive(world: World) -> None:
    """A customer that a run made is not deleted: it is made inactive, stays linked and is not made again."""
    world.rules(RULES).account("Acme")
    world.apply()
    undo(world, last_run(world))
    (customer,) = world.books.living("customers")
    assert customer.id in world.books.inactive
    world.settle()
    assert len(world.all("customers")) == 1


def test_one_record_alone_is_undone(world: World) -> None:
    """Of a run that wrote two records, one can be put back by itself."""
    world.rules(RULES)
    accounts = [world.account(name, Phone="1") for name in ("A", "B")]
    world.settle()
    for account in accounts:
        world.edit(account, Phone="2")
    world.apply()
    first = world.books.living("customers")[0]
    undo(world, last_run(world), f"books.customers/{first.id}")
    assert sorted(str(one["phone"]) for one in world.all("customers")) == ["1", "2"]


def test_an_undo_can_be_undone(world: World) -> None:
    """An undo is a run like any other."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2")
    world.apply()
    undo(world, last_run(world))
    assert world.get(customer)["phone"] == "1"
    undo(world, last_run(world))
    assert world.get(customer)["phone"] == "2"
    world.quiet()


def test_news_is_not_lost_by_an_undo(world: World) -> None:
    """What was changed elsewhere while an undo ran is synced by the next run."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2")
    world.apply()
    run = last_run(world)
    world.account("New")
    undo(world, run)
    assert len(world.all("customers")) == 1
    world.settle()
    assert {one["name"] for one in world.all("customers")} == {"Acme", "New"}
    assert world.get(customer)["phone"] == "1"


def test_a_run_that_wrote_nothing_has_nothing_to_undo(world: World) -> None:
    """A clear message, and nothing is written."""
    synced(world)
    world.apply()
    run = world.state().runs(1)[0].id
    before = len(world.writes)
    with pytest.raises(Fault, match="wrote nothing"):
        undo(world, run)
    assert len(world.writes) == before


def test_a_saved_undo_is_applied_exactly(world: World) -> None:
    """A saved undo is previewed, compared and performed like any other change set."""
    acme, customer = synced(world)
    world.edit(acme, Phone="2", Website="https://b.example")
    world.apply()
    changes = shown(world, last_run(world))
    report = apply(world.run(undoes=changes.undoes), confirm=lambda _: True, expected=changes)
    assert [effect.id for effect in report.done] == [effect.id for effect in changes.changes]
    assert world.get(customer)["phone"] == "1"
    with pytest.raises(Fault, match="stale: 1 of 1"):
        apply(world.run(undoes=changes.undoes), confirm=lambda _: True, expected=changes)
