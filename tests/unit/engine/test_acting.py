"""What edges do to documents: create, send, accept, decline, void; what they wait for, and what came before."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.test_absence import silent_about_deletions

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import Ambiguous
from syncdsl.engine.run import apply
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.changes.change_set import ChangeSet

HEAD = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        line:
            deal.Name -> name
            deal.Amount -> rate

document quote: books.quotes for deal
    like: invoice

"""
QUOTES = (
    HEAD
    + """
when deal is created: create quote
when deal.Region == "N": accept quote
when deal.stage == won: create invoice
when deal.stage == lost: decline quote
when deal.stage == lost: void invoice
"""
)


def started(world: World, rules: str) -> str:
    """Switch rules on; return the id of a linked account."""
    account = world.rules(rules).account("Acme")
    world.settle()
    return account


def statuses(world: World, module: str = "invoices") -> list[object]:
    return [document["status"] for document in world.all(module)]


def kinds(changes: ChangeSet) -> list[str]:
    return [effect.kind for effect in changes.changes]


def the(world: World, module: str) -> str:
    """Return the id of the only document of a module."""
    return str(world.one(module)["id"])


def test_a_quote_is_made_accepted_and_declined(world: World) -> None:
    """A deal makes its quote when it is created; a quote that the rules accepted is live, and can be declined."""
    acme = started(world, QUOTES)
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    assert statuses(world, "quotes") == ["draft"]
    world.edit(deal, Region="N")
    assert kinds(world.preview()) == ["accept"]
    world.settle()
    assert statuses(world, "quotes") == ["accepted"]
    world.edit(deal, Stage="Lost")
    assert kinds(world.preview()) == ["decline"]
    world.settle()
    assert statuses(world, "quotes") == ["declined"]
    assert world.quiet().reported == ()


def test_deals_that_were_there_get_no_quote(world: World) -> None:
    """`is created` is the edge of existing, and what exists when rules are switched on is baseline."""
    world.rules(QUOTES).deal("Old", "Open", account=world.account("Acme"), Amount=Decimal(5))
    world.settle()
    assert world.all("quotes") == []


def test_a_quote_that_was_sent_is_left_alone(world: World) -> None:
    """Sent by a person, then accepted by the customer: it is no draft of ours that the rules accepted."""
    acme = started(world, QUOTES)
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(the(world, "quotes"), status="accepted")
    world.edit(deal, Stage="Lost")
    changes = world.settle()
    assert statuses(world, "quotes") == ["accepted"]
    assert changes.holds == ()


