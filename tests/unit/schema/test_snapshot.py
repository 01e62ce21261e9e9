from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.schema.snapshot import MAX_BYTES, MAX_ROWS_DEPTH, SchemaSnapshot, read_snapshot, write_snapshot

SHIPPED = Path(__file__).parents[3] / "rules" / "zoho" / "schema"


def shuffled(data: Any, chance: random.Random) -> Any:
    """Return JSON data with the keys of every object in another order."""
    if isinstance(data, dict):
        return {name: shuffled(data[name], chance) for name in chance.sample(list(data), len(data))}
    return [shuffled(item, chance) for item in data] if isinstance(data, list) else data


@pytest.mark.parametrize("name", ["crm", "books"])
def test_the_order_in_which_a_system_names_things_does_not_show(name: str) -> None:
    """A snapshot whose modules and fields come in another order is written in the same bytes."""
    text = (SHIPPED / f"{name}.json").read_text(encoding="utf-8")
    other = shuffled(json.loads(text), random.Random(11))
    assert write_snapshot(SchemaSnapshot.model_validate(other)) == text


@pytest.mark.parametrize("name", ["crm", "books"])
def test_every_fact_has_a_line_of_its_own(name: str) -> None:
    """No line of a snapshot file holds two facts, so that a review sees each."""
    lines = (SHIPPED / f"{name}.json").read_text(encoding="utf-8").splitlines()
    assert all(line.count('": ') <= 1 for line in lines)


@pytest.mark.parametrize("name", ["crm", "books"])
def test_every_reference_leads_to_a_module_of_the_snapshot(name: str) -> None:
    """A shipped snapshot refers to no module that it does not describe."""
    snapshot = read_snapshot(SHIPPED / f"{name}.json")
    for module in snapshot.modules:
        assert snapshot.references_of(module) <= snapshot.modules.keys()


def nested(depth: int) -> dict[str, Any]:
    """Return a snapshot with one field that is a list of rows in a list of rows in …."""
    field: dict[str, Any] = {"label": "x", "value": {"type": "text"}}
    for _ in range(depth):
        field = {"label": "x", "value": {"type": "rows", "fields": {"x": field}}}
    module = {"label": "M", "store": "M", "label_field": "x", "fields": {"x": field}}
    return {"format": "syncdsl/schema/1", "adapter": "a", "base_currency": "EUR", "modules": {"M": module}}


def refusal(path: Path) -> Fault:
    with pytest.raises(Fault) as caught:
        read_snapshot(path)
    return caught.value


def test_rows_inside_rows_are_read_to_the_limit_and_no_further(tmp_path: Path) -> None:
    """Lists of rows may stand inside one another as deep as stated; one more is refused by name."""
    path = tmp_path / "crm.json"
    path.write_text(json.dumps(nested(MAX_ROWS_DEPTH)), encoding="utf-8")
    assert read_snapshot(path).modules
    for depth in (MAX_ROWS_DEPTH + 1, 60, 5000):
        path.write_text(_deep(depth), encoding="utf-8")
        assert refusal(path).code.id == "SD605"


def _deep(depth: int) -> str:
    """Return the text of `nested(depth)`, written without recursion."""
    text = json.dumps(nested(0))
    inner = '{"label": "x", "value": {"type": "text"}}'
    opening, closing = '{"label": "x", "value": {"type": "rows", "fields": {"x": ', "}}}"
    return text.replace(inner, opening * depth + inner + closing * depth)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"a":' * 100_000, "null", "1e999", '{"format": "syncdsl/schema/9"}']
)
def test_damaged_text_is_refused_and_nothing_of_it_is_quoted(tmp_path: Path, text: str) -> None:
    """Whatever a file holds, reading it ends with one clear message."""
    path = tmp_path / "crm.json"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).code.id == "SD605"
    assert len(refusal(path).message) < 400


def test_a_file_beyond_the_limit_is_not_read_to_its_end(tmp_path: Path) -> None:
    """One byte more than stated is refused, and the message names the limit."""
    path = tmp_path / "crm.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    fault = refusal(path)
    assert fault.code.id == "SD605"
    assert "16 MiB" in fault.message


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/dev/zero"), os.mkfifo, os.mkdir])
def test_only_files_are_opened(tmp_path: Path, make: Any) -> None:
    """A device, a pipe or a folder in the place of a snapshot is refused, and nobody waits for it."""
    path = tmp_path / "crm.json"
    make(path)
    assert refusal(path).code.id == "SD605"


def test_hostile_names_cannot_break_a_message(tmp_path: Path) -> None:
    """A key with line breaks stays on the line of its message."""
    path = tmp_path / "crm.json"
    data = {**nested(0), "x\nerror[SD000]: all is lost\r": 1}
    path.write_text(json.dumps(data), encoding="utf-8")
    assert "\n" not in refusal(path).message
