"""Triggers are edges, documents are identities."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import Ambiguous, NewRecord, ObservationEnd, Page, Rejected
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

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
        today() -> date
        line:
            deal.Name -> name
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice
when deal.stage == lost: void invoice

guard: amount <= 1_000_000 EUR
"""


@pytest.fixture
def acme(world: World) -> str:
    """Return the id of a linked account; the rules are switched on."""
    acme = world.rules(RULES).account("Acme")
    world.settle()
    return acme


def statuses(world: World) -> list[object]:
    return [invoice["status"] for invoice in world.all("invoices")]


def won(world: World, acme: str) -> str:
    """Return the id of a deal that was won and invoiced."""
    deal = world.deal("Pump", "Open", account=acme, Amount=Decimal("1200.10"))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    return deal


def test_a_won_deal_becomes_one_invoice_to_the_cent(world: World, acme: str) -> None:
    """The edge makes one invoice with the exact amount, and never a second one (I9, I25)."""
    won(world, acme)
    invoice = world.one("invoices")
    lines = invoice["lines"]
    assert isinstance(lines, tuple)
    assert len(lines) == 1
    assert ("rate", Decimal("1200.10")) in lines[0]
    assert invoice["customer"] == Ref("customers", next(iter(world.links()))[1])


def test_what_is_true_when_rules_are_switched_on_is_baseline(world: World) -> None:
    """A deal won before the rules came makes no invoice, also when it is edited later (I26)."""
    acme = world.rules(RULES).account("Acme")
    deal = world.deal("Old", "Won", account=acme, Amount=Decimal(1))
    world.settle()
    world.edit(deal, Amount=Decimal(2))
    world.settle()
    assert world.all("invoices") == []


