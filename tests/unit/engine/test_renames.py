"""Renames: `moved` keeps links, documents and truths, and keys on records stay those of the oldest name."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.conftest import Crash
from tests.unit.engine.world import HEAD, compiled

from syncdsl.engine.run import apply
from syncdsl.plan.renames import former_names, original_name, renames
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.changes.change_set import ChangeSet

CLIENTS = """
table tiers:
    "gold" <-> "G"
    "silver" <-> "S"

module clients: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Phone <-> phone
        tiers(Tier) <-> tier

record sale: crm.Deals
    stage: Stage

document bill: books.invoices for sale
    map:
        sale.Account -> customer
        line:
            sale.Name -> name
            sale.Amount -> rate

when sale.stage == won: create bill
"""
MOVED = """
moved module clients to buyers
moved module buyers to customers
moved table tiers to levels
moved record sale to deal
moved document bill to invoice
"""
CUSTOMERS = MOVED + CLIENTS.replace("clients", "customers").replace("tiers", "levels").replace("sale", "deal").replace(
    "bill", "invoice"
)


def settled(world: World) -> None:
    """Settle a world with a created, a matched and a held record, and an invoice."""
    world.rules(CLIENTS)
    acme = world.account("Acme", Tier="gold", Phone="+49 30 1234567")
    world.account("Both")
    world.customer("both")
    world.customer("Back", tier="S")
    deal = world.deal("Pump", account=acme, Amount=None)
    world.settle()
    world.edit(deal, Stage="Won", Amount=Decimal(5))
    world.settle()
    assert len(world.all("invoices")) == 1


def test_a_renamed_module_document_record_and_table_change_nothing(world: World) -> None:
    """After every name got another one the next run is quiet: no create, no invoice, no value to decide anew."""
    settled(world)
    before = world.contents()
    links = {(link[0], link[1]) for link in world.links("clients")}
    world.rules(CUSTOMERS)
    world.quiet()
    assert world.contents() == before
    assert {(link[0], link[1]) for link in world.links("customers")} == links
    assert world.links("clients") == set()
    state = world.state()
    told = {uid: (link.pair, link.left_id, link.right_id) for uid, link in state.lineage().items()}
    assert told == {link.uid: (link.pair, link.left_id, link.right_id) for link in state.links("customers")}


def test_what_changed_meanwhile_travels(world: World) -> None:
    """Bases move with their links: a change made before the rename was seen goes to the other side, no conflict."""
    settled(world)
    acme = next(record["id"] for record in world.all("Accounts") if record["Name"] == "Acme")
    world.edit(str(acme), Tier="silver")
    world.rules(CUSTOMERS)
    world.settle()
    assert {"Acme": "S", "Back": "S"}.items() <= {
        str(record["name"]): record.get("tier") for record in world.all("customers")
    }.items()


def test_a_renamed_trigger_keeps_its_truths(world: World) -> None:
    """What was won is not billed twice; what is won now is billed, which a new baseline would miss."""
    settled(world)
    deal = world.deal("Valve", account=str(world.all("Accounts")[0]["id"]), Amount=Decimal(7))
    world.settle()
    world.rules(CUSTOMERS)
    world.edit(deal, Stage="Won")
    world.settle()
    assert len(world.all("invoices")) == 2


def test_names_stand_only_with_the_rules(world: World) -> None:
    """Declined rules leave the names as the rules in force have them; a preview of them writes nothing at all."""
    settled(world)
    apply(world.run(activates=True), confirm=lambda _: True)
    links = world.links("clients")
    world.rules(CUSTOMERS)
    digest = world.state().digest()
    assert world.preview().changes == ()
    assert world.state().digest() == digest
    apply(world.run(activates=True), confirm=lambda _: world.links("customers") == set())
    assert world.links("clients") == links
    with pytest.raises(Crash):
        apply(world.run(activates=True), confirm=crash)
    world.rules(CLIENTS).quiet()
    assert world.links("clients") == links


def crash(changes: ChangeSet) -> bool:
    """Die while being asked."""
    raise Crash(changes.digest)


def test_a_lost_state_after_a_rename_makes_nothing_twice(world: World) -> None:
    """Keys are made of the oldest name, so that records are found by them under the newest one."""
    settled(world)
    world.rules(CUSTOMERS)
    world.settle()
    before = world.contents()
    world.forget()
    world.settle()
    assert world.contents() == before
    assert len(world.links("customers")) == 3


def questions(world: World) -> dict[str, tuple[str, str]]:
    """Return rule and state of every question that was ever asked, by its id."""
    return {item.id: (item.rule, item.state) for item in world.reviews("open", "decided", "closed")}


def test_what_was_asked_and_decided_stays(world: World) -> None:
    """A question keeps its id under the new name: an open one is not asked again, a decided one is carried out."""
    world.rules(CLIENTS)
    for name in ("Acme", "Beta"):
        world.account(name, Phone="1")
    world.settle()
    pairs = {str(world.get(left)["Name"]): (left, right) for left, right, _ in world.links("clients")}
    for left, right in pairs.values():
        world.edit(left, Phone="11")
        world.edit(right, phone="22")
    world.apply()
    asked = {item.label: item for item in world.reviews()}
    world.decide(asked["Beta"], "crm")
    world.rules(CUSTOMERS)
    assert [effect.reason for effect in world.preview().changes] == ["decided by anna"]
    world.apply()
    assert questions(world) == {
        asked["Acme"].id: ("customers", "open"),
        asked["Beta"].id: ("customers", "closed"),
    }
    assert world.get(pairs["Beta"][1])["phone"] == "11"
    world.quiet()


def test_a_question_alone_is_renamed_and_named_back(world: World) -> None:
    """Where a module knows nothing but a question, this is renamed with it, and gets its name back when declined."""
    world.rules(CLIENTS).account("Acme")
    for _ in range(2):
        world.customer("Acme")
    apply(world.run(activates=True), confirm=lambda _: True)
    before = questions(world)
    assert [rule for rule, _ in before.values()] == ["clients"]
    world.rules(CUSTOMERS)
    apply(world.run(activates=True), confirm=lambda _: False)
    assert questions(world) == before
    apply(world.run(activates=True), confirm=lambda _: True)
    assert questions(world) == {item: ("customers", state) for item, (_, state) in before.items()}


NESTED = """
module {name}: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
    with contacts: crm.Contacts -> books.persons
        parent: Account
        dedupe: Mail == mail
        map:
            Name -> name
            Mail -> mail
