"""A record and everything that belongs to it: partners in every pair, links that ended, documents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.unit.engine.world import INVOICES, SCHEMAS, compiled

from syncdsl.engine.story import Story, story_of
from syncdsl.engine.subject import Subjects

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.state import Subject

MATCHED = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
"""
RULES = MATCHED + INVOICES


def subjects(world: World) -> Subjects:
    return Subjects(world.state(), compiled(world.rules_text), SCHEMAS)


def about(world: World, text: str) -> Subject:
    """Return what belongs to a record."""
    here = subjects(world)
    return here.subject(here.find(text))[0]


def story(world: World, text: str) -> Story:
    here = subjects(world)
    return story_of(world.state(), compiled(world.rules_text), here, here.find(text), field=None, limit=None)


def test_a_pair_is_found_from_either_side(world: World) -> None:
    """Asked about either record, the subject is both, although nothing was ever written to them."""
    world.rules(MATCHED)
    left, right = world.account("Acme"), world.customer("Acme")
    world.account("Beta")
    world.settle()
    wanted = {("crm", "Accounts", left), ("books", "customers", right)}
    assert about(world, f"crm.Accounts/{left}").records == wanted
    assert about(world, f"books.customers/{right}").records == wanted
    assert about(world, "books.customers/acme").records == wanted
    assert {("customers", "left", left), ("customers", "right", right)} == about(world, "crm.Accounts/Acme").sides


def test_a_link_that_ended_is_still_part_of_the_story(world: World) -> None:
    """The partner that a record had is told although the link is no longer there."""
    world.rules(MATCHED)
    left, right = world.account("Acme"), world.customer("Acme")
    world.settle()
    state = world.state()
    (link,) = state.links("customers")
    state.end_links([link.uid])
    assert about(world, f"crm.Accounts/{left}").records == {("crm", "Accounts", left), ("books", "customers", right)}
    told = story(world, f"crm.Accounts/{left}")
    assert told.links == ()
    assert [event.what for event in told.events][-1] == "unlinked"


def test_a_deleted_partner_is_told(world: World) -> None:
    """A deletion is in the story, after what was before, and the bond says how it is now."""
    world.rules(MATCHED)
    left = world.account("Acme")
    world.settle()
    world.delete(left)
    world.sweep_after *= 0
    world.apply()
    told = story(world, f"crm.Accounts/{left}")
    assert (told.events[-1].what, told.events[-1].old, told.events[-1].new) == ("status", "active", "left_gone")
    assert told.links[0].status == "left_gone"


def test_documents_belong_to_their_record(world: World) -> None:
    """An invoice made for a deal is part of the deal's story and of its erasure; the customer is another subject."""
    world.rules(RULES)
    account = world.account("Acme")
    world.settle()
    deal = world.deal("Pump", account=account, Amount=Decimal("7.00"))
    world.settle()
    world.edit(deal, Stage="Won")
    world.settle()
    (instance,) = world.state().instances("invoice")
    mine = about(world, f"crm.Deals/{deal}")
    assert mine.records == {("crm", "Deals", deal), ("books", "invoices", str(instance.doc_id))}
    assert instance.key in mine.uids
    assert {event.record for event in story(world, f"crm.Deals/{deal}").events} == {f"books.invoices/{instance.doc_id}"}
