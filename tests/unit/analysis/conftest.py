"""What tests of the analysis share: the shipped schemas, and the way from rules to findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from syncdsl.analysis import analyse
from syncdsl.diagnostics import SourceFile
from syncdsl.project.uses import library_for, resolve_uses
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.analysis import Analysis
    from syncdsl.schema.snapshot import SchemaSnapshot

ROOT = Path(__file__).parents[3]


class Analyse(Protocol):
    """Checks rules against the shipped schemas, or others."""

    def __call__(self, text: str, others: Mapping[str, SchemaSnapshot] | None = None) -> Analysis:
        """Return what the rules come to; the text must be well formed."""


@pytest.fixture(scope="session")
def schemas() -> dict[str, SchemaSnapshot]:
    """Return the shipped snapshots."""
    folder = ROOT / "rules" / "zoho" / "schema"
    return {name: read_snapshot(folder / f"{name}.json") for name in ("crm", "books")}


@pytest.fixture(scope="session")
def analysed(schemas: dict[str, SchemaSnapshot]) -> Analyse:
    """Return what checks rules."""

    def run(text: str, others: Mapping[str, SchemaSnapshot] | None = None) -> Analysis:
        source = SourceFile("rules.sync", text)
        parsed = parse(source)
        assert not parsed.diagnostics, [item.message for item in parsed.diagnostics]
        programs = [(source, parsed.program)]
        uses = resolve_uses(programs, ROOT)
        library = library_for([parsed.program, *(file.program for file in uses.files)])
        found = analyse(programs, others or schemas, used=uses.files, library=library, unread_uses=uses.unread)
        return replace(found, diagnostics=(*found.diagnostics, *uses.findings))

    return run


@pytest.fixture(scope="session")
def template() -> str:
    """Return the rules that a new project begins with."""
    return (ROOT / "rules" / "zoho" / "template" / "customers.sync").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def reference() -> str:
    """Return the reference program, which has every statement."""
    return (ROOT / "tests" / "golden" / "parse" / "reference.sync").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def every_clause() -> str:
    """Return rules that use everything the template does not."""
    return (Path(__file__).parent / "every_clause.sync").read_text(encoding="utf-8")
