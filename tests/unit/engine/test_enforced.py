"""Lines that are enforced, records that are skipped, and fields that something else changes back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.test_fields import Lossy
from tests.unit.engine.world import SCHEMAS

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on conflict: crm
    map:
        Name <-> name
        Phone <-> phone
        Notes -> notes, enforce
        Website <-> website, prefer books, enforce
        Tier -> tier, else skip
        City <-> city
"""


def linked(world: World, rules: str = RULES, **fields: str) -> tuple[str, str]:
    """Return the ids of a settled pair."""
    left = world.rules(rules).account("Acme", **fields)
    world.settle()
    (link,) = world.links()
    return left, link[1]


# -- enforce ------------------------------------------------------------------------------------------------------


def test_a_change_on_the_far_side_of_an_enforced_line_is_undone(world: World) -> None:
    """`->` with `enforce` writes the source's value again, cleared or changed, instead of reporting it."""
    _, right = linked(world, Notes="ours")
    for theirs in ("theirs", None):
        world.edit(right, notes=theirs)
        changes = world.preview()
        assert [change.field for effect in changes.changes for change in effect.fields] == ["notes"]  # type: ignore[union-attr]
        assert changes.reported == ()
        world.settle()
        assert world.get(right)["notes"] == "ours"


def test_what_somebody_writes_beside_an_empty_enforced_value_is_undone(world: World) -> None:
    """An enforced line writes emptiness too where the far side was changed."""
    _, right = linked(world)
    world.edit(right, notes="theirs")
    world.settle()
    assert "notes" not in world.get(right)


def test_both_changed_on_an_enforced_one_way_line(world: World) -> None:
    """A line that leads one way and is enforced asks nobody."""
    left, right = linked(world, rules=RULES.replace("on conflict: crm", "on conflict: review"), Notes="1")
    world.edit(left, Notes="2")
    world.edit(right, notes="3")
    assert world.settle().holds == ()
    assert world.get(right)["notes"] == "2"


@pytest.mark.parametrize("arrow", ["->", "<->"])
def test_a_value_that_never_agreed_is_corrected_when_the_line_becomes_enforced(world: World, arrow: str) -> None:
    """A far side that was accepted before is corrected once the rule says so, by the connection whose value counts."""
    plain = RULES.replace("Notes -> notes, enforce", f"Notes {arrow} notes").replace("Phone <->", "Phone ->")
    left, right = linked(world, rules=plain.replace("Notes <->", "Notes ->"), Notes="ours", Phone="1")
    world.edit(right, notes="theirs", phone="2")
    assert len(world.quiet().reported) == 2
    world.rules(plain.replace("notes\n", "notes, enforce\n"))
    changes = world.preview()
    assert changes.baseline["values under new or changed lines"] == 1
    world.settle()
    assert (world.get(left)["Notes"], world.get(right)["notes"]) == ("ours", "ours")
    assert world.get(right)["phone"] == "2"


def test_the_side_that_counts_is_the_one_in_prefer(world: World) -> None:
    """On `<->` a single change travels from either side; what differs without a change follows `prefer`."""
    left, right = linked(world, Website="https://a.example")
    world.edit(left, Website="https://b.example")
    world.settle()
    assert world.get(right)["website"] == "https://b.example"
    state = world.state()
    (link,) = state.links("customers")
    # As a difference comes about that no change explains: the value is another one, and so is the base.
    world.edit(right, website="https://c.example")
    state.put_link(replace(link, right_base={**link.right_base, "website": "https://c.example"}))
    world.settle()
    assert world.get(left)["Website"] == "https://c.example"


def test_a_system_that_spells_values_its_own_way_is_not_corrected_for_ever(world: World) -> None:
    """What the other system makes of exactly our value counts as our value: enforced lines come to rest (I29)."""
    world.books = Lossy("books-1", SCHEMAS["books"])
    left, right = linked(world, Notes="small")
    assert world.get(right)["notes"] == "SMALL"
    world.quiet()
    world.edit(right, notes="other")
    world.settle()
    assert world.get(right)["notes"] == "SMALL"
    world.edit(left, Notes="new")
    world.settle()
    assert world.get(right)["notes"] == "NEW"


