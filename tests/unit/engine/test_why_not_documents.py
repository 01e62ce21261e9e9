"""Why not, for documents: which step of a trigger fails, and that doing what is suggested makes the document."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.asking import answer, ask, do, failing
from tests.unit.engine.test_acting import HEAD, started
from tests.unit.engine.world import CUSTOMERS, INVOICES

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import NewRecord, Rejected
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.engine.conftest import World

    from syncdsl.engine.explaining.answers import Hurdle

WON = HEAD + "when deal.stage == won: create invoice\n"
COMPOUND = HEAD + 'when deal.stage == won and (deal.Amount > 1_000 or deal.Region == "EU"): create invoice\n'
REQUIRED = WON + "    require: deal.Number is not empty\n"
BOTH = WON + 'when deal.Region == "EU": void invoice\n'


def made(world: World) -> list[object]:
    return [one["status"] for one in world.all("invoices")]


def opened(world: World, rules: str = WON, **fields: object) -> str:
    """Return a deal that runs know, under rules that are switched on."""
    acme = started(world, rules)
    deal = world.deal("Pump", "Open", account=acme, **{"Amount": Decimal(5), **fields})  # type: ignore[arg-type]  # values
    world.settle()
    return deal


def create_hurdle(world: World, deal: str, *, now: bool = False) -> Hurdle:
    """Return what fails of the trigger that creates."""
    (found,) = (one for one in ask(world, deal, "invoice", now=now).answers if one.asked.startswith("create"))
    assert found.failing is not None, found
    return found.failing


def test_a_condition_that_is_false(world: World) -> None:
    """The stage is named as it is, and the one at which it fires; set, the invoice is made."""
    deal = opened(world)
    found = failing(world, deal)
    assert (found.hurdle, found.why) == ("condition", 'is false: Stage is "Open"')
    assert found.location == answer(world, deal).location
    (remedy,) = found.remedies
    assert remedy.text == '`deal.stage == won` fires when Stage becomes "Won"'
    do(world, deal, remedy)
    world.settle()
    assert made(world) == ["draft"]


@pytest.mark.parametrize("way", [0, 1])
def test_every_way_of_a_compound_condition(world: World, way: int) -> None:
    """`or` has two ways, each with what all of `and` needs; each of them makes the invoice."""
    deal = opened(world, COMPOUND)
    remedies = failing(world, deal).remedies
    assert [set(one.values) for one in remedies] == [{"Stage", "Amount"}, {"Stage", "Region"}]
    do(world, deal, remedies[way])
    world.settle()
    assert made(world) == ["draft"]


def test_what_was_won_before_is_the_baseline(world: World) -> None:
    """It says since when it was true, how it fires all the same, and both ways do: backfill, and a new edge."""
    acme = world.rules(WON).account("Acme")
    deals = [world.deal(name, "Won", account=acme, Amount=Decimal(5)) for name in ("Old", "Older")]
    world.settle()
    found = failing(world, deals[0])
    assert found.hurdle == "edge"
    assert "baseline" in found.why
    again, backfill = found.remedies
    do(world, deals[0], again)
    world.settle()
    world.edit(deals[0], Stage="Won")
    world.settle()
    assert made(world) == ["draft"]
    line = backfill.text.split("`")[1]
    world.rules(WON + f"    {line}\n").settle()
    assert len(made(world)) == 2


def test_an_edge_that_was_used_names_the_document_that_lives(world: World) -> None:
    """While it lives nothing more is made; once it is void and a new edge came, a new one is."""
    deal = opened(world)
    world.edit(deal, Stage="Won")
    world.settle()
    (invoice,) = (one.doc_id for one in world.state().instances("invoice"))
    found = answer(world, deal)
    assert found.verdict == "done"
    assert found.failing is not None
    assert f"books.invoices/{invoice} was made for it and lives" in found.failing.why
    assert invoice is not None
    world.books.edit("invoices", invoice, {"status": "void"})
    world.settle()
    closed = failing(world, deal)
    assert (closed.hurdle, "is closed or deleted" in closed.why) == ("edge", True)
    do(world, deal, closed.remedies[0])
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    assert made(world) == ["void", "draft"]


def test_what_it_requires_parks_the_edge(world: World) -> None:
    """The edge is there and waits; with what is required it acts."""
    deal = opened(world, REQUIRED)
    world.edit(deal, Stage="Won")
    world.settle()
    found = failing(world, deal)
    assert (found.hurdle, found.why) == ("require", "is false: Number is empty")
    do(world, deal, found.remedies[0])
    world.settle()
    assert made(world) == ["draft"]


def test_a_customer_that_has_no_partner_yet(world: World) -> None:
    """The document is parked; the question to ask about its customer is named, and when that is synced, it is made."""
    scope = "where crm: Tier is empty\n    where books: tier is empty\n    dedupe: Name == name"
    rules = WON.replace("dedupe: Name == name", scope)
    deal = opened(world, rules)
    outside = world.account("Outside", Tier="B")
    waiting = world.deal("Tank", "Open", account=outside, Amount=Decimal(7))
    world.settle()
    world.edit(waiting, Stage="Won")
    world.settle()
    found = failing(world, waiting)
    assert found.hurdle == "parked"
    assert found.remedies[0].command == f"syncdsl why-not crm.Accounts/{outside}"
    assert failing(world, deal).hurdle == "condition"
    do(world, outside, failing(world, outside).remedies[0])
    world.settle()
    assert made(world) == ["draft"]


def test_a_deal_without_a_customer(world: World) -> None:
    """It waits for one, and nothing about it is wrong: with one it is made."""
    started(world, WON)
    acme = next(iter(world.links()))[0]
    deal = world.deal("Pump", "Open", Amount=Decimal(5))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    found = failing(world, deal)
    assert found.hurdle == "parked"
    assert "names a record that has a partner" in found.remedies[0].text
    world.edit(deal, Account=Ref("Accounts", acme))
    world.settle()
    assert made(world) == ["draft"]


def test_an_amount_that_is_missing(world: World) -> None:
    """A line without its amount is no line: the value is what fails; with one it is made."""
    deal = opened(world, WON, Amount=None)
    world.edit(deal, Stage="Won")
    world.settle()
    found = failing(world, deal)
    assert found.hurdle == "value"
    assert "line.rate" in found.why
    world.edit(deal, Amount=Decimal(3))
    world.settle()
    assert made(world) == ["draft"]


def test_triggers_that_would_make_and_close_at_one_moment(world: World) -> None:
    """Both turned true at once, so neither acts; it is said before the run that drops them."""
    world.crm.keeps_stages = False
    deal = opened(world, BOTH)
    world.edit(deal, Stage="Won", Region="EU")
    found = create_hurdle(world, deal, now=True)
    assert found.hurdle == "opposite"
    assert "neither is done" in found.why
    world.settle()
    assert made(world) == []
    assert create_hurdle(world, deal).hurdle == "edge"


def test_a_stage_that_the_schema_does_not_know(world: World) -> None:
    """Nobody can tell what it means: the schema is to be pulled; back in a stage that is known, it acts."""
    deal = opened(world)
    world.edit(deal, Stage="Parked")
    world.settle()
    found = failing(world, deal)
    assert (found.hurdle, found.remedies[0].command) == ("stage", "syncdsl schema pull crm")
    assert "`Parked`" in found.why
    world.edit(deal, Stage="Won")
    world.settle()
    assert made(world) == ["draft"]


def test_a_record_out_of_scope(world: World) -> None:
    """The condition of the record statement fails before the trigger is asked."""
    rules = WON.replace("    stage: Stage\n", "    stage: Stage\n    where: Region is empty\n", 1)
    deal = opened(world, rules, Region="EU")
    found = failing(world, deal)
    assert (found.hurdle, found.text) == ("where", "`where crm: Region is empty`")
    do(world, deal, found.remedies[0])
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    assert made(world) == ["draft"]


def test_a_trigger_that_no_run_has_switched_on(world: World) -> None:
    """Rules that wait in the files have done nothing yet; a whole run switches them on."""
    deal = opened(world)
    world.rules(WON.replace("deal.stage == won", "deal.Region is not empty"))
    found = failing(world, deal)
    assert (found.hurdle, found.remedies[0].command) == ("switched on", "syncdsl apply")
    world.settle()
    world.edit(deal, Region="EU")
    world.settle()
    assert made(world) == ["draft"]


def test_a_refused_document(world: World) -> None:
    """The books refuse it: their words are told; once they take it, it is made."""
    deal = opened(world)

    def fate(module: str, write: object) -> Fate | None:
        refused = module == "invoices" and isinstance(write, NewRecord)
        return Fate(outcome=Rejected(code="9", message="period is closed"), lands=False) if refused else None

    world.books.interfere = fate
    world.edit(deal, Stage="Won")
    world.apply()
    found = failing(world, deal)
    assert (found.hurdle, "period is closed" in found.why) == ("refused", True)
    world.books.interfere = None
    world.settle()
    assert made(world) == ["draft"]


def test_an_action_without_a_document(world: World) -> None:
    """Voiding acts on a live document alone; without one that is what fails."""
    deal = opened(world, BOTH)
    world.edit(deal, Region="EU")
    (found,) = (one for one in ask(world, deal, "invoice", now=True).answers if one.asked.startswith("void"))
    assert found.failing is not None
    assert (found.failing.hurdle, found.failing.why) == ("live document", "there is no live invoice to void")


def test_a_document_itself_is_made_and_not_synced(world: World) -> None:
    """Of an invoice it says what makes it."""
    deal = opened(world, CUSTOMERS.replace("overwrite in books", "review") + INVOICES)
    world.edit(deal, Stage="Won")
    world.settle()
    ((invoice, _),) = invoices(world)
    found = failing(world, invoice)
    assert (found.hurdle, "document `invoice` makes" in found.why) == ("rules", True)


def invoices(world: World) -> Iterator[tuple[str, str]]:
    for one in world.state().instances("invoice"):
        assert one.doc_id is not None
        yield one.doc_id, one.record_id


def test_a_new_edge_while_a_document_lives(world: World) -> None:
    """There is one at most: the document that lives is what fails; once it is closed, another edge makes a new one."""
    deal = opened(world)
    world.edit(deal, Stage="Won")
    world.settle()
    world.edit(deal, Stage="Open")
    world.settle()
    world.edit(deal, Stage="Won")
    found = failing(world, deal, now=True)
    assert (found.hurdle, "lives, and there is one at most" in found.why) == ("live document", True)
    ((invoice, _),) = invoices(world)
    world.edit(deal, Stage="Open")
    world.books.edit("invoices", invoice, {"status": "void"})
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    assert made(world) == ["void", "draft"]


def test_an_action_that_leaves_what_was_sent(world: World) -> None:
    """`void` leaves a sent invoice as it is; with `, even sent`, as is suggested, it acts."""
    void = 'when deal.Region == "EU": void invoice'
    deal = opened(world, WON + void + "\n")
    world.edit(deal, Stage="Won")
    world.settle()
    ((invoice, _),) = invoices(world)
    world.books.edit("invoices", invoice, {"status": "sent"})
    world.settle()
    world.edit(deal, Region="EU")
    (found,) = (one for one in ask(world, deal, "invoice", now=True).answers if one.asked.startswith("void"))
    assert found.failing is not None
    assert (found.failing.hurdle, "leaves it as it is" in found.failing.why) == ("live document", True)
    assert "even sent" in found.failing.remedies[0].text
    world.rules(WON + void + ", even sent\n").settle()
    assert made(world) == ["void"]
