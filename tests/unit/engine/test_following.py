"""Drafts follow their record, what was sent does not; what a document is called is written back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import Ambiguous, NewRecord, Rejected
from syncdsl.changes.effects import Update
from syncdsl.engine.run import apply

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.adapters.memory.store import Write
    from syncdsl.changes.change_set import ChangeSet

RULES = """
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

when deal.stage == won: create invoice
when deal.stage == lost: void invoice
"""
BACK = RULES.replace(
    "        today() -> date\n", "        deal.Number <- reference\n        deal.Region -> reference\n"
).replace("        deal.Region -> reference\n", "", 1)


def won(world: World, rules: str = RULES) -> tuple[str, str]:
    """Return the ids of a won deal and its invoice."""
    acme = world.rules(rules).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5), Region="A")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    return deal, str(world.one("invoices")["id"])


def numbering(module: str, write: Write) -> None:
    """Let the books give new invoices a number."""
    if module == "invoices" and isinstance(write, NewRecord):
        write.fields["reference"] = "INV-7"


def rate(world: World) -> object:
    lines = world.one("invoices")["lines"]
    assert isinstance(lines, tuple)
    return dict(lines[0])["rate"]  # type: ignore[arg-type]


def test_a_draft_takes_on_what_its_record_became(world: World) -> None:
    """Amount and fields, shown before; once, and only what changed."""
    deal, _ = won(world)
    world.edit(deal, Amount=Decimal(7), Region="B")
    (change,) = world.preview().changes
    assert change.kind == "update"
    assert [field.field for field in change.fields] == ["lines", "reference"]
    world.settle()
    assert (rate(world), world.one("invoices")["reference"]) == (Decimal(7), "B")


@pytest.mark.parametrize(("decision", "value"), [("books", "by hand"), ("crm", "C")])
def test_a_draft_keeps_what_a_person_made_of_it(world: World, decision: str, value: str) -> None:
    """A field the record does not change stays the person's; one that both changed is asked about, and kept."""
    deal, invoice = won(world)
    world.edit(invoice, reference="by hand")
    world.edit(deal, Amount=Decimal(7))
    world.settle()
    assert (rate(world), world.one("invoices")["reference"]) == (Decimal(7), "by hand")
    world.edit(deal, Region="C")
    (hold,) = world.settle().holds
    assert (hold.why, hold.field, hold.left, hold.right) == ("conflict", "reference", "C", "by hand")
    assert len(world.quiet().holds) == 1
    world.decide(world.reviews("open")[0], decision)
    assert world.settle().holds == ()
    assert world.one("invoices")["reference"] == value
    assert world.reviews("open", "decided") == []


def test_both_changed_to_the_same_is_settled(world: World) -> None:
    """Nothing is asked, and the next change of the record travels."""
    deal, invoice = won(world)
    world.edit(invoice, reference="B")
    world.edit(deal, Region="B")
    assert world.settle().holds == ()
    world.edit(deal, Region="C")
    world.settle()
    assert world.one("invoices")["reference"] == "C"


@pytest.mark.parametrize("status", ["sent", "paid", "void"])
def test_what_is_no_draft_stays_and_the_difference_is_said(world: World, status: str) -> None:
    """A customer has seen it: the engine stops following and reports; of a void one nothing is said (I27)."""
    deal, invoice = won(world)
    world.edit(invoice, status=status)
    world.edit(deal, Amount=Decimal(7))
    reported = world.preview().reported
    assert any("another `lines`" in line for line in reported) == (status != "void")
    world.settle()
    assert rate(world) == Decimal(5)


def test_a_draft_that_was_sent_after_the_preview_stays(world: World) -> None:
    """Its status is asked for right before it is written."""
    deal, invoice = won(world)
    world.edit(deal, Amount=Decimal(7))

    def send(_: ChangeSet) -> bool:
        world.edit(invoice, status="sent")
        return True

    assert not apply(world.run(), confirm=send).done
    assert rate(world) == Decimal(5)


