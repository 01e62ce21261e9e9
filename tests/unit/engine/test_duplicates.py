"""First contact: duplicates, adoption, disputes, and links rebuilt from keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World


def rules(duplicate: str, conflict: str = "review", extra: str = "") -> str:
    return f"""
module customers: crm.Accounts <-> books.customers
{extra}    dedupe: Name == name
    on duplicate: {duplicate}
    on conflict: {conflict}
    map:
        Name <-> name
        Phone <-> phone
        Website <-> website
"""


def test_overwrite_takes_the_others_values_and_never_erases(world: World) -> None:
    """`overwrite in books`: its record takes the values, keeps what the other has empty, and carries the key."""
    left = world.rules(rules("overwrite in books")).account("Acme", Phone="1")
    right = world.customer("acme", phone="2", website="w")
    world.settle()
    assert world.links() == {(left, right, "active")}
    assert (world.get(right)["name"], world.get(right)["phone"], world.get(right)["website"]) == ("Acme", "1", "w")
    assert world.get(left)["Website"] == "w"
    assert str(world.get(right)["key"]).startswith("sd-")


def test_skip_sets_both_aside_for_ever(world: World) -> None:
    """`skip` neither links nor changes nor creates, now or later, and is not in review."""
    world.rules(rules("skip"))
    left, right = world.account("Acme", Phone="1"), world.customer("Acme", phone="2")
    before = world.contents()
    changes = world.settle()
    world.edit(left, Phone="3")
    world.edit(right, phone="4")
    assert changes.holds == world.quiet().holds == ()
    assert world.links() == set()
    assert len(before["customers"]) == len(world.all("customers"))


def test_review_links_equals_and_holds_the_rest(world: World) -> None:
    """`review` links records without a difference; one difference and nothing happens until somebody decides."""
    world.rules(rules("review"))
    left, right = world.account("Acme", Phone="1"), world.customer("acme".title())
    world.account("Bolt", Phone="1")
    other = world.customer("Bolt", phone="2")
    changes = world.settle()
    assert world.links() == {(left, right, "active")}
    assert [hold.why for hold in changes.holds] == ["duplicate"]
    assert "key" not in world.get(other)
    world.edit(other, phone="1")
    assert world.settle().holds == ()
    assert len(world.links()) == 2


def test_clone_keeps_its_suffix_through_renames_of_either_side(world: World) -> None:
    """`clone in books` makes a copy beside the duplicate; its suffix belongs to the map from then on."""
    left = world.rules(rules("clone in books")).account("Acme", Phone="1")
    duplicate = world.customer("Acme", phone="2")
    world.settle()
    ((_, right, _),) = world.links()
    assert right != duplicate
    assert world.get(right)["name"] == "Acme 2"
    world.edit(left, Name="Bolt")
    world.settle()
    assert world.get(right)["name"] == "Bolt 2"
    world.edit(right, name="Coil 2")
    world.settle()
    assert world.get(left)["Name"] == "Coil"
    world.edit(duplicate, phone="9")
    assert world.quiet().holds == ()
    assert world.get(left)["Phone"] == "1"


@pytest.mark.parametrize("side", ["books", "crm"])
def test_a_copy_that_drops_its_suffix_gets_it_back_with_the_next_rename(world: World, side: str) -> None:
    """A rename of the copy travels without the suffix, which stays its own; a later rename of the source brings it."""
    left = world.rules(rules(f"clone in {side}")).account("Acme", Phone="1")
    right = world.customer("Acme", phone="2")
    world.settle()
    ((one, other, _),) = world.links()
    source, copy = (left, other) if side == "books" else (right, one)
    names = ("Name", "name") if side == "books" else ("name", "Name")
    world.edit(copy, **{names[1]: "Coil"})
    world.settle()
    assert (world.get(source)[names[0]], world.get(copy)[names[1]]) == ("Coil", "Coil")
    world.edit(source, **{names[0]: "Dahl"})
    world.settle()
    assert world.get(copy)[names[1]] == "Dahl 2"


def test_a_name_that_does_not_fit_with_its_suffix_waits(world: World) -> None:
    """A value is never cut, and what does not fit is known before it is sent: with the suffix it counts as written."""
    left = world.rules(rules("clone in books")).account("Acme", Phone="1")
    world.customer("Acme", phone="2")
    world.settle()
    ((_, right, _),) = world.links()
    world.edit(left, Name="N" * 39)
    (hold,) = world.settle().holds
    assert hold.why == "value"
    assert world.get(right)["name"] == "Acme 2"


def test_adoption_comes_first_and_ignores_on_duplicate(world: World) -> None:
    """A stored link is taken over; differences follow `on conflict`, not `on duplicate`."""
    world.rules(rules("skip", "crm", "    adopt: id == account_id\n"))
    left = world.account("Acme", Phone="1")
    right = world.customer("Other name", phone="2", account_id=left)
    world.settle()
    assert world.links() == {(left, right, "active")}
    assert (world.get(right)["name"], world.get(right)["phone"]) == ("Acme", "1")


@pytest.mark.parametrize("count", [2, 3])
def test_disputed_records_are_neither_linked_nor_created(world: World, count: int) -> None:
    """Several records with one key on a side: no link, no create, one hold that stays one (I13)."""
    world.rules(rules("overwrite in books"))
    for number in range(count):
        world.account("Acme", Phone=str(number))
    world.customer("Acme")
    changes = world.settle()
    assert world.links() == set()
    assert len(world.all("customers")) == 1
    assert len(changes.holds) == len(world.quiet().holds) > 0


def test_a_taken_partner_is_no_partner(world: World) -> None:
    """A second record with a linked one's name is held, not created."""
    world.rules(rules("overwrite in books")).account("Acme")
    world.settle()
    world.account("Acme", Phone="2")
    changes = world.settle()
    assert [hold.why for hold in changes.holds] == ["match"]
    assert len(world.all("customers")) == 1