def test_create_and_send_at_one_moment_run_in_order(world: World) -> None:
    """The document that is made is sent in the same run, and the preview says both."""
    acme = started(world, HEAD + "when deal.stage == won: send invoice\nwhen deal.stage == won: create invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    assert kinds(world.preview()) == ["create", "send"]
    world.settle()
    assert statuses(world) == ["sent"]


def test_what_could_not_be_made_is_sent_later(world: World) -> None:
    """An action on a document that did not come about keeps its edge."""
    acme = started(world, HEAD + "when deal.stage == won: create invoice\nwhen deal.stage == won: send invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.books.interfere = lambda module, _: (
        Fate(outcome=Ambiguous(reason="no answer"), lands=True) if module == "invoices" else None
    )
    world.apply()
    world.books.interfere = None
    world.settle()
    assert statuses(world) == ["sent"]


def test_even_sent_acts_on_what_was_sent_and_never_on_what_was_paid(world: World) -> None:
    """`, even sent` voids a sent invoice; a paid one is a person's (I27)."""
    acme = started(
        world, HEAD + "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice, even sent\n"
    )
    deals = [world.deal(name, "Open", account=acme, Amount=Decimal(5)) for name in ("Pump", "Tank")]
    world.settle()
    for deal in deals:
        world.edit(deal, Stage="Won")
    world.settle()
    sent, paid = (str(invoice["id"]) for invoice in world.all("invoices"))
    world.edit(sent, status="sent")
    world.edit(paid, status="paid")
    for deal in deals:
        world.edit(deal, Stage="Lost")
    changes = world.settle()
    assert sorted(str(status) for status in statuses(world)) == ["paid", "void"]
    assert [hold.why for hold in changes.holds] == ["document"]


def test_an_invoice_that_was_sent_after_the_preview_is_not_voided(world: World) -> None:
    """It is asked for once more right before the call."""
    acme = started(world, HEAD + "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    world.edit(deal, Stage="Lost")
    invoice = the(world, "invoices")

    def send(_: ChangeSet) -> bool:
        world.edit(invoice, status="sent")
        return True

    apply(world.run(), confirm=send)
    assert statuses(world) == ["sent"]


def test_an_edge_waits_for_what_it_requires(world: World) -> None:
    """Visibly, until it holds; one that turns false meanwhile is none, where nobody knows that it ever was true."""
    world.crm.keeps_stages = False
    acme = started(world, HEAD + "when deal.stage == won: create invoice\n    require: deal.Number is not empty\n")
    deals = [world.deal(name, "Open", account=acme, Amount=Decimal(5)) for name in ("Pump", "Tank")]
    world.settle()
    for deal in deals:
        world.edit(deal, Stage="Won")
    holds = world.settle().holds
    assert [(hold.why, hold.field) for hold in holds] == [("parked", "create invoice")] * 2
    assert len(world.quiet().holds) == 2
    world.edit(deals[0], Number="PO 1")
    world.edit(deals[1], Stage="Lost")
    world.settle()
    assert statuses(world) == ["draft"]
    world.edit(deals[1], Number="PO 2")
    assert world.quiet().holds == ()


def test_what_an_edge_requires_can_be_changed_while_it_waits(world: World) -> None:
    """Another `require` is no other trigger: the edge is still there."""
    rules = HEAD + "when deal.stage == won: create invoice\n    require: deal.Number is not empty\n"
    acme = started(world, rules)
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    world.rules(rules.replace("deal.Number", "deal.Name"))
    world.settle()
    assert statuses(world) == ["draft"]


@pytest.mark.parametrize(("since", "made"), [("2000-01-01", 1), ("2100-01-01", 0)])
def test_backfill_makes_edges_of_what_was_true_since_a_day(world: World, since: str, made: int) -> None:
    """Deals of that time that are won when the rules are switched on get their invoice; older ones do not."""
    rules = HEAD + f"when deal.stage == won: create invoice\n    backfill: since {since}\n"
    world.rules(rules).deal("Pump", "Won", account=world.account("Acme"), Amount=Decimal(5))
    world.settle()
    assert len(statuses(world)) == made


def test_a_backfilled_edge_that_waits_is_not_lost(world: World) -> None:
    """A deal without a customer is parked when the rules are switched on, and invoiced when it has one."""
    rules = HEAD + "when deal.stage == won: create invoice\n    backfill: since 2000-01-01\n"
    deal = world.rules(rules).deal("Pump", "Won", Amount=Decimal(5))
    assert [hold.why for hold in world.settle().holds] == ["parked"]
    world.edit(deal, Account=Ref("Accounts", world.account("Acme")))
    world.settle()
    assert len(statuses(world)) == 1


def test_one_document_for_each_value(world: World) -> None:
    """`per` tells documents of a record apart: one live instance for each value, found again without a state."""
    rules = HEAD.replace(
        "document invoice: books.invoices for deal", "document invoice: books.invoices for deal\n    per: deal.Month"
    )
    acme = started(world, rules + "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5), Month="May")
    world.settle()
    for month in ("May", "June", "May"):
        world.edit(deal, Stage="Won", Month=month)
        world.settle()
        world.edit(deal, Stage="Open")
        world.settle()
    assert statuses(world) == ["draft", "draft"]
    world.edit(deal, Stage="Lost")
    world.settle()
    assert sorted(str(status) for status in statuses(world)) == ["draft", "void"]
    assert {(one.part, one.turn, one.number) for one in world.state().instances("invoice")} == {
        ("May", 0, 0),
        ("June", 0, 1),
    }


def test_a_line_for_each_row(world: World) -> None:
    """Rows of a list become lines in their order; a record without any is a person's."""
    rules = HEAD.replace(
        "        line:\n            deal.Name -> name\n            deal.Amount -> rate\n",
        "        line for row in deal.Rows:\n            row.Product -> name\n            row.Price -> rate\n",
    )
    acme = started(world, rules + "when deal.stage == won: create invoice\n")
    rows = tuple((("Price", Decimal(price)), ("Product", name)) for name, price in (("Pump", 5), ("Hose", 2)))
    deals = [world.deal(name, "Open", account=acme) for name in ("With", "Without")]
    world.settle()
    world.edit(deals[0], Rows=rows, Stage="Won")
    world.edit(deals[1], Stage="Won")
    changes = world.preview()
    assert [(effect.kind, getattr(effect, "amount", None)) for effect in changes.changes] == [("create", "7")]
    assert [hold.why for hold in changes.holds] == ["value"]
    world.settle()
    lines = world.one("invoices")["lines"]
    assert isinstance(lines, tuple)
    assert [dict(line)["name"] for line in lines if isinstance(line, tuple)] == ["Pump", "Hose"]


def test_a_stage_that_the_snapshot_does_not_know_is_asked_about(world: World) -> None:
    """A renamed stage neither fires nor closes anything, and what was true of the deal stays remembered."""
    acme = started(world, HEAD + "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    world.edit(deal, Stage="Closed Won, renamed")
    (hold,) = world.settle().holds
    assert "knows no stage `Closed Won, renamed`" in hold.reason
    world.edit(deal, Stage="Won")
    assert world.settle().reported == ()
    assert statuses(world) == ["draft"]


def test_a_condition_about_the_day_is_judged_every_day(world: World) -> None:
    """Of every record, whatever was read; a day that passes fires nothing else (I41)."""
    acme = started(world, HEAD + "when deal.Due <= today(): create invoice\n")
    due = world.crm.now.date() + dt.timedelta(days=2)
    world.deal("Pump", "Open", account=acme, Amount=Decimal(5), Due=due)
    world.deal("Tank", "Open", account=acme, Amount=Decimal(5), Due=due + dt.timedelta(days=9))
    for passed, made in ((0, 0), (1, 0), (1, 1), (1, 1)):
        for store in (world.crm, world.books):
            store.now += dt.timedelta(days=passed)
        world.settle()
        assert len(statuses(world)) == made


@pytest.mark.parametrize("known", [True, False])
def test_documents_of_a_deleted_record_stay_and_are_named(world: World, known: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Deleting the deal touches nothing in the books, and is said once."""
    acme = started(world, HEAD + "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    if not known:
        world.edit(the(world, "invoices"), status="void")
        world.settle()
    world.delete(deal)
    assert any("stays" in line for line in world.preview().reported) is known
    world.apply()
    assert len(statuses(world)) == 1
    assert world.quiet().reported == ()


def test_a_deleted_document_that_no_reading_missed_yet_keeps_none_from_being_made(world: World) -> None:
    """Books tells no deletions: before an edge is lost to a live document that document is asked for."""
    acme = started(world, HEAD + "when deal.stage == won: create invoice\n")
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    world.answered = silent_about_deletions
    world.delete(the(world, "invoices"))
    for stage in ("Open", "Won"):
        world.edit(deal, Stage=stage)
        world.settle()
    assert len(statuses(world)) == 1
