"""Verification of modules nested in others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.engine.test_nested import contact, person, rules
from tests.unit.trial.conftest import verified

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.changes.verification import Agreement


def contacts(world: World) -> Agreement:
    """Return what is found of the nested module."""
    return next(item for item in verified(world).modules if item.name == "customers.contacts")


def test_children_belong_to_parents_in_scope(world: World) -> None:
    """A child is compared and missed only while its parent is in scope, on either side."""
    world.rules(rules(below="<->"))
    ada, outside = world.account("Ada"), world.account("Bob", Region="out")
    ann = contact(world, "Ann", ada)
    contact(world, "Elsewhere", outside)
    contact(world, "Orphan", None)
    assert contacts(world).missing_right == 1
    world.settle()
    assert verified(world).in_sync
    world.edit(ann, Name="Anna")
    (difference,) = verified(world).differences
    assert (difference.rule, difference.kind, difference.field) == ("customers.contacts", "pending", "name")
    world.edit(ada, Region="out")
    assert verified(world).in_sync
    assert (contacts(world).outside, contacts(world).linked) == (1, 0)


def test_a_child_below_another_parent_differs(world: World) -> None:
    """That partners belong to partners is compared like any field."""
    world.rules(rules())
    ada, bob = world.account("Ada"), world.account("Bob")
    ann = contact(world, "Ann", ada)
    world.settle()
    world.edit(ann, Account=Ref("Accounts", bob))
    (difference,) = verified(world).differences
    assert (difference.field, difference.line) == ("contact", "parent: Account")


def test_persons_of_the_far_side_are_missing_where_they_travel_back(world: World) -> None:
    """Below a two-way parent a person without a contact is missing exactly where the nested module is two-way."""
    world.rules(rules(below="<->"))
    world.account("Ada")
    world.settle()
    person(world, "Ann", str(world.one("customers")["id"]))
    assert contacts(world).missing_left == 1
    world.rules(rules(below="->"))
    assert contacts(world).missing_left == 0


def test_a_module_can_be_verified_alone_and_with_those_below_it(world: World) -> None:
    """A nested module's name looks at it alone, its parent's at both."""
    world.rules(rules())
    world.account("Ada")
    assert [item.name for item in verified(world, module="customers").modules] == ["customers", "customers.contacts"]
    assert [item.name for item in verified(world, module="customers.contacts").modules] == ["customers.contacts"]
