from __future__ import annotations

import json
from typing import TYPE_CHECKING

from jsonschema import Draft202012Validator

from syncdsl.changes.change_set import ChangeSet
from syncdsl.render.changes_json import preview_schema, render_changes_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_json_fits_its_published_schema(everything: ChangeSet, nothing: ChangeSet) -> None:
    """What is printed is what the schema promises."""
    validator = Draft202012Validator(preview_schema())
    for changes in (everything, nothing):
        validator.validate(json.loads(render_changes_json(changes)))


def test_the_json_of_an_empty_preview(nothing: ChangeSet, golden: Callable[[Path, str], None], previews: Path) -> None:
    """The form is pinned by its golden file."""
    golden(previews / "nothing.json", render_changes_json(nothing))


def test_nothing_is_lost(everything: ChangeSet) -> None:
    """The change set inside is the whole one: it has the digest that stands beside it."""
    data = json.loads(render_changes_json(everything))
    assert ChangeSet.model_validate(data["changes"]).digest == data["digest"] == everything.digest
    assert data["summary"]["kinds"] == {
        "create": 104,
        "update": 2,
        "link": 3,
        "delete": 2,
        "deactivate": 1,
        "send": 0,
        "accept": 0,
        "decline": 0,
        "void": 1,
        "skip": 1,
    }
    assert data["summary"]["documents"]["invoice"] == {
        "count": 4,
        "amounts": {"EUR": "13700.50", "USD": "100.00"},
        "unknown": 1,
    }


def test_control_characters_are_escaped(hostile: ChangeSet) -> None:
    """JSON escapes every control character, and reading it gives the value back."""
    text = render_changes_json(hostile)
    assert {character for character in text if not character.isprintable()} == {"\n"}
    assert json.loads(text)["changes"]["environment"] == hostile.environment
