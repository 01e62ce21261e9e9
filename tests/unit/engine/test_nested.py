"""Nested modules: children under parents that are in scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.world import SCHEMAS, compiled

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import Ambiguous
from syncdsl.engine.run import apply
from syncdsl.plan.restriction import restricted
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts {above} books.customers
    where crm: Region is empty
    dedupe: Name == name
    on duplicate: {duplicate}
    map:
        Name {above} name
        Tier {above} tier
    with contacts: crm.Contacts {below} books.persons
        parent: Account
        dedupe: Mail == mail
        on conflict: review
        map:
            Name {below} name
            Mail {below} mail
"""


OTHERS = """
module deals: crm.Deals -> books.vendors
    dedupe: Name == name
    map:
        Name -> name
"""


def rules(above: str = "<->", below: str = "->", duplicate: str = "overwrite in books") -> str:
    return RULES.format(above=above, below=below, duplicate=duplicate)


def contact(world: World, name: str, account: str | None, mail: str | None = None) -> str:
    return world.record(
        world.crm, "Contacts", Name=name, Mail=mail, Account=Ref("Accounts", account) if account else None
    )


def person(world: World, name: str, customer: str, mail: str | None = None) -> str:
    return world.record(world.books, "persons", name=name, mail=mail, contact=Ref("customers", customer))


def test_parents_come_before_their_children(world: World) -> None:
    """A new account and its contacts are made in one run, each contact below its own customer."""
    world.rules(rules())
    ada, bob = world.account("Ada"), world.account("Bob")
    contact(world, "Ann", ada)
    contact(world, "Ben", bob)
    changes = world.preview()
    assert [(effect.kind, effect.rule) for effect in changes.changes] == [
        ("create", "customers"),
        ("create", "customers"),
        ("create", "customers.contacts"),
        ("create", "customers.contacts"),
    ]
    world.apply()
    customers = {record["id"]: record["name"] for record in world.all("customers")}
    assert {(record["name"], customers[record["contact"].id]) for record in world.all("persons")} == {  # type: ignore[union-attr]
        ("Ann", "Ada"),
        ("Ben", "Bob"),
    }
    world.quiet()


def test_contacts_without_an_account_in_scope_stay_where_they_are(world: World) -> None:
    """Neither a contact of nobody nor one of an account out of scope is made; coming into scope brings both."""
    world.rules(rules())
    outside = world.account("Ada", Region="out")
    contact(world, "Ann", outside)
    lonely = contact(world, "Ben", None)
    world.apply()
    assert world.all("persons") == []
    world.edit(outside, Region=None)
    world.settle()
    assert [record["name"] for record in world.all("persons")] == ["Ann"]
    world.edit(lonely, Account=Ref("Accounts", outside))
    world.settle()
    assert [record["name"] for record in world.all("persons")] == ["Ann", "Ben"]


def test_children_stop_with_their_parent_and_go_on_with_it(world: World) -> None:
    """While the account is out of scope its contacts are not synced, nothing is deleted, and all is made up later."""
    world.rules(rules())
    ada = world.account("Ada")
    ann = contact(world, "Ann", ada)
    world.settle()
    world.edit(ada, Region="out")
    world.edit(ann, Name="Anna")
    world.settle()
    assert world.one("persons")["name"] == "Ann"
    world.edit(ada, Region=None)
    world.settle()
    assert world.one("persons")["name"] == "Anna"


def test_children_are_matched_below_their_own_parent_alone(world: World) -> None:
    """The same address below two parents is two persons, and each finds its own."""
    world.rules(rules())
    ada, bob = world.account("Ada"), world.account("Bob")
    ours, theirs = world.customer("Ada"), world.customer("Bob")
    one, other = person(world, "A", ours, "x@y.example"), person(world, "B", theirs, "x@y.example")
    contact(world, "A", ada, "x@y.example")
    contact(world, "B", bob, "x@y.example")
    world.settle()
    assert {record["id"] for record in world.all("persons")} == {one, other}
    assert {link[1] for link in world.links("customers.contacts")} == {one, other}


