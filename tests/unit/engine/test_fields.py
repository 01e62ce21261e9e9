"""What travels between two linked records, and what does not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from syncdsl.adapters.memory import Store

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.adapters.memory.store import Stored
    from syncdsl.schema.values import Fields


class Lossy(Store):
    """A store that trims and upper-cases whatever is written."""

    def insert(self, module: str, fields: Fields) -> Stored:
        """Add a record."""
        return super().insert(module, lossy(fields))

    def edit(self, module: str, identifier: str, fields: Fields) -> Stored:
        """Change a record."""
        return super().edit(module, identifier, lossy(fields))


def lossy(fields: Fields) -> Fields:
    return {
        name: value.upper().strip() if isinstance(value, str) and name not in {"key", "id"} else value
        for name, value in fields.items()
    }


MAP = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on conflict: review
    map:
        Name <-> name
        Name -> company
        Phone <-> phone
        Website <-> website, prefer crm
        Notes -> notes, when empty
        Tier -> tier
        group address:
            Street <-> street
            City <-> city
"""


def linked(world: World, **fields: str) -> tuple[str, str]:
    """Return the ids of a settled pair."""
    left = world.rules(MAP).account("Acme", **fields)
    world.settle()
    (link,) = world.links()
    return left, link[1]


def test_records_and_changes_travel_both_ways(world: World) -> None:
    """A record of either side is made on the other, and a later change of either side follows; then it is quiet."""
    left, right = linked(world, Phone="1")
    other = world.customer("Books Ltd", phone="2")
    world.settle()
    assert {row["Name"] for row in world.all("Accounts")} == {"Acme", "Books Ltd"}
    world.edit(left, Phone="11")
    world.edit(other, phone="22")
    world.settle()
    assert world.get(right)["phone"] == "11"
    assert {row["Phone"] for row in world.all("Accounts")} == {"11", "22"}


def test_clearing_travels(world: World) -> None:
    """A cleared field is cleared on the other side."""
    left, right = linked(world, Phone="1")
    world.edit(right, phone=None)
    world.settle()
    assert "Phone" not in world.get(left)


def test_when_empty_fills_and_never_overwrites(world: World) -> None:
    """A `when empty` line travels into emptiness only."""
    left, right = linked(world)
    world.edit(left, Notes="first")
    world.settle()
    assert world.get(right)["notes"] == "first"
    world.edit(left, Notes="second")
    world.settle()
    assert world.get(right)["notes"] == "first"


def test_the_far_side_of_a_one_way_line_is_reported_and_not_reverted(world: World) -> None:
    """A change on the written side of `->` stays, is said once, and the next change of the source writes over it."""
    left, right = linked(world)
    world.edit(right, tier="mine")
    world.settle()
    world.edit(left, Tier="A")
    world.settle()
    assert world.get(right)["tier"] == "A"
    world.edit(right, tier="own")
    changes = world.preview()
    assert changes.changes == ()
    assert any("one-way" in text for text in changes.reported)
    world.apply()
    assert world.quiet().reported == ()
    assert world.get(right)["tier"] == "own"
    assert world.get(left)["Tier"] == "A"


def test_a_preferred_side_wins_its_field_alone(world: World) -> None:
    """`prefer crm` decides one field's conflict; the others follow `on conflict`."""
    left, right = linked(world, Website="w", Phone="1")
    world.edit(left, Website="crm", Phone="11")
    world.edit(right, website="books", phone="12")
    changes = world.settle()
    assert world.get(right)["website"] == "crm"
    assert [hold.field for hold in changes.holds] == ["Phone <-> phone"]


def test_a_group_is_resolved_as_one_value(world: World) -> None:
    """Two sides that change different lines of a group conflict; neither half is written."""
    left, right = linked(world, Street="s", City="c")
    world.edit(left, Street="s1")
    world.edit(right, city="c1")
    changes = world.settle()
    assert [hold.field for hold in changes.holds] == ["address"]
    assert (world.get(left)["Street"], world.get(left)["City"]) == ("s1", "c")
    assert (world.get(right)["street"], world.get(right)["city"]) == ("s", "c1")


