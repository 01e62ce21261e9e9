"""The plan as `syncdsl compile` prints it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.plan.dump import dump
from syncdsl.plan.plan import write_plan
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from typing import Protocol

    from syncdsl.plan.plan import Plan

    class Golden(Protocol):
        """Compares a text with a golden file."""

        def __call__(self, path: Path, text: str) -> None:
            """Fail when they differ."""


ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "plan"
RULES = {
    "template": ROOT / "rules" / "zoho" / "template" / "customers.sync",
    "every_clause": ROOT / "tests" / "unit" / "analysis" / "every_clause.sync",
}


def _plan(name: str) -> Plan:
    source = SourceFile(f"rules/{name}.sync", RULES[name].read_text(encoding="utf-8"))
    folder = ROOT / "rules" / "zoho" / "schema"
    schemas = {side: read_snapshot(folder / f"{side}.json") for side in ("crm", "books")}
    plan = analyse([(source, parse(source).program)], schemas).plan
    assert plan is not None
    return plan


@pytest.mark.parametrize("name", RULES)
def test_text(name: str, golden: Golden) -> None:
    """The text shows every step in order, what it does, and the places of its rules."""
    golden(GOLDEN / f"{name}.txt", dump(_plan(name)))


def test_json(golden: Golden) -> None:
    """The JSON form of the template's plan is stable."""
    text = json.dumps(json.loads(write_plan(_plan("template"))), indent=1, ensure_ascii=False) + "\n"
    golden(GOLDEN / "template.json", text)


def test_every_line_is_shown() -> None:
    """No line of a map is missing in the text."""
    plan = _plan("every_clause")
    text = dump(plan)
    for pair in plan.pairs.values():
        for line in pair.lines:
            assert line.location in text
