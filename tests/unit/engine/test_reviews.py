"""The review queue beside a run: what is held is asked once, what is decided is carried out, what is settled closes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.memory import Fate
from syncdsl.adapters.memory.store import Deletion
from syncdsl.adapters.protocol import Ambiguous, Change, NewRecord, Rejected
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.state import ReviewItem


LINKED = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: review
    map:
        Name <-> name
        Phone <-> phone
        Website <-> website
"""


def only(world: World, *states: str) -> ReviewItem:
    (found,) = world.reviews(*states)
    return found


def causes(world: World) -> set[tuple[str, str | None]]:
    return {(row.entry.field, row.entry.by) for row in world.state().history() if row.entry.by}


def conflict(world: World) -> tuple[str, str, ReviewItem]:
    """Link two records and change their phone numbers on both sides."""
    left = world.rules(LINKED).account("Acme", Phone="1")
    world.settle()
    ((_, right, _),) = world.links()
    world.edit(left, Phone="11", Website="l")
    world.edit(right, phone="22")
    world.apply()
    return left, right, only(world)


def test_a_conflict_is_one_item_however_often_it_is_met(world: World) -> None:
    """Three runs, one open item with both values; everything else of the record went on."""
    left, right, item = conflict(world)
    world.apply()
    world.apply()
    again = only(world)
    assert again == item
    assert (item.kind, item.state, item.record_id, item.left, item.right) == ("conflict", "open", left, "11", "22")
    assert item.choices == ["crm", "books"]
    assert [one["id"] for one in item.candidates] == [right]
    assert world.get(right)["website"] == "l"


@pytest.mark.parametrize(("words", "value"), [("crm", "11"), ("books", "22")])
def test_a_decided_conflict_travels_and_names_the_person(world: World, words: str, value: str) -> None:
    """The next run writes the chosen value, the history says who decided, and the item is closed with the write."""
    left, right, item = conflict(world)
    world.decide(item, words)
    changes = world.preview()
    assert [effect.reason for effect in changes.changes] == ["decided by anna"]
    assert only(world).state == "decided"
    world.apply()
    assert (world.get(left)["Phone"], world.get(right)["phone"]) == (value, value)
    assert causes(world) == {("phone" if words == "crm" else "Phone", "anna")}
    assert (only(world, "closed").id, only(world, "closed").decided_by) == (item.id, "anna")
    world.quiet()


def test_a_decision_is_for_the_question_it_was_made_for(world: World) -> None:
    """When a value changed since, the decision does not apply: the old item closes and the new question is asked."""
    _, right, item = conflict(world)
    world.decide(item, "crm")
    world.edit(right, phone="33")
    world.apply()
    asked = only(world)
    assert (asked.state, asked.right) == ("open", "33")
    assert asked.id != item.id
    assert world.get(right)["phone"] == "33"


def test_an_item_closes_when_people_settle_it_themselves(world: World) -> None:
    """Both sides made equal by hand: nothing is left to decide."""
    left, _, item = conflict(world)
    world.edit(left, Phone="22")
    world.apply()
    assert world.reviews() == []
    assert only(world, "closed").id == item.id


def test_a_question_that_comes_back_is_asked_anew(world: World) -> None:
    """The same conflict after it was settled is one open item again, without the old decision."""
    left, right, item = conflict(world)
    world.decide(item, "crm")
    world.apply()
    world.edit(left, Phone="5")
    world.apply()
    world.edit(left, Phone="11")
    world.edit(right, phone="22")
    world.apply()
    again = only(world)
    assert (again.id, again.state, again.decision, again.decided_by) == (item.id, "open", None, None)
    assert again.opened > item.opened