def test_a_group_with_a_value_that_does_not_fit_waits_as_a_whole(world: World) -> None:
    """A city that is too long holds the street of its address too, and nothing else."""
    left, right = linked(world, Street="s", City="c")
    world.edit(left, Street="s1", City="far too long for a city", Phone="1")
    changes = world.settle()
    assert [hold.why for hold in changes.holds] == ["value"]
    assert (world.get(right)["street"], world.get(right)["city"], world.get(right)["phone"]) == ("s", "c", "1")
    world.edit(left, City="short")
    world.settle()
    assert (world.get(right)["street"], world.get(right)["city"]) == ("s1", "short")


def test_a_hold_blocks_nothing_else_and_persists_once(world: World) -> None:
    """Other fields travel past a held conflict, which is one hold however often it is seen (I5, I13)."""
    left, right = linked(world, Phone="1", Website="w")
    world.edit(left, Phone="11", Website="w1")
    world.edit(right, phone="12")
    assert len(world.settle().holds) == 1
    assert world.get(right)["website"] == "w1"
    assert len(world.quiet().holds) == 1
    world.edit(right, phone="11")
    assert world.settle().holds == ()


def test_a_held_field_that_feeds_another_line_keeps_both_edits(world: World) -> None:
    """`Name` feeds a held line and one that is written: writing the one settles nothing of the other (I2)."""
    left, right = linked(world)
    world.edit(left, Name="Acme left")
    world.edit(right, name="Acme right")
    for _ in range(3):
        world.apply()
    changes = world.quiet()
    assert [hold.field for hold in changes.holds] == ["Name <-> name"]
    assert world.get(right)["company"] == "Acme left"
    assert world.get(left)["Name"] == "Acme left"
    assert world.get(right)["name"] == "Acme right"


def test_an_equal_change_on_both_sides_is_no_conflict(world: World) -> None:
    """Both sides came to the same value: adopted, nothing written."""
    left, right = linked(world, Phone="1")
    world.edit(left, Phone="2")
    world.edit(right, phone="2")
    assert world.quiet().holds == ()
    world.edit(left, Phone="3")
    world.settle()
    assert world.get(right)["phone"] == "3"


def test_the_named_side_wins_a_conflict_and_the_loser_is_in_the_history(world: World) -> None:
    """`on conflict: books` keeps the books' value; the value it replaced is kept in the history."""
    world.rules(MAP.replace("on conflict: review", "on conflict: books"))
    left, right = world.account("Acme", Phone="1"), ""
    world.settle()
    right = next(iter(world.links()))[1]
    world.edit(left, Phone="11")
    world.edit(right, phone="12")
    world.settle()
    assert world.get(left)["Phone"] == "12"
    assert "11" in [row.entry.old for row in world.state().history(record_id=left)]


def test_newest_takes_the_later_and_holds_a_tie(world: World) -> None:
    """`newest` compares the servers' stamps; equal stamps are nobody's victory."""
    world.rules(MAP.replace("on conflict: review", "on conflict: newest"))
    left = world.account("Acme", Phone="1")
    world.settle()
    right = next(iter(world.links()))[1]
    world.crm.now = world.books.now = max(world.crm.now, world.books.now)
    world.edit(right, phone="12")
    world.edit(left, Phone="11")
    world.edit(left, Phone="13")
    world.settle()
    assert world.get(right)["phone"] == "13"
    world.crm.now = world.books.now = max(world.crm.now, world.books.now)
    world.edit(left, Phone="21")
    world.edit(right, phone="22")
    changes = world.settle()
    assert [hold.why for hold in changes.holds] == ["conflict"]
    assert (world.get(left)["Phone"], world.get(right)["phone"]) == ("21", "22")


def test_a_lossy_target_stays_quiet(world: World) -> None:
    """What the other system makes of a value on writing is its own base: nothing travels back (I29)."""
    world.books = Lossy("books-1", world.books.schema)
    left, right = linked(world, Street="Main st")
    assert world.get(right)["name"] == "ACME"
    assert world.get(left)["Name"] == "Acme"
    world.edit(left, Street="Side st")
    world.settle()
    assert (world.get(left)["Street"], world.get(right)["street"]) == ("Side st", "SIDE ST")