"""


def test_what_is_nested_moves_with_its_parent(world: World) -> None:
    """Children keep their links and keys when the module above them gets another name."""
    world.rules(NESTED.format(name="clients"))
    acme = world.account("Acme")
    world.record(world.crm, "Contacts", Name="Ann", Mail="ann@example.com", Account=Ref("Accounts", acme))
    world.settle()
    links = world.links("clients.contacts")
    assert len(links) == 1
    persons = world.all("persons")
    world.rules("moved module clients to customers\n" + NESTED.format(name="customers"))
    world.quiet()
    assert (world.links("customers.contacts"), world.links("clients.contacts")) == (links, set())
    world.forget()
    world.settle()
    assert (world.links("customers.contacts"), world.all("persons")) == (links, persons)


def test_nested_modules_are_called_after_their_parent() -> None:
    """A nested module is called after its parent, and what never had another name has no former one."""
    moved = compiled(HEAD + CUSTOMERS).moved
    assert former_names(moved, "module", "customers") == ("buyers", "clients")
    assert former_names(moved, "module", "customers.contacts") == ("buyers.contacts", "clients.contacts")
    assert original_name(moved, "document", "invoice") == "bill"
    assert original_name(moved, "module", "vendors") == "vendors"
    assert renames(compiled(HEAD + CLIENTS)).modules == {}