def test_a_refused_write_keeps_the_decision(world: World) -> None:
    """Until the other system took the value the decision stands, and every run tries again."""
    _, right, item = conflict(world)
    world.decide(item, "crm")

    world.books.interfere = lambda _module, write: (
        Fate(outcome=Rejected(code="9", message="closed"), lands=False) if isinstance(write, Change) else None
    )
    world.apply()
    world.apply()
    assert {one.id: one.state for one in world.reviews()}[item.id] == "decided"
    assert sorted(one.kind for one in world.reviews()) == ["conflict", "value"]
    world.books.interfere = None
    world.apply()
    assert world.reviews() == []
    assert world.get(right)["phone"] == "11"


def test_a_preview_and_a_declined_apply_leave_the_queue_alone(world: World) -> None:
    """Questions are asked by an accepted change set only."""
    left = world.rules(LINKED).account("Acme", Phone="1")
    world.customer("Acme", phone="2")
    world.preview()
    assert world.reviews() == []
    world.apply()
    assert only(world).record_id == left


def test_a_group_is_asked_and_decided_as_a_whole(world: World) -> None:
    """The item shows the whole address of both sides, and the chosen one replaces the other."""
    world.rules(
        """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
        group address:
            Street <-> street
            City <-> city
"""
    )
    left = world.account("Acme", Street="Old 1", City="Bonn")
    world.settle()
    ((_, right, _),) = world.links()
    world.edit(left, Street="Left 2")
    world.edit(right, city="Berlin")
    world.apply()
    item = only(world)
    assert (item.field, item.left, item.right) == ("address", "Left 2, Bonn", "Old 1, Berlin")
    world.decide(item, "books")
    world.apply()
    assert (world.get(left)["Street"], world.get(left)["City"]) == ("Old 1", "Berlin")
    assert world.reviews() == []


# -- duplicates -------------------------------------------------------------------------------------------------------


def duplicates(world: World) -> tuple[str, str, ReviewItem]:
    left = world.rules(LINKED).account("Acme", Phone="1", Website="w")
    right = world.customer("Acme", phone="2")
    world.apply()
    return left, right, only(world)


@pytest.mark.parametrize(("words", "phone"), [("crm", "1"), ("books", "2")])
def test_duplicates_are_linked_with_the_side_that_counts(world: World, words: str, phone: str) -> None:
    """The chosen side's values win, empty ones are filled from either, and the link is known to be a person's."""
    left, right, item = duplicates(world)
    assert item.choices == ["crm", "books", "clone in crm", "clone in books", "skip"]
    world.decide(item, words)
    world.settle()
    assert world.links() == {(left, right, "active")}
    assert (world.get(left)["Phone"], world.get(right)["phone"], world.get(right)["website"]) == (phone, phone, "w")
    assert world.reviews() == []
    assert {by for _, by in causes(world)} == {"anna"}
    assert [link.origin for link in world.state().links("customers")] == ["review"]


def test_duplicates_that_are_none_are_copied(world: World) -> None:
    """`clone in books` makes a copy beside the duplicate, with a suffix, and asks no more."""
    left, right, item = duplicates(world)
    world.decide(item, "clone in books")
    world.settle()
    ((linked, copy, _),) = world.links()
    assert linked == left
    assert copy != right
    assert world.get(copy)["name"] == "Acme 2"
    assert world.reviews() == []
    assert ("name", "anna") in causes(world)


def test_duplicates_set_aside_stay_as_they_are(world: World) -> None:
    """`skip` neither links nor changes nor makes anything, now or later."""
    left, right, item = duplicates(world)
    world.decide(item, "skip")
    world.settle()
    world.edit(left, Phone="3")
    world.quiet()
    assert world.links() == set()
    assert (world.get(right)["phone"], len(world.all("customers")), world.reviews()) == ("2", 1, [])


def test_clone_is_offered_only_where_the_module_writes(world: World) -> None:
    """A one-way module makes no copies in its source."""
    world.rules(LINKED.replace("<->", "->")).account("Acme", Phone="1")
    world.customer("Acme", phone="2")
    world.apply()
    assert only(world).choices == ["crm", "books", "clone in books", "skip"]


# -- matches ----------------------------------------------------------------------------------------------------------


