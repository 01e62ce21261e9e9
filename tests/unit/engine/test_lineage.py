"""History as the engine writes it: every write and every change of a link with its cause, whatever happens to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from syncdsl.engine.run import apply
from syncdsl.schema.values import Erased
from syncdsl.state import Subject

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.state import HistoryRow, Link

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Phone <-> phone
        Website <-> website
        Tier -> tier
        "business" -> kind
"""


def bare(link: Link) -> Link:
    """Return a link without what only saves work and is in no history."""
    return replace(link, lines=(), left_written=None, right_written=None)


def rows(world: World, kind: str) -> list[HistoryRow]:
    return [row for row in world.state().history() if row.entry.kind == kind]


def folds(world: World) -> bool:
    """Return whether the history tells exactly the links that are stored."""
    state = world.state()
    return state.lineage() == {link.uid: bare(link) for link in state.links("customers")}


def subject(world: World) -> Subject:
    """Return everything about the only link."""
    (link,) = world.state().links("customers")
    return Subject(
        records=frozenset([("crm", "Accounts", link.left_id), ("books", "customers", link.right_id)]),
        uids=frozenset([link.uid]),
    )


def test_the_history_tells_the_links_after_every_run(world: World) -> None:
    """Matches, creates, edits, conflicts and deletions: history folds to the links after each of them (I38)."""
    world.rules(RULES)
    left = world.account("Acme", Phone="1", Tier="gold")
    right = world.customer("Acme", phone="2")
    world.account("Beta", Website="https://beta.example")
    world.settle()
    assert folds(world)
    world.edit(left, Phone="3")
    world.edit(right, website="https://acme.example", phone="4")
    world.apply()
    assert folds(world)
    world.delete(left)
    world.apply()
    assert folds(world)
    assert {row.entry.new for row in rows(world, "status")} == {"left_gone"}
    assert world.state().digest() != ""


def test_a_run_that_dies_leaves_no_link_without_history(world: World) -> None:
    """Wherever a run dies, the history tells the links that are stored then, and those after the next run."""
    world.rules(RULES)
    world.account("Acme", Phone="1")
    world.account("Beta")
    world.customer("Beta", phone="9")
    for point in range(1, 60, 3):
        world.die_at, world.points, world.dead = point, [], False
        try:
            world.apply()
        except BaseException as death:
            if type(death).__name__ != "Crash":
                raise
        world.die_at, world.dead = None, False
        assert folds(world)
    world.settle()
    assert folds(world)


def test_every_row_names_its_cause(world: World) -> None:
    """A write names side, line, intent, person and moment; what it did to the link names the same intent."""
    world.rules(RULES)
    left = world.account("Acme", Phone="1")
    apply(world.run(user="anna"), confirm=lambda _: True)
    world.edit(left, Phone="2")
    apply(world.run(user="bert"), confirm=lambda _: True)
    written = rows(world, "field")[-1]
    assert (written.entry.field, written.entry.old, written.entry.new, written.entry.side) == (
        "phone",
        "1",
        "2",
        "right",
    )
    assert written.entry.by == "bert"
    assert written.entry.at is not None
    assert written.entry.cause_location.startswith("main.sync:")
    made, *_ = rows(world, "link")
    assert (made.entry.by, made.entry.cause_rule, made.entry.connection) == ("anna", "customers", "crm")
    assert made.entry.iid in {row.entry.iid for row in rows(world, "field") if row.entry.by == "anna"}
    bases = [row for row in rows(world, "base") if row.run == written.run]
    assert {(row.entry.side, row.entry.iid) for row in bases} == {
        ("left", written.entry.iid),
        ("right", written.entry.iid),
    }


def test_an_erased_pair_is_synced_on_as_if_nothing_had_happened(world: World) -> None:
    """Digests for bases: the next run sees no change and writes nothing; what stays the same stays erased."""
    world.rules(RULES)
    world.account("Acme", Phone="+49 1", Tier="gold")
    world.settle()
    world.state().erase(subject(world), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "anna")
    before = world.state().links("customers")
    assert all(isinstance(value, Erased) for value in (*before[0].left_base.values(), *before[0].right_base.values()))
    world.quiet()
    assert world.state().links("customers") == before
    assert folds(world)


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_edit_after_an_erasure_travels(world: World, side: str) -> None:
    """Only what was edited travels, in the right direction, although the base is a digest; clearing travels, too."""
    world.rules(RULES)
    left = world.account("Acme", Phone="1", Website="https://acme.example")
    world.settle()
    (link,) = world.state().links("customers")
    world.state().erase(subject(world), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "anna")
    if side == "left":
        world.edit(left, Phone="2", Website=None)
    else:
        world.edit(link.right_id, phone="2", website=None)
    world.settle()
    for record in (world.one("Accounts"), world.one("customers")):
        assert "2" in {record.get("Phone"), record.get("phone")}
        assert record.get("Website") is None
        assert record.get("website") is None
    assert folds(world)
    (link,) = world.state().links("customers")
    assert isinstance(link.left_base["Name"], Erased)
    assert link.left_base["Phone"] == "2"


def test_a_conflict_after_an_erasure_is_a_conflict(world: World) -> None:
    """Both sides changed a field whose base is a digest: it is held, not guessed."""
    world.rules(RULES)
    left = world.account("Acme", Phone="1")
    world.settle()
    (link,) = world.state().links("customers")
    world.state().erase(subject(world), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "anna")
    world.edit(left, Phone="2")
    world.edit(link.right_id, phone="3")
    changes = world.preview()
    assert changes.changes == ()
    assert len(changes.holds) == 1


def test_old_history_is_let_go_after_an_apply(world: World) -> None:
    """With `history_days` an apply ends by removing what is older, and says how much; links are still told."""
    world.rules(RULES)
    left = world.account("Acme", Phone="1")
    world.settle()
    for phone in "23456":
        world.edit(left, Phone=phone)
        world.apply()
    count = len(world.state().history())
    world.crm.now += dt.timedelta(days=400)
    world.books.now += dt.timedelta(days=400)
    quiet = apply(world.run(), confirm=lambda _: True)
    assert quiet.pruned is None
    report = apply(world.run(history_days=3), confirm=lambda _: True)
    assert report.pruned is not None
    assert report.pruned.rows == count - len(world.state().history()) > 5
    assert folds(world)
