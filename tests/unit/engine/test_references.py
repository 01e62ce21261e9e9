"""References between records, and records that wait for each other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.protocol import NewRecord, Rejected
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts <-> books.customers
    where crm: Region is empty
    dedupe: Name == name
    map:
        Name <-> name
        Phone -> phone
        Parent <-> parent
"""


def partners(world: World) -> dict[str, str]:
    return {left: right for left, right, _ in world.links()}


def test_a_hierarchy_is_made_in_one_run(world: World) -> None:
    """Records of one module that refer to each other are made parents first, whatever their order."""
    world.rules(RULES)
    ids = [world.account("A")]
    ids.extend(world.account(name) for name in "BCD")
    for child, parent in itertools.pairwise(ids):
        world.edit(child, Parent=Ref("Accounts", parent))
    report = world.apply()
    assert report.waiting == []
    known = partners(world)
    assert [world.get(known[child]).get("parent") for child in ids] == [
        *(Ref("customers", known[parent]) for parent in ids[1:]),
        None,
    ]
    world.quiet()


def test_a_reference_to_a_new_record_follows_in_the_same_run(world: World) -> None:
    """An update that refers to a record being made is sent behind it."""
    child = world.rules(RULES).account("Child")
    world.settle()
    parent = world.account("Parent")
    world.edit(child, Parent=Ref("Accounts", parent))
    world.apply()
    known = partners(world)
    assert world.get(known[child])["parent"] == Ref("customers", known[parent])
    world.quiet()


def test_a_reference_to_a_failed_record_waits_and_the_rest_goes(world: World) -> None:
    """When the parent is refused, the child's other fields are written and its reference is not forgotten."""
    child = world.rules(RULES).account("Child")
    world.settle()
    parent = world.account("Parent")
    world.edit(child, Parent=Ref("Accounts", parent), Phone="7")
    world.books.interfere = lambda _, write: (
        Fate(outcome=Rejected(code="NO", message="no"), lands=False) if isinstance(write, NewRecord) else None
    )
    report = world.apply()
    assert len(report.waiting) == 1
    known = partners(world)
    assert world.get(known[child])["phone"] == "7"
    assert "parent" not in world.get(known[child])
    world.books.interfere = None
    world.settle()
    known = partners(world)
    assert world.get(known[child])["parent"] == Ref("customers", known[parent])


def test_a_reference_without_a_partner_is_parked_and_wakes(world: World) -> None:
    """A reference out of scope parks a new record as a whole and one field of a linked one, visibly."""
    world.rules(RULES)
    outside = world.account("Parent", Region="x")
    linked = world.account("Linked")
    world.settle()
    world.edit(linked, Parent=Ref("Accounts", outside), Phone="3")
    world.account("New", Parent=Ref("Accounts", outside))
    changes = world.settle()
    assert [hold.why for hold in changes.holds] == ["parked", "parked"]
    assert world.get(partners(world)[linked])["phone"] == "3"
    world.edit(outside, Region=None)
    assert world.settle().holds == ()
    known = partners(world)
    assert len(known) == 3
    assert world.get(known[linked])["parent"] == Ref("customers", known[outside])


def test_a_child_of_a_held_parent_is_held_in_the_preview(world: World) -> None:
    """A create that cannot happen is not promised: a child waits visibly for a parent that does not fit (I19)."""
    world.rules(RULES)
    grandchild, child, parent = (world.account(name) for name in ("Grandchild", "Child", "P" * 60))
    world.edit(child, Parent=Ref("Accounts", parent))
    world.edit(grandchild, Parent=Ref("Accounts", child))
    changes = world.preview()
    assert changes.changes == ()
    assert sorted(hold.why for hold in changes.holds) == ["parked", "parked", "value"]