def test_an_enforced_constant_is_written_again(world: World) -> None:
    """A constant is written on create or fill; enforced, it is written whenever it is changed."""
    rules = RULES.replace("        City <-> city\n", '        "business" -> kind, enforce\n        "x" -> street\n')
    _, right = linked(world, rules=rules)
    world.edit(right, kind="individual", street="y")
    world.settle()
    assert (world.get(right)["kind"], world.get(right)["street"]) == ("business", "y")


# -- else skip ----------------------------------------------------------------------------------------------------


def test_a_new_record_that_does_not_fit_is_skipped_until_it_does(world: World) -> None:
    """`else skip`: not made, not in review, said; made as soon as its value fits."""
    left = world.rules(RULES).account("Acme", Tier="platinum")
    changes = world.quiet()
    assert changes.holds == ()
    (line,) = changes.reported
    assert left in line
    assert "skipped" in line
    world.edit(left, Tier="gold")
    world.settle()
    assert world.one("customers")["tier"] == "gold"


def test_a_record_whose_change_does_not_fit_is_skipped_whole_and_nothing_is_forgotten(world: World) -> None:
    """No field of a skipped record travels, either way; when it fits again every change made meanwhile does."""
    left, right = linked(world, Tier="gold", Phone="1")
    world.edit(left, Tier="platinum", Phone="2")
    world.edit(right, city="Bonn")
    changes = world.quiet()
    assert changes.holds == ()
    assert any("skipped" in line for line in changes.reported)
    assert world.get(right)["phone"] == "1"
    world.edit(left, Tier="iron")
    world.settle()
    assert (world.get(right)["tier"], world.get(right)["phone"], world.get(left)["City"]) == ("iron", "2", "Bonn")


def test_another_line_that_does_not_fit_goes_to_review(world: World) -> None:
    """Only lines that say `else skip` skip: any other value that does not fit waits for a person, its field alone."""
    left, right = linked(world, City="Bonn", Phone="1")
    world.edit(left, City="Villingen-Schwenningen", Phone="2")
    (hold,) = world.settle().holds
    assert hold.why == "value"
    assert world.get(right)["phone"] == "2"


def test_a_new_record_with_a_skip_and_a_misfit_is_skipped(world: World) -> None:
    """A record that the rule skips is no review item for its other values."""
    world.rules(RULES).account("Acme", Tier="platinum", City="Villingen-Schwenningen")
    assert world.quiet().holds == ()


# -- to and fro -----------------------------------------------------------------------------------------------------


def test_a_field_that_something_changes_back_is_held_after_four_writes(world: World) -> None:
    """A fifth write to and fro within a day (the first made the record) waits for a person; other fields go on."""
    left, right = linked(world, Notes="ours", Phone="1")
    for number in range(3):
        world.edit(right, notes="theirs")
        assert [effect.kind for effect in world.apply().done] == ["update"], number
    world.edit(right, notes="theirs")
    world.edit(left, Phone="2")
    (hold,) = world.settle().holds
    assert (hold.why, hold.field, hold.left, hold.right) == ("conflict", "notes", "ours", "theirs")
    assert world.get(right)["phone"] == "2"
    world.edit(left, Notes="third")
    world.settle()
    assert world.get(right)["notes"] == "third"


def test_writes_of_another_day_do_not_count(world: World) -> None:
    """What is undone once a day is corrected once a day."""
    _, right = linked(world, Notes="ours")
    for _ in range(6):
        world.books.now += dt.timedelta(hours=25)
        world.edit(right, notes="theirs")
        world.settle()
        assert world.get(right)["notes"] == "ours"


def test_many_different_values_are_no_loop(world: World) -> None:
    """A field that people change often travels as often."""
    left, right = linked(world, Phone="0")
    for number in range(1, 8):
        world.edit(left, Phone=str(number))
        world.settle()
    assert world.get(right)["phone"] == "7"
