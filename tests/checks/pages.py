"""Reads the pages next to this file.

A case is a `###` heading with one or more fenced blocks, the files of one program (the second word after the fence
names a file, `rules.sync` unless given), and below "Bad" a list of `line: CODE` or `file:line: CODE`. A block of JSON
changes the shipped schemas, by connection, for the checks that need schemas.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from syncdsl.diagnostics import Diagnostic, Severity, SourceFile
from syncdsl.lint.engine import lint
from syncdsl.lint.schema_checks import SCHEMA_CHECKS
from syncdsl.lint.schema_engine import lint_schemas
from syncdsl.schema.snapshot import SchemaSnapshot
from syncdsl.syntax import parse

PAGES = sorted(Path(__file__).parent.glob("SD*.md"))
NAME = "rules.sync"
TODAY = dt.date(2026, 6, 1)
"""The day on which the pages are read: suppressions end."""
EXPECTATION = re.compile(r"- (?:(?P<file>\S+):)?(?P<line>\d+): (?P<code>SD\d{3})")
SCHEMAS = Path(__file__).parents[2] / "rules" / "zoho" / "schema"


@dataclass
class Case:
    """One program with the findings expected of it."""

    page: str
    part: str
    title: str
    files: dict[str, str] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    schemas: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.page} {self.title}"


def cases_of(page: Path) -> list[Case]:
    """Return the cases of a page."""
    cases: list[Case] = []
    part = ""
    lines = iter(page.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith("## "):
            part = line[3:]
        elif line.startswith("### "):
            cases.append(Case(page.stem, part, line[4:]))
        elif line == "```json":
            cases[-1].schemas = json.loads(_block(lines))
        elif line.startswith("```sync"):
            name = line.removeprefix("```sync").strip() or NAME
            assert name not in cases[-1].files
            cases[-1].files[name] = _block(lines)
        elif found := EXPECTATION.fullmatch(line):
            cases[-1].expected.append(f"{found['file'] or NAME}:{found['line']}: {found['code']}")
        else:
            assert not line.startswith(("- ", "```")), f"{page.name}: cannot read `{line}`"
    return cases


def _block(lines: Any) -> str:
    block: list[str] = []
    while (inner := next(lines)) != "```":
        block.append(inner)
    return "\n".join(block) + "\n"


def findings(case: Case) -> list[Diagnostic]:
    """Return what is found in a case: what counts, and of notes, which are no findings, those of its page."""
    sources = [SourceFile(name, text) for name, text in case.files.items()]
    found = lint(sources, {}, today=TODAY)
    if case.page in {check.code.id for check in SCHEMA_CHECKS}:
        found += lint_schemas([(source, parse(source).program) for source in sources], schemas(case))
    kept = [item for item in found if item.level is not Severity.NOTE or item.code.id == case.page]
    return sorted(kept, key=lambda item: item.sort_key)


def schemas(case: Case) -> dict[str, SchemaSnapshot]:
    """Return the shipped schemas with the changes that a case makes."""
    return {
        name: SchemaSnapshot.model_validate_json(json.dumps(_changed(json.loads(text), case.schemas.get(name, {}))))
        for name, text in _shipped()
    }


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    return tuple((name, (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")) for name in ("crm", "books"))


def _changed(data: Any, changes: Any) -> Any:
    """Return JSON with changes: objects are joined, anything else is replaced."""
    if isinstance(data, dict) and isinstance(changes, dict):
        return {**data, **{name: _changed(data.get(name), change) for name, change in changes.items()}}
    return changes


CASES = [case for page in PAGES for case in cases_of(page)]