def dispute(world: World) -> tuple[str, list[str], ReviewItem]:
    left = world.rules(LINKED.replace("Name == name", "Phone == phone")).account("Acme", Phone="1")
    rights = [world.customer(name, phone="1") for name in ("Acme AG", "Acme SE")]
    world.apply()
    return left, rights, only(world)


def test_a_chosen_candidate_is_linked(world: World) -> None:
    """The record is linked with the candidate a person named; the other candidate is asked about by itself."""
    left, rights, item = dispute(world)
    assert item.choices == [*(f"link {right}" for right in rights), "new", "skip"]
    world.decide(item, f"link {rights[1]}")
    world.apply()
    assert world.links() == {(left, rights[1], "active")}
    world.apply()
    (rest,) = [one for one in world.reviews() if one.kind == "match"]
    assert (rest.connection, rest.record_id, rest.choices) == ("books", rights[0], ["new", "skip"])
    assert len(world.all("customers")) == 2
    assert len(world.all("Accounts")) == 1


def test_none_of_the_candidates_makes_a_new_one(world: World) -> None:
    """`new` makes a partner, once, and the history names the person."""
    left, _, item = dispute(world)
    world.decide(item, "new")
    world.apply()
    world.apply()
    ((linked, made, _),) = world.links()
    assert linked == left
    assert len(world.all("customers")) == 3
    assert world.get(made)["name"] == "Acme"
    assert ("name", "anna") in causes(world)
    assert item.id not in {one.id for one in world.reviews()}


def test_a_dispute_that_is_skipped_is_inert_and_quiet(world: World) -> None:
    """Nothing is linked or made, no run reports it, and taking the decision back asks again."""
    _, _, item = dispute(world)
    world.decide(item, "skip")
    assert world.apply().changes.holds == ()
    assert world.apply().changes.holds == ()
    assert world.links() == set()
    assert (len(world.all("customers")), only(world).state) == (2, "decided")
    assert world.state().undo_review(item.id)
    assert [hold.why for hold in world.apply().changes.holds] == ["match"]
    assert only(world).state == "open"


def test_a_new_candidate_is_a_new_question(world: World) -> None:
    """A decision for two candidates says nothing about three."""
    left, rights, item = dispute(world)
    world.decide(item, f"link {rights[0]}")
    world.customer("Acme KG", phone="1")
    world.apply()
    assert world.links() == set()
    again = only(world)
    assert (again.id != item.id, again.record_id, len(again.candidates)) == (True, left, 3)


def test_records_that_share_a_key_can_each_get_a_partner(world: World) -> None:
    """Two accounts of one name: neither is made until a person says so, and then exactly that one."""
    world.rules(LINKED).account("Acme", Phone="1")
    world.account("acme", Phone="2")
    world.apply()
    first, second = world.reviews()
    assert first.choices == second.choices == ["new", "skip"]
    world.decide(first, "new")
    world.apply()
    assert [link[0] for link in world.links()] == [first.record_id]


# -- values, parked records -------------------------------------------------------------------------------------------


def test_a_value_that_does_not_fit_is_one_item_with_both_values(world: World) -> None:
    """The item shows what was to be written and what is there; skipped, it is quiet until the value changes."""
    world.rules(
        """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
        Tier <-> tier
"""
    )
    left = world.account("Acme", Tier="gold")
    world.settle()
    world.edit(left, Tier="platinum")
    world.apply()
    world.apply()
    item = only(world)
    assert (item.kind, item.left, item.right, item.choices) == ("value", "platinum", "gold", ["skip", "retry"])
    world.decide(item, "skip")
    assert world.apply().changes.holds == ()
    assert only(world).state == "decided"
    world.edit(left, Tier="palladium")
    world.apply()
    assert (only(world).state, only(world).left) == ("open", "palladium")
    world.edit(left, Tier="lead")
    world.apply()
    assert world.reviews() == []