def test_the_date_alone_changes_no_draft(world: World) -> None:
    """What was made of the day is fixed when a document is made, also when the draft follows otherwise (I41)."""
    deal, _ = won(world)
    date = world.one("invoices")["date"]
    for store in (world.crm, world.books):
        store.now += dt.timedelta(days=3)
    assert world.quiet().changes == ()
    world.edit(deal, Amount=Decimal(7))
    world.settle()
    assert world.one("invoices")["date"] == date


def test_a_closed_draft_takes_nothing_on(world: World) -> None:
    """A deal that is lost and edited at once voids its invoice and does not rewrite it."""
    deal, _ = won(world)
    world.edit(deal, Stage="Lost", Amount=Decimal(7))
    assert [change.kind for change in world.preview().changes] == ["void"]
    world.settle()
    assert rate(world) == Decimal(5)


def test_another_map_is_taken_on_by_drafts(world: World) -> None:
    """A new line fills what is empty in a draft; what it holds already stays."""
    deal, _ = won(world, RULES.replace("        deal.Region -> reference\n", ""))
    assert "reference" not in world.one("invoices")
    world.rules(RULES)
    world.settle()
    assert world.one("invoices")["reference"] == "A"
    world.edit(deal, Region="B")
    world.settle()
    assert world.one("invoices")["reference"] == "B"


def test_a_lost_state_changes_no_draft(world: World) -> None:
    """Documents found by their keys begin with what they hold, and follow from there (I26)."""
    deal, invoice = won(world)
    world.edit(invoice, reference="by hand")
    world.forget()
    world.settle()
    assert world.one("invoices")["reference"] == "by hand"
    world.edit(deal, Amount=Decimal(9))
    world.settle()
    assert rate(world) == Decimal(9)


def test_a_lost_answer_of_the_create_still_follows(world: World) -> None:
    """An invoice that recovery found takes on what its deal became meanwhile."""
    acme = world.rules(RULES).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5), Region="A")
    world.settle()
    world.edit(deal, Stage="Won")
    world.books.interfere = lambda module, _: (
        Fate(outcome=Ambiguous(reason="no answer"), lands=True) if module == "invoices" else None
    )
    world.apply()
    world.books.interfere = None
    world.edit(deal, Amount=Decimal(7))
    world.settle()
    assert rate(world) == Decimal(7)


def test_a_number_is_written_back_in_the_same_run(world: World) -> None:
    """And again whenever the document has another one; what the deal holds otherwise stays until then."""
    deal, invoice = won(world, BACK)
    world.edit(invoice, reference="INV-1")
    (change,) = world.preview().changes
    assert isinstance(change, Update)
    assert change.record.text == f"crm.Deals/{deal}"
    world.settle()
    assert world.get(deal)["Number"] == "INV-1"
    world.edit(deal, Number="mine")
    world.settle()
    assert world.get(deal)["Number"] == "mine"
    world.edit(invoice, reference="INV-2")
    world.settle()
    assert world.get(deal)["Number"] == "INV-2"


def test_the_number_of_a_new_document_is_written_back_at_once(world: World) -> None:
    """One apply makes the invoice and writes its number into the deal, and the next one is quiet."""
    acme = world.rules(BACK).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.books.interfere = numbering
    world.edit(deal, Stage="Won")
    world.apply()
    assert world.get(deal)["Number"] == world.one("invoices")["reference"]
    assert world.quiet().changes == ()


def test_a_number_that_was_refused_is_written_back_later(world: World) -> None:
    """The record is looked at again."""
    acme = world.rules(BACK).account("Acme")
    world.settle()
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.books.interfere = numbering
    world.edit(deal, Stage="Won")
    world.crm.interfere = lambda _module, _write: Fate(outcome=Rejected(code="LOCKED", message="locked"), lands=False)
    assert world.apply().failed
    world.crm.interfere = None
    world.apply()
    assert world.get(deal)["Number"] == world.one("invoices")["reference"]
    world.quiet()