def test_a_line_added_later_follows_on_conflict(world: World) -> None:
    """Two different values under a new line go by `on conflict`; an empty side is filled; known lines stay known."""
    without = MAP.replace("        Phone <-> phone\n", "")
    world.rules(without)
    left, other = world.account("Acme", Phone="1"), world.account("Bolt", Phone="5")
    world.settle()
    rights = {link[0]: link[1] for link in world.links()}
    world.edit(rights[left], phone="2")
    world.rules(MAP)
    changes = world.settle()
    assert [(hold.why, hold.field) for hold in changes.holds] == [("conflict", "Phone <-> phone")]
    assert world.get(rights[other])["phone"] == "5"


def test_values_under_new_lines_are_counted(world: World) -> None:
    """The preview says how many values are merged for the first time because of new or changed lines, and once only."""
    world.rules(MAP.replace("        Phone <-> phone\n", ""))
    for number in range(3):
        world.account(f"A{number}", Phone=str(number))
    world.settle()
    world.rules(MAP)
    assert world.preview().baseline["values under new or changed lines"] == 3
    world.settle()
    assert "values under new or changed lines" not in world.quiet().baseline


def test_a_moved_or_removed_line_changes_nothing(world: World) -> None:
    """Where a line stands does not matter, and without a line its fields are left alone."""
    left, right = linked(world, Phone="1", Website="w")
    world.rules(
        MAP.replace("        Phone <-> phone\n", "").replace("        Tier", "        Phone <-> phone\n        Tier")
    )
    world.quiet()
    world.rules(MAP.replace("        Website <-> website, prefer crm\n", ""))
    world.edit(left, Website="w2")
    world.quiet()
    assert world.get(right)["website"] == "w"


def test_a_value_that_does_not_fit_holds_its_field_on_update_and_the_record_on_create(world: World) -> None:
    """A value is never cut: a linked record waits with one field, a new one as a whole."""
    left, right = linked(world, Phone="1")
    world.edit(left, Tier="platinum", Phone="2")
    world.account("Other", Tier="platinum", Phone="3")
    changes = world.settle()
    assert [hold.why for hold in changes.holds] == ["value", "value"]
    assert world.get(right)["phone"] == "2"
    assert "tier" not in world.get(right)
    assert len(world.all("customers")) == 1
    world.edit(left, Tier="gold")
    world.settle()
    assert world.get(right)["tier"] == "gold"


def test_a_required_field_is_not_cleared(world: World) -> None:
    """Clearing what the other system requires holds that field."""
    left, right = linked(world, Phone="1")
    world.edit(left, Name=None, Phone="2")
    changes = world.settle()
    assert changes.holds
    assert (world.get(right)["name"], world.get(right)["phone"]) == ("Acme", "2")


def test_what_no_line_writes_is_untouched(world: World) -> None:
    """Fields outside the map stay byte by byte (I3)."""
    left, right = linked(world)
    world.edit(left, Region="  north ")
    world.edit(right, mail="A@B.c")
    world.edit(left, Phone="9")
    world.settle()
    assert world.get(left)["Region"] == "  north "
    assert world.get(right)["mail"] == "A@B.c"


def test_our_own_write_does_not_win_a_held_conflict(world: World) -> None:
    """A tie stays held although another field of the record is written: that stamp is ours, nobody's edit."""
    world.rules(MAP.replace("on conflict: review", "on conflict: newest"))
    left = world.account("Acme", Phone="1")
    world.settle()
    right = next(iter(world.links()))[1]
    world.crm.now = world.books.now = max(world.crm.now, world.books.now)
    world.edit(left, Phone="21", Tier="gold")
    world.edit(right, phone="22")
    world.settle()
    for _ in range(2):
        world.books.now += dt.timedelta(minutes=5)
        changes = world.settle()
        assert [hold.why for hold in changes.holds] == ["conflict"]
        assert (world.get(left)["Phone"], world.get(right)["phone"]) == ("21", "22")
