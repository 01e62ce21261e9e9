"""Saved change sets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.changes.change_set import ChangeSet
from syncdsl.changes.effects import FieldChange, Hold, RecordName, Update
from syncdsl.changes.saved import SavedChangeSet, read_change_set, write_change_set
from syncdsl.diagnostics import Fault
from syncdsl.schema.digest import signed_digest

if TYPE_CHECKING:
    from pathlib import Path

HERE = RecordName(connection="books", module="customers", id="1", label="Acme")


def change_set() -> ChangeSet:
    facts: dict[str, Any] = {"rule": "r", "location": "r.sync:1", "reason": "because", "record": HERE}
    changed = (FieldChange(field="rate", old={"decimal": "1.10"}, new={"decimal": "1.1"}, location="r.sync:2"),)
    return ChangeSet(
        environment="test",
        organizations={"crm": "1", "books": "2"},
        schemas={},
        plan="b2:p",
        state="b2:s",
        today="2026-01-01",
        effects=(Update(**facts, side="right", partner=HERE, fields=changed), Hold(**facts, why="conflict")),
        expects={"books.customers/1": "b2:r"},
        baseline={},
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """A saved change set comes back equal, with its digest; holds are no changes."""
    path = tmp_path / "changes.json"
    path.write_text(write_change_set(SavedChangeSet(changes=change_set())), encoding="utf-8")
    read = read_change_set(path).changes
    assert read == change_set()
    assert read.digest == change_set().digest
    assert [effect.kind for effect in read.changes] == ["update"]


@pytest.mark.parametrize("where", ["environment", "today", "effects", "expects", "digest"])
def test_an_edited_change_set_is_refused(tmp_path: Path, where: str) -> None:
    """Any byte of meaning that was changed by hand is noticed."""
    data = json.loads(write_change_set(SavedChangeSet(changes=change_set())))
    match where:
        case "effects":
            data["effects"][0]["fields"][0]["new"] = {"decimal": "9.99"}
        case "expects":
            data["expects"] = {}
        case _:
            data[where] = "2027-01-01"
    path = tmp_path / "changes.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(Fault, match="altered"):
        read_change_set(path)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"format": "syncdsl/preview/2"}'])
def test_what_is_no_change_set_is_refused(tmp_path: Path, text: str) -> None:
    """Anything else gives one clear message."""
    path = tmp_path / "changes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match="is not a change set"):
        read_change_set(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is cut off"),
        ('{"format": "syncdsl/changes/1"}', "another version of syncdsl"),
        ('{"format": "syncdsl/changes/2"}', "no whole change set"),
    ],
)
def test_what_is_wrong_with_a_change_set_is_said(tmp_path: Path, text: str, says: str) -> None:
    """A file that was cut off, is of another version or lacks parts is told apart."""
    path = tmp_path / "changes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match=says):
        read_change_set(path)


def test_a_mutated_byte_is_refused(tmp_path: Path) -> None:
    """Whichever byte of the file is another one, it is not read: also one that the JSON does not show."""
    text = write_change_set(SavedChangeSet(changes=change_set()))
    path = tmp_path / "changes.json"
    for position in range(len(text)):
        for other in (" ", "0", "x"):
            if text[position] != other:
                path.write_text(text[:position] + other + text[position + 1 :], encoding="utf-8")
                with pytest.raises(Fault):
                    read_change_set(path)
    path.write_text(text.replace(":", ": ", 1), encoding="utf-8")
    with pytest.raises(Fault, match="altered"):
        read_change_set(path)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_digest_in_pieces_is_that_of_the_whole(number: int) -> None:
    """It is made one effect after the other, and is the one of all of the content at once."""
    changes = change_set().model_copy(update={"effects": change_set().effects * number, "environment": "ä\ud800"})
    assert changes.digest == signed_digest(changes.model_dump(mode="json"))


def test_what_is_numerous_shares_what_is_the_same() -> None:
    """Effects and their parts have no set of their own of the fields they were given, and are else like any model."""
    record = RecordName(connection="books", module="customers", id="1", label="a")
    other = RecordName.model_validate_json(record.model_dump_json())
    assert record.model_fields_set is other.model_fields_set
    assert record == other
    renamed = record.model_copy(update={"label": "b"})
    assert (renamed.label, record.label) == ("b", "a")
    assert record.model_fields_set is not renamed.model_fields_set
