"""A state whose bytes were damaged, in a file too large to be read through when it is opened."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.state import sqlite_file

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on conflict: newest
    on delete in crm: delete
    on delete in books: delete
    map:
        Name <-> name
        Phone <-> phone

guard: deletes <= 1_000
"""
DAMAGES = 40


@pytest.fixture
def settled(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return a world with some pairs, whose state counts as large."""
    world.rules(RULES)
    for number in range(4):
        world.account(f"Account {number}", Phone=f"{number}")
        world.customer(f"Customer {number}", phone=f"{number}")
    world.settle()
    world.close()
    monkeypatch.setattr(sqlite_file, "LARGE", 0)
    return world


def test_flipped_bytes_delete_nothing_and_make_nothing(settled: World, tmp_path: Path) -> None:
    """Wherever bytes flip, a run ends well or with a fault that says what to do; nothing is deleted or made by it."""
    chance = random.Random(5)
    whole = (settled.folder / settled.state_name).read_bytes()
    ends = set()
    for number in range(DAMAGES):
        folder = tmp_path / f"damage{number}"
        folder.mkdir()
        world = settled.copy(folder)
        damaged = bytearray(whole)
        place = chance.randrange(100, len(whole))
        for offset in range(place, min(len(whole), place + chance.choice((1, 4, 64)))):
            damaged[offset] ^= chance.randrange(1, 256)
        (folder / world.state_name).write_bytes(damaged)
        world.edit(next(iter(world.crm.records)), Phone="changed")
        before = [len(world.all(module)) for module in ("Accounts", "customers")]
        try:
            world.apply()
            ends.add("")
        except Fault as fault:
            ends.add(fault.code.id if fault.help else "no help")
        finally:
            world.close()
        assert [len(world.all(module)) for module in ("Accounts", "customers")] == before, place
    assert ends == {"", "SD805"}


def test_a_damaged_schema_is_said_to_be_damaged(settled: World) -> None:
    """SQLite quotes what it cannot read of a schema, which need not be text; the fault is the same."""
    path = settled.folder / settled.state_name
    whole = path.read_bytes()
    place = whole.index(b"CREATE TABLE link")
    path.write_bytes(whole[:place] + b"\xac\xfe" * 20 + whole[place + 40 :])
    with pytest.raises(Fault) as raised:
        settled.apply()
    assert raised.value.code.id == "SD805"
    assert raised.value.help
