"""What a change set does not show: sensitive values, and with pseudonyms all that could tell a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.changes.saved import SavedChangeSet, read_change_set, write_change_set
from syncdsl.diagnostics import Fault
from syncdsl.engine.run import preview

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.engine.conftest import World

    from syncdsl.changes.change_set import ChangeSet, Privacy

CANARY = "canary 4711-0815"
OTHER = "canary 1234-9876"
RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: review
    on conflict: review
    map:
        Name <-> name
        Phone <-> phone
        Secret <-> company
        "{Name}: {Secret}" -> notes
"""
NAMES = ("Ada Lovelace", "Grace Hopper", "Mary Somerville", "+49 30 4711 0815", "+49 30 4711 0816")


def saved(world: World, folder: Path, privacy: Privacy = "sensitive") -> tuple[ChangeSet, bytes]:
    """Return a change set as it is read again, and the bytes of its file."""
    state = world.state()
    state.ensure_concealment_key(by="me", at=world.run(state).clock())
    changes = preview(world.run(world.state(scratch=True)), privacy=privacy)
    path = folder / "saved.json"
    path.write_text(write_change_set(SavedChangeSet(changes=changes)), encoding="utf-8")
    return read_change_set(path).changes, path.read_bytes()


def busy(world: World) -> str:
    """Bring a world to where something of every kind is to be done, with secrets in it; return an account."""
    ada = world.rules(RULES).account("Ada Lovelace", Phone="+49 30 4711 0815", Secret=CANARY)
    grace = world.account("Grace Hopper", Secret=CANARY)
    world.settle()
    world.edit(ada, Secret=OTHER)
    world.edit(grace, Secret=OTHER)
    world.edit(next(iter(world.books.living("customers"))).id, company="canary of the other side")
    world.account("Mary Somerville", Phone="+49 30 4711 0816", Secret=CANARY)
    world.account("Twin", Secret=CANARY)
    world.customer("Twin", company=OTHER)
    return ada


def test_no_byte_of_a_saved_change_set_is_a_sensitive_value(world: World, tmp_path: Path) -> None:
    """Creates, updates, conflicts and duplicates, and what is computed of a sensitive field, show keyed digests."""
    busy(world)
    changes, written = saved(world, tmp_path)
    assert {"create", "update", "hold"} <= {effect.kind for effect in changes.effects}
    assert b"canary" not in written
    assert b"hidden" in written
    assert b"Mary Somerville" in written


def test_what_a_line_makes_of_a_sensitive_value_is_hidden_where_it_waits(world: World, tmp_path: Path) -> None:
    """A value that does not fit is held; in upper case it is not found by its letters, and is hidden all the same."""
    rules = RULES.replace('"{Name}: {Secret}" -> notes', "upper(Secret) -> tier")
    world.rules(rules).account("Ada", Secret="canary sings")
    changes, written = saved(world, tmp_path)
    assert [hold.why for hold in changes.holds] == ["value"]
    assert b"canary" not in written.lower()


def test_what_is_hidden_is_applied_as_it_was_read(world: World, tmp_path: Path) -> None:
    """The values are read anew, compared with the digests, and written."""
    busy(world)
    changes, _ = saved(world, tmp_path)
    report = world.apply(changes)
    assert len(report.done) == len(changes.changes)
    assert "Mary Somerville" in {one["name"] for one in world.all("customers") if one.get("company") == CANARY}


def test_another_value_behind_a_digest_is_stale(world: World, tmp_path: Path) -> None:
    """A hidden value that changed since makes its change stale, like any other."""
    ada = busy(world)
    changes, _ = saved(world, tmp_path)
    world.edit(ada, Secret="canary 3")
    with pytest.raises(Fault, match="stale: "):
        world.apply(changes)


def test_the_key_is_the_states_own(world: World, tmp_path: Path) -> None:
    """With another state the digests cannot be compared: the change set is refused as a whole, and says why."""
    busy(world)
    changes, _ = saved(world, tmp_path)
    state = world.state()
    with state.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM switch WHERE name = 'change set key'")
    with pytest.raises(Fault, match="key of another state"):
        world.apply(changes)


def test_equal_previews_have_equal_digests(world: World, tmp_path: Path) -> None:
    """Digests follow from the values and the key: two previews of the same world are the same."""
    busy(world)
    assert saved(world, tmp_path) == saved(world, tmp_path)


def test_pseudonyms_leave_nobody_in_a_change_set(world: World, tmp_path: Path) -> None:
    """With pseudonyms no name, number or address of anybody is in the file; what is changed can still be followed."""
    busy(world)
    plain = world.preview()
    changes, written = saved(world, tmp_path, "pseudonyms")
    for name in (*NAMES, "canary", "Twin"):
        assert name.encode() not in written
    assert [effect.kind for effect in changes.effects] == [effect.kind for effect in plain.effects]
    assert changes.privacy == "pseudonyms"


def test_what_has_pseudonyms_is_applied(world: World, tmp_path: Path) -> None:
    """A change set that was shared with pseudonyms is compared by them, and performed with the values as they are."""
    busy(world)
    changes, _ = saved(world, tmp_path, "pseudonyms")
    report = world.apply(changes)
    assert len(report.done) == len(changes.changes) > 1
    assert "Mary Somerville" in {one["name"] for one in world.all("customers")}


def test_rules_without_sensitive_fields_conceal_nothing(world: World) -> None:
    """Where no sensitive field is read nothing is hidden, and no key is needed."""
    world.rules(RULES.replace("Secret <-> company", "Notes -> company").replace(": {Secret}", "")).account("Ada")
    changes = world.preview()
    assert changes.seal == ""
    world.apply(changes)
    assert world.state().concealment_key() is None