def test_a_parked_record_is_in_the_queue_until_its_partner_comes(world: World) -> None:
    """What waits for a partner is seen, and closes by itself."""
    world.rules(
        """
module customers: crm.Accounts -> books.customers
    where crm: Region == "EU"
    dedupe: Name == name
    map:
        Name -> name
        Parent -> parent
"""
    )
    parent = world.account("Parent", Region="US")
    world.account("Child", Region="EU", Parent=Ref("Accounts", parent))
    world.apply()
    item = only(world)
    assert (item.kind, item.label, item.left) == ("parked", "Child", {"ref": ["Accounts", parent]})
    world.edit(parent, Region="EU")
    world.apply()
    assert world.reviews() == []


def test_an_item_of_a_rule_that_is_gone_closes(world: World) -> None:
    """Nobody asks any more."""
    conflict(world)
    world.rules(LINKED.replace("module customers", "module clients"))
    world.apply()
    assert [item for item in world.reviews() if item.rule == "customers"] == []


# -- creates without an answer ----------------------------------------------------------------------------------------


def lost_twice(world: World) -> tuple[str, list[str], ReviewItem]:
    """Lose the answer to a create, and let a person copy what it made, key and all."""
    left = world.rules(LINKED).account("Acme", Phone="1")

    world.books.interfere = lambda _module, write: (
        Fate(outcome=Ambiguous(reason="time-out"), lands=True) if isinstance(write, NewRecord) else None
    )
    world.apply()
    world.books.interfere = None
    made = world.one("customers")
    first = next(record.id for record in world.books.living("customers"))
    second = world.customer("Acme copy", key=made["key"])
    world.apply()
    return left, [first, second], only(world)


def test_a_create_in_doubt_is_settled_by_naming_the_record(world: World) -> None:
    """Two records carry its key: the person says which one it is, and it is linked without another create."""
    left, found, item = lost_twice(world)
    assert (item.kind, item.record_id, item.label) == ("ambiguous", left, "Acme")
    assert item.choices == [*(f"link {each}" for each in sorted(found)), "again", "skip"]
    world.decide(item, f"link {found[0]}")
    world.apply()
    assert (left, found[0], "active") in world.links()
    assert item.id not in {one.id for one in world.reviews()}
    assert len(world.all("customers")) == 2


def test_a_create_given_up_is_not_made_again(world: World) -> None:
    """`skip` sets the record aside: nothing is made for it, now or later."""
    left, _, item = lost_twice(world)
    world.decide(item, "skip")
    world.apply()
    world.edit(left, Phone="2")
    world.apply()
    assert len(world.all("customers")) == 2
    assert left not in {one[0] for one in world.links()}
    assert item.id not in {one.id for one in world.reviews()}


# -- writes that are refused -------------------------------------------------------------------------------------------


def test_a_refused_write_is_one_item_until_it_goes_through(world: World) -> None:
    """A record that the other system will not take is seen, once, with its words; everything else goes on."""
    left = world.rules(LINKED).account("Acme", Phone="1")
    world.books.interfere = lambda _module, write: (
        Fate(outcome=Rejected(code="15", message="not on Mondays"), lands=False)
        if isinstance(write, NewRecord) and write.fields["name"] == "Acme"
        else None
    )
    world.account("Bolt", Phone="2")
    world.apply()
    item = only(world)
    assert (item.kind, item.record_id, item.reason) == ("value", left, "books refused it (15): not on Mondays")
    assert item.choices == ["retry", "dismiss"]
    world.apply()
    assert replace(only(world), right=item.right) == item
    assert len(world.links()) == 1
    world.books.interfere = None
    world.apply()
    assert world.reviews() == []
    assert only(world, "closed").id == item.id


def test_a_refused_write_that_nobody_wants_any_more_closes(world: World) -> None:
    """The value was put back: there is nothing to write, and nothing to see."""
    left = world.rules(LINKED).account("Acme", Phone="1")
    world.settle()
    world.books.interfere = lambda _module, write: (
        Fate(outcome=Rejected(code="15", message="no"), lands=False) if isinstance(write, Change) else None
    )
    world.edit(left, Phone="2")
    world.apply()
    assert only(world).reason == "books refused it (15): no"
    world.edit(left, Phone="1")
    world.apply()
    assert world.reviews() == []


