"""Text that is none: half of a character, as other systems hand it out when they cut names at a number of bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from syncdsl.changes.saved import SavedChangeSet, read_change_set, write_change_set

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.engine.conftest import World

HALF = "Acme \ud83d"
RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    on conflict: review
    map:
        Name <-> name
        Phone <-> phone
"""


def test_half_a_character_travels(world: World) -> None:
    """A record with half a character in its dedupe key is made, matched and updated like any other."""
    left = world.rules(RULES).account(HALF, Phone="1")
    world.account("Umbrella")
    world.settle()
    (link,) = [link for link in world.links() if link[0] == left]
    assert world.get(link[1])["name"] == HALF
    world.edit(left, Phone="2 \udc00")
    world.settle()
    assert world.get(link[1])["phone"] == "2 \udc00"


@pytest.mark.parametrize("phones", [("1", "2"), ("1 \ud800", "2 \udfff")])
def test_half_a_character_is_a_duplicate_of_itself(world: World, phones: tuple[str, str]) -> None:
    """Two records that share half a character are matched by it, and the values are those that the rules say."""
    world.rules(RULES).account(HALF, Phone=phones[0])
    world.customer(HALF, phone=phones[1])
    world.settle()
    ((_, right, _),) = world.links()
    assert world.get(right)["phone"] == phones[0]


def test_a_change_set_with_half_a_character_is_json(world: World, tmp_path: Path) -> None:
    """A saved change set holds it, escaped, is a text file like any other, and is read back."""
    world.rules(RULES).account(HALF)
    changes = world.preview()
    path = tmp_path / "changes.json"
    path.write_text(write_change_set(SavedChangeSet(changes=changes)), encoding="utf-8")
    assert HALF in json.loads(path.read_text(encoding="utf-8"))["effects"][0]["source"]["label"]
    assert read_change_set(path).changes == changes
    assert len(world.apply(read_change_set(path).changes).done) == 1