@pytest.mark.parametrize("same_second", [True, False])
def test_a_deal_entered_as_won_fires(world: World, acme: str, same_second: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A record made after activation has no earlier state; the second of the activation itself is after it."""
    if same_second:
        world.crm.step *= 0
    world.deal("New", "Won", account=acme, Amount=Decimal(5))
    world.settle()
    assert statuses(world) == ["draft"]


def test_flip_flop_between_runs_is_nothing(world: World, acme: str) -> None:
    """Only what is true at a run counts: won and lost again before the apply makes nothing."""
    deal = world.deal("Pump", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    assert [effect.kind for effect in world.preview().changes] == ["create"]
    world.edit(deal, Stage="Lost")
    world.settle()
    assert world.all("invoices") == []


def test_a_live_invoice_blocks_a_second_and_a_void_one_does_not(world: World, acme: str) -> None:
    """Won again while the invoice lives: nothing. Lost: void. Won again after that: the second instance."""
    deal = won(world, acme)
    world.edit(deal, Stage="Open")
    world.settle()
    world.edit(deal, Stage="Won")
    assert any("live invoice already" in line for line in world.preview().reported)
    world.settle()
    assert statuses(world) == ["draft"]
    world.edit(deal, Stage="Lost")
    world.settle()
    assert statuses(world) == ["void"]
    world.edit(deal, Stage="Won")
    world.settle()
    assert statuses(world) == ["void", "draft"]
    assert {(item.number, item.doc_status) for item in world.state().instances("invoice")} == {(0, "void"), (1, "made")}


def test_a_paid_invoice_is_held_and_not_voided(world: World, acme: str) -> None:
    """What money was paid for is a person's to void; the hold stays until then, once (I27)."""
    deal = won(world, acme)
    world.edit(str(world.one("invoices")["id"]), status="paid")
    world.edit(deal, Stage="Lost")
    assert [hold.why for hold in world.settle().holds] == ["document"]
    assert len(world.quiet().holds) == 1
    assert statuses(world) == ["paid"]


def test_a_sent_invoice_is_left_alone(world: World, acme: str) -> None:
    """What a customer has seen is skipped by actions that do not say otherwise, which is said once (I27)."""
    deal = won(world, acme)
    world.edit(str(world.one("invoices")["id"]), status="sent")
    world.edit(deal, Stage="Lost")
    changes = world.preview()
    assert any("sent by now" in line for line in changes.reported)
    assert changes.changes == ()
    world.settle()
    assert world.quiet().reported == ()
    assert statuses(world) == ["sent"]


def test_create_and_void_at_one_moment_is_neither(world: World) -> None:
    """Edges that would both make and close a document cancel out, and that is said."""
    world.rules(RULES.replace("deal.stage == lost", "deal.Amount > 100"))
    acme = world.account("Acme")
    deal = world.deal("Pump", account=acme, Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won", Amount=Decimal(500))
    assert any("neither" in line for line in world.preview().reported)
    world.settle()
    assert world.all("invoices") == []


def test_an_edge_waits_visibly_for_its_customer(world: World) -> None:
    """A deal without a linked account parks its invoice; it comes with the account's partner, in one run."""
    world.rules(RULES).settle()
    deal = world.deal("Pump", "Won", Amount=Decimal(5))
    changes = world.settle()
    assert [hold.why for hold in changes.holds] == ["parked"]
    world.edit(deal, Account=Ref("Accounts", world.account("Acme")))
    assert [effect.kind for effect in world.preview().changes] == ["create", "create"]
    world.apply()
    assert len(world.all("invoices")) == 1
    world.quiet()


def test_a_child_waits_for_a_parent_that_failed(world: World, acme: str) -> None:
    """A refused customer leaves the invoice waiting, not lost; both come when the customer fits."""
    world.books.interfere = lambda module, write: (
        Fate(outcome=Rejected(code="NO", message="no"), lands=False)
        if module == "customers" and isinstance(write, NewRecord)
        else None
    )
    other = world.account("Bolt")
    world.deal("Pump", "Won", account=other, Amount=Decimal(5))
    report = world.apply()
    assert [failure.code for failure in report.failed] == ["NO"]
    assert len(report.waiting) == 1
    assert world.all("invoices") == []
    world.books.interfere = None
    world.settle()
    assert statuses(world) == ["draft"]
    assert acme


def test_a_refused_invoice_is_tried_again_under_the_same_key(world: World, acme: str) -> None:
    """A refusal is certain: the edge fires again and the number was not used up."""
    world.books.interfere = lambda module, _: (
        Fate(outcome=Rejected(code="NO", message="no"), lands=False) if module == "invoices" else None
    )
    world.deal("Pump", "Won", account=acme, Amount=Decimal(5))
    assert world.apply().failed
    world.books.interfere = None
    world.settle()
    assert [(item.number, item.doc_status) for item in world.state().instances("invoice")] == [(0, "made")]
    assert statuses(world) == ["draft"]


def test_a_lost_answer_makes_no_second_invoice(world: World, acme: str) -> None:
    """An invoice that arrived without an answer is found by its key."""
    world.books.interfere = lambda module, _: (
        Fate(outcome=Ambiguous(reason="time-out"), lands=True) if module == "invoices" else None
    )
    world.deal("Pump", "Won", account=acme, Amount=Decimal(5))
    assert len(world.apply().unknown) == 1
    world.books.interfere = None
    report = world.apply()
    assert [item.resolution for item in report.recovered] == [f"it had arrived: {world.one('invoices')['id']}"]
    world.quiet()


def test_a_deleted_invoice_comes_back_only_by_a_new_edge(world: World, acme: str) -> None:
    """Deleted by a person it stays deleted; a new edge makes the next instance."""
    deal = won(world, acme)
    world.delete(str(world.one("invoices")["id"]))
    world.quiet()
    world.edit(deal, Stage="Open")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    assert statuses(world) == ["draft"]
    world.forget()
    world.settle()
    world.edit(deal, Stage="Open")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    assert len(world.all("invoices")) == 1, "the second instance was found again by its key"


def test_a_reading_without_the_invoice_is_no_deletion(world: World, acme: str) -> None:
    """An invoice that one reading does not show still lives: a new edge makes no second one."""
    deal = won(world, acme)
    world.edit(deal, Stage="Open")
    world.settle()
    world.edit(deal, Stage="Won")
    hidden = str(world.one("invoices")["id"])

    def hide(name: str, arguments: tuple[object, ...], answer: list[object]) -> list[object]:
        if name == "observe" and getattr(arguments[0], "module", "") == "invoices":
            end = answer[-1]
            assert isinstance(end, ObservationEnd)
            return [Page(gone=(hidden,)), ObservationEnd(complete=True, cursor=None, server_time=end.server_time)]
        return answer

    world.answered = hide
    world.settle()
    world.answered = None
    world.settle()
    assert statuses(world) == ["draft"]


def test_a_lost_state_makes_no_invoice(world: World, acme: str) -> None:
    """Rebuilding the state fires no edge and finds both instances again (I15, I26)."""
    deal = won(world, acme)
    for stage in ("Lost", "Won"):
        world.edit(deal, Stage=stage)
        world.settle()
    world.deal("Later", "Won", account=acme, Amount=Decimal(7))
    world.forget()
    world.settle()
    assert statuses(world) == ["void", "draft"]
    assert {item.number for item in world.state().instances("invoice")} == {0, 1}
    world.edit(deal, Stage="Lost")
    world.settle()
    assert statuses(world) == ["void", "void"]


def test_coming_into_scope_is_baseline(world: World) -> None:
    """A deal that enters the record's scope, for the first time or again, fires nothing (I37)."""
    world.rules(RULES.replace("    stage: Stage", '    stage: Stage\n    where: Region == "north"'))
    acme = world.account("Acme")
    deal = world.deal("Pump", account=acme, Amount=Decimal(5), Region="north")
    world.settle()
    new = world.deal("New", "Won", account=acme, Amount=Decimal(6), Region="south")
    world.edit(deal, Region="south")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    world.edit(deal, Region="north")
    world.edit(new, Region="north")
    world.settle()
    assert world.all("invoices") == []
    world.edit(deal, Stage="Open")
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    assert statuses(world) == ["draft"]
