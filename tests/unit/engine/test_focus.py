"""Single records: looked at alone, with what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.engine.run import apply
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.engine.report import ApplyReport

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    on conflict: crm
    map:
        Name <-> name
        Notes <-> notes
        Parent <-> parent
"""


NESTED = """
    with contacts: crm.Contacts -> books.persons
        parent: Account
        map:
            Name -> name
"""


def sync(world: World, *records: str) -> ApplyReport:
    return apply(world.run(focus=frozenset(("crm", "Accounts", record) for record in records)), confirm=lambda _: True)


def test_only_the_named_record_is_synced(world: World) -> None:
    """Its change travels, that of others waits for the next whole run and is not forgotten."""
    world.rules(RULES)
    ada, bob = world.account("Ada"), world.account("Bob")
    world.settle()
    world.edit(ada, Notes="new")
    world.edit(bob, Notes="new")
    sync(world, ada)
    assert {record["name"]: record.get("notes") for record in world.all("customers")} == {"Ada": "new", "Bob": None}
    world.settle()
    assert {record.get("notes") for record in world.all("customers")} == {"new"}


def test_what_it_refers_to_comes_first(world: World) -> None:
    """A new record is made together with the records it refers to, however many steps away, and no others."""
    world.rules(RULES)
    top = world.account("Top")
    middle = world.account("Middle", Parent=Ref("Accounts", top))
    leaf = world.account("Leaf", Parent=Ref("Accounts", middle))
    world.account("Other")
    sync(world, leaf)
    assert sorted(str(record["name"]) for record in world.all("customers")) == ["Leaf", "Middle", "Top"]
    world.settle()
    assert len(world.all("customers")) == 4


def test_the_nested_records_of_a_parent_come_with_it(world: World) -> None:
    """A new account is made together with its new contacts, and with no others."""
    world.rules(RULES.rstrip() + NESTED)
    world.account("Old")
    world.settle()
    ada, bob = world.account("Ada"), world.account("Bob")
    for name, account in (("Ann", ada), ("Ben", bob)):
        world.record(world.crm, "Contacts", Name=name, Account=Ref("Accounts", account))
    sync(world, ada)
    assert [record["name"] for record in world.all("persons")] == ["Ann"]


def test_a_first_run_over_one_record_still_finds_its_duplicate(world: World) -> None:
    """Where nothing was ever read, the other side is read completely before anything is made."""
    world.rules(RULES)
    ada = world.account("Ada")
    for name in ("Zoe", "Ada", "Bob"):
        world.customer(name)
    sync(world, ada)
    assert len(world.all("customers")) == 3
    assert len(world.links()) == 1
    assert len(world.all("Accounts")) == 1


def test_a_record_that_does_not_exist_is_refused(world: World) -> None:
    """A mistyped id is said to be one."""
    world.rules(RULES)
    with pytest.raises(Fault) as caught:
        sync(world, "nobody")
    assert caught.value.code.id == "SD817"


def test_a_deleted_record_is_noted_at_once(world: World) -> None:
    """Syncing a record that is gone confirms it, and nothing is made again."""
    world.rules(RULES)
    ada = world.account("Ada")
    world.settle()
    world.delete(ada)
    sync(world, ada)
    assert {link[2] for link in world.links()} == {"left_gone"}
    world.quiet()