def test_a_child_waits_visibly_for_a_parent_that_waits(world: World) -> None:
    """Under an account that nobody can match for certain, contacts are held and named; they follow it."""
    world.rules(rules())
    world.customer("Ada")
    double = world.customer("Ada")
    ada = world.account("Ada")
    contact(world, "Ann", ada)
    changes = world.preview()
    assert [(hold.why, hold.record.label) for hold in changes.holds] == [("match", "Ada"), ("parked", "Ann")]
    world.apply()
    world.delete(double)
    world.settle()
    assert [record["name"] for record in world.all("persons")] == ["Ann"]


@pytest.mark.parametrize("below", ["->", "<->"])
def test_a_lost_state_makes_no_child_twice(world: World, below: str) -> None:
    """Persons carry no key: they are found again below their customer by the dedupe key."""
    world.rules(rules(below=below))
    ada = world.account("Ada")
    contact(world, "Ann", ada, "ann@x.example")
    world.settle()
    world.forget()
    world.settle()
    assert len(world.all("persons")) == 1
    assert len(world.links("customers.contacts")) == 1


def test_children_travel_both_ways(world: World) -> None:
    """A person made in the books becomes a contact of the account that its customer is linked with."""
    world.rules(rules(below="<->"))
    customer = world.customer("Ada")
    person(world, "Ann", customer, "ann@x.example")
    world.settle()
    account = world.one("Accounts")
    assert world.one("Contacts")["Account"] == Ref("Accounts", str(account["id"]))


@pytest.mark.parametrize("lands", [True, False])
def test_a_child_whose_answer_was_lost_is_found_below_its_parent(world: World, lands: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A contact person carries no key: its parent's children tell whether it was made, and it is made once."""
    world.rules(rules())
    ada = world.account("Ada")
    contact(world, "Ann", ada, "ann@x.example")
    fates = iter([Fate(outcome=Ambiguous(reason="no answer"), lands=lands)])
    world.books.interfere = lambda module, _: next(fates, None) if module == "persons" else None
    report = world.apply()
    assert len(report.unknown) == 1
    world.settle()
    assert [record["name"] for record in world.all("persons")] == ["Ann"]
    assert len(world.links("customers.contacts")) == 1


def test_a_child_that_may_still_arrive_is_waited_for(world: World) -> None:
    """Right after a lost answer nothing is made again: what is not there yet may come."""
    world.rules(rules())
    ada = world.account("Ada")
    contact(world, "Ann", ada, "ann@x.example")
    fates = iter([Fate(outcome=Ambiguous(reason="no answer"), lands=False)])
    world.books.interfere = lambda module, _: next(fates, None) if module == "persons" else None
    run = world.run()
    apply(run, confirm=lambda _: True)
    soon = replace(world.run(), clock=lambda: run.clock() + dt.timedelta(seconds=30))
    report = apply(soon, confirm=lambda _: True)
    assert [hold.why for hold in report.changes.holds] == ["ambiguous"]
    assert world.all("persons") == []
    world.settle()
    assert [record["name"] for record in world.all("persons")] == ["Ann"]


def test_a_run_for_other_modules_leaves_a_child_in_doubt_alone(world: World) -> None:
    """A create without an answer is settled by a run that knows its module: here nothing else could tell the child."""
    world.rules(rules() + OTHERS)
    ada = world.account("Ada")
    contact(world, "Ann", ada)
    fates = iter([Fate(outcome=Ambiguous(reason="no answer"), lands=True)])
    world.books.interfere = lambda module, _: next(fates, None) if module == "persons" else None
    assert len(world.apply().unknown) == 1
    others = restricted(compiled(world.rules_text), ["deals"], SCHEMAS)
    apply(world.run(only=others), confirm=lambda _: True)
    world.settle()
    assert [record["name"] for record in world.all("persons")] == ["Ann"]
    assert len(world.links("customers.contacts")) == 1