# -- deleted records --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "left_over"), [("keep", (0, 1)), ("delete", (0, 0)), ("restore", (1, 1))])
def test_what_becomes_of_a_deleted_pair_is_decided_once(world: World, words: str, left_over: tuple[int, int]) -> None:
    """The partner is kept or deleted, or the deleted record is made again; then the item is closed."""
    left = world.rules(LINKED.replace("    map:", "    on delete in crm: review\n    map:")).account("Acme", Phone="1")
    world.settle()
    world.delete(left)
    world.apply()
    world.apply()
    item = only(world)
    assert (item.kind, item.connection, item.choices) == (
        "deleted",
        "books",
        ["keep", "deactivate", "delete", "restore"],
    )
    world.decide(item, words)
    world.apply()
    world.apply()
    assert world.reviews() == []
    assert (len(world.all("Accounts")), len(world.all("customers"))) == left_over


def deleted_pair(world: World, words: str) -> str:
    """Delete the left one of two vendors that a person decides about, and decide; return the id of the right one."""
    world.rules(
        """
module vendors: crm.Accounts <-> books.vendors
    dedupe: Name == name
    on delete in crm: review
    map:
        Name <-> name
"""
    )
    left = world.account("Acme")
    world.settle()
    ((_, right, _),) = world.links("vendors")
    world.delete(left)
    world.apply()
    world.decide(only(world), words)
    return right


def told(world: World, right: str) -> dict[str, tuple[object, object, str | None]]:
    """Return what the history tells last of the fields of a vendor and of the status of its link."""
    rows = [row.entry for row in world.state().history()]
    about = [entry for entry in rows if entry.record_id == right or entry.kind == "status"]
    return {entry.field: (entry.old, entry.new, entry.by) for entry in about if entry.kind in {"field", "status"}}


@pytest.mark.parametrize("words", ["delete", "deactivate"])
def test_who_had_a_record_taken_away_is_in_the_history(world: World, words: str) -> None:
    """What went with it and what became of its link are told with the person who decided, not with who ran it."""
    right = deleted_pair(world, words)
    world.apply()
    gone = {"status": ("active", "both_gone", "anna"), "name": ("Acme", None, "anna")}
    idle = {"status": ("active", "left_gone", "anna"), "name": (None, "Acme", None)}
    assert told(world, right) == (gone if words == "delete" else idle)
    assert (only(world, "closed").decided_by, world.reviews()) == ("anna", [])


def test_who_had_a_record_deleted_is_known_without_an_answer(world: World) -> None:
    """A delete that arrived and was not answered is told like one that was, with the person and what went with it."""
    right = deleted_pair(world, "delete")
    world.books.interfere = lambda _module, write: (
        Fate(outcome=Ambiguous(reason="lost"), lands=True) if isinstance(write, Deletion) else None
    )
    world.apply()
    assert only(world).state == "decided"
    world.books.interfere = None
    world.apply()
    assert told(world, right) == {"status": ("active", "both_gone", "anna"), "name": ("Acme", None, "anna")}
    assert only(world, "closed").decided_by == "anna"


def test_a_refused_delete_keeps_the_decision(world: World) -> None:
    """Until the record is gone the decision stands: it is tried again and not asked again."""
    right = deleted_pair(world, "delete")
    world.books.interfere = lambda _module, write: (
        Fate(outcome=Rejected(code="9", message="in use"), lands=False) if isinstance(write, Deletion) else None
    )
    world.apply()
    world.apply()
    assert {one.kind: one.state for one in world.reviews()} == {"deleted": "decided", "value": "open"}
    world.books.interfere = None
    world.apply()
    assert right not in {record.id for record in world.books.living("vendors")}
    world.apply()
    assert world.reviews() == []