def test_a_lost_state_is_rebuilt_from_keys(world: World) -> None:
    """Without the state nothing is created again, on either side, whatever was renamed meanwhile (I15)."""
    world.rules(rules("review"))
    left, right = world.account("Acme"), world.customer("Bolt")
    world.settle()
    links = world.links()
    world.edit(left, Name="Renamed Ltd")
    world.edit(right, name="Bolt renamed")
    world.forget()
    changes = world.settle()
    assert world.links() == links
    assert {hold.why for hold in changes.holds} == {"conflict"}
    assert len(world.all("Accounts")) == len(world.all("customers")) == 2


def test_a_clone_survives_the_loss_of_the_state(world: World) -> None:
    """The copy keeps its partner and its name, and nothing is created."""
    left = world.rules(rules("clone in books", "crm")).account("Acme", Phone="1")
    world.customer("Acme", phone="2")
    world.settle()
    links = world.links()
    world.forget()
    world.settle()
    assert world.links() == links
    assert [row["name"] for row in world.all("customers")] == ["Acme", "Acme 2"]
    assert world.get(left)["Name"] == "Acme"


def test_two_records_with_one_key_are_disputed(world: World) -> None:
    """A key that two records carry proves nothing: no link and no third record."""
    world.rules(rules("review"))
    left = world.account("Acme")
    world.settle()
    ((_, right, _),) = world.links()
    key = world.get(right)["key"]
    world.edit(right, name="One")
    world.customer("Two", key=key)
    world.forget()
    changes = world.settle()
    assert changes.holds
    assert world.links() == set()
    assert len(world.all("customers")) == 2
    assert len(world.all("Accounts")) == 1
    assert world.get(left)["Name"] == "Acme"


def test_a_key_written_by_hand_away_is_written_again(world: World) -> None:
    """A linked record whose key was cleared gets it back."""
    world.rules(rules("review")).account("Acme")
    world.settle()
    ((_, right, _),) = world.links()
    key = world.get(right)["key"]
    world.edit(right, key=None)
    world.settle()
    assert world.get(right)["key"] == key
