"""Records that another one of their module swallowed: the partner goes on with the survivor, or a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.world import DELETES, NESTED_DELETES

from syncdsl.adapters.memory import MemoryConnection, Store
from syncdsl.changes.effects import Link
from syncdsl.engine.merged import survivors_of
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

DEALS = """
module deals: crm.Deals -> books.vendors
    dedupe: Name == name
    map:
        Name -> name
        Account -> parent
"""


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    """Return the ids of a settled pair."""
    left = world.rules(DELETES).account("Acme", Region="in", Phone="1", Notes="n")
    world.settle()
    ((_, right, _),) = world.links()
    return left, right


def test_the_partner_of_a_merged_record_goes_on_with_the_survivor(world: World, pair: tuple[str, str]) -> None:
    """An unlinked survivor takes the link over, with the key made from it; different values follow `on conflict`."""
    survivor = world.account("Acme", Region="in", Phone="2")
    world.merge(pair[0], survivor)
    (link, update) = world.preview().changes
    assert isinstance(link, Link)
    assert (link.left.id, link.right.id) == (survivor, pair[1])
    assert "was merged into it" in link.reason
    assert [change.field for change in update.fields] == ["phone"]  # type: ignore[union-attr]
    world.settle()
    assert world.links() == {(survivor, pair[1], "active")}
    partner = world.one("customers")
    assert (partner["phone"], partner["notes"], partner["key"]) == ("2", "n", link.key)


def test_a_lost_state_finds_the_survivors_partner(world: World, pair: tuple[str, str]) -> None:
    """The key on the partner is the survivor's, so the link is found again without the state (I15)."""
    survivor = world.account("Acme", Region="in")
    world.merge(pair[0], survivor)
    world.settle()
    world.forget()
    world.settle()
    assert world.links() == {(survivor, pair[1], "active")}
    assert len(world.all("customers")) == 1


def test_a_merge_in_the_other_system_is_followed_too(world: World, pair: tuple[str, str]) -> None:
    """The survivor may be on either side; the key that the left record gave stays and is written to it."""
    key = world.get(pair[1])["key"]
    survivor = world.customer("Acme 1", kind="business", phone="9")
    world.merge(pair[1], survivor)
    world.settle()
    assert world.links() == {(pair[0], survivor, "active")}
    partner = world.one("customers")
    assert (partner["name"], partner["phone"], partner["key"]) == ("Acme", "1", key)


def test_two_partners_of_one_survivor_are_left_to_a_person(world: World, pair: tuple[str, str]) -> None:
    """Both duplicates had partners: the loser's is not deleted, whatever `on delete` says; a person decides (I13)."""
    survivor = world.account("Acme Ltd", Region="in")
    world.settle()
    other = next(right for left, right, _ in world.links() if left == survivor)
    world.merge(pair[0], survivor)
    for _ in range(2):
        (hold,) = world.quiet().holds
        assert (hold.why, hold.record.id) == ("deleted", pair[1])
        assert {candidate.id for candidate in hold.candidates} == {survivor, other}
    assert len(world.all("customers")) == 2


def test_two_losers_of_one_free_survivor_are_left_to_a_person(world: World, pair: tuple[str, str]) -> None:
    """Which of two partners a free survivor should have is not for the engine to say; nothing is made for it either."""
    second = world.account("Acme 2", Region="in")
    world.settle()
    survivor = world.account("Acme 3", Region="in")
    world.merge(pair[0], survivor)
    world.merge(second, survivor)
    assert len(world.quiet().holds) == 2
    assert len(world.all("customers")) == 2


def test_a_survivor_out_of_scope_keeps_the_partner(world: World, pair: tuple[str, str]) -> None:
    """Merged into a record that the rules do not take: no delete, a person decides."""
    survivor = world.account("Acme", Region="out")
    world.merge(pair[0], survivor)
    (hold,) = world.quiet().holds
    assert "out of scope" in hold.reason
    assert len(world.all("customers")) == 1


def test_references_follow_the_survivor(world: World, pair: tuple[str, str]) -> None:
    """Records that the CRM re-points from the loser to the survivor keep their partner's reference, by the new link."""
    world.rules(DELETES + DEALS)
    deal = world.deal("Pump", account=pair[0])
    world.settle()
    before = world.one("vendors")["parent"]
    survivor = world.account("Acme", Region="in", Phone="1")
    world.merge(pair[0], survivor)
    world.edit(deal, Account=Ref("Accounts", survivor))
    fresh = world.deal("Valve", account=survivor)
    world.settle()
    pump = next(row["id"] for row in world.all("vendors") if row["name"] == "Pump")
    assert (deal, pump, "active") in world.links("deals")
    assert [row["parent"] for row in world.all("vendors")] == [before, before]
    assert fresh in {left for left, _, _ in world.links("deals")}


def test_children_follow_the_survivor_at_once(world: World) -> None:
    """Contacts that the CRM moved to the survivor stay linked below its partner; none is made or deleted."""
    world.rules(NESTED_DELETES)
    loser = world.account("Acme")
    child = world.record(world.crm, "Contacts", Name="Ann", Mail="a@example.com", Account=Ref("Accounts", loser))
    world.settle()
    before = world.one("persons")
    survivor = world.account("Acme")
    world.merge(loser, survivor)
    world.edit(child, Account=Ref("Accounts", survivor), Name="Anne")
    changes = world.preview()
    assert changes.holds == ()
    assert {effect.kind for effect in changes.changes} == {"link", "update"}
    world.settle()
    assert world.one("persons") == {**before, "name": "Anne"}
    fresh = world.record(world.crm, "Contacts", Name="Bob", Mail="b@example.com", Account=Ref("Accounts", survivor))
    world.settle()
    assert (len(world.all("persons")), len(world.all("customers"))) == (2, 1)
    assert fresh in {left for left, _, _ in world.links("customers.contacts")}


def test_a_plain_deletion_is_no_merge(world: World, pair: tuple[str, str]) -> None:
    """Without a survivor that the system confirms a deletion is one."""
    world.account("Acme 2", Region="in")
    world.settle()
    world.delete(pair[0])
    world.settle()
    assert len(world.all("customers")) == 1


def test_chains_of_merges_lead_to_the_last_one() -> None:
    """A survivor that was merged itself is followed; a circle leads nowhere, and nothing is asked without a loss."""
    store = Store("crm-1")
    store.survivors = {"a": "b", "b": "c", "x": "y", "y": "x"}

    class Plain(MemoryConnection):
        def survivors(self, module: str, ids: object) -> dict[str, str]:
            del module
            return {one: self.store.survivors[one] for one in ids if one in self.store.survivors}  # type: ignore[attr-defined]

    assert survivors_of(Plain(store, connection="crm"), "Accounts", ["a", "x", "z"]) == {"a": "c", "b": "c"}
    assert survivors_of(Plain(store, connection="crm"), "Accounts", []) == {}
