from __future__ import annotations

import json

from jsonschema import Draft202012Validator
from tests.unit.render.change_sets import CASES

from syncdsl.changes.change_set import ChangeSet
from syncdsl.render.changes_json import Preview, preview_schema, render_changes_json


def test_the_json_fits_its_published_schema() -> None:
    """What is printed is what the schema promises."""
    validator = Draft202012Validator(preview_schema())
    for changes, approvals in (case() for case in CASES.values()):
        validator.validate(json.loads(render_changes_json(changes, approvals)))


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


def test_what_is_written_piece_by_piece_is_one_text(everything: ChangeSet) -> None:
    """The parts add up to what JSON of the whole would be, line by line."""
    text = render_changes_json(everything)
    whole = Preview.model_validate_json(text)
    assert text == json.dumps(whole.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
