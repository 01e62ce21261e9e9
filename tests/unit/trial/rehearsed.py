"""Rules as text, and what their tests come to."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.unit.engine.world import HEAD, SCHEMAS

from syncdsl.analysis import analyse
from syncdsl.diagnostics import Severity, SourceFile
from syncdsl.project.shipped import shipped_rules
from syncdsl.project.uses import library_for, resolve_uses
from syncdsl.schema.snapshot import SchemaSnapshot
from syncdsl.syntax.parser import parse
from syncdsl.trial.covering import Recorder
from syncdsl.trial.rehearsing import Rules, rehearse_all

if TYPE_CHECKING:
    from syncdsl.analysis import Analysis
    from syncdsl.changes.covered import Coverage
    from syncdsl.changes.rehearsed import Failure, TestReport, TestResult


@functools.cache
def shipped_schemas() -> dict[str, SchemaSnapshot]:
    """Return the schemas that come with syncdsl."""
    folder = shipped_rules() / "zoho" / "schema"
    return {
        name: SchemaSnapshot.model_validate_json(folder.joinpath(f"{name}.json").read_text(encoding="utf-8"))
        for name in ("crm", "books")
    }


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What the tests came to, and how much of the rules they cover."""

    report: TestReport
    coverage: Coverage

    @property
    def one(self) -> TestResult:
        """The result of the only test."""
        (result,) = self.report.results
        return result

    @property
    def failure(self) -> Failure:
        """The only thing that is wrong with the only test."""
        (failure,) = self.one.failures
        return failure

    def point(self, text: str) -> tuple[str, ...]:
        """Return what was never seen of the place with a text."""
        (found,) = [point for point in self.coverage.points if point.text == text and point.kind != "trigger"]
        return found.missing


def analysed(text: str, schemas: dict[str, SchemaSnapshot]) -> Analysis:
    """Return what rules come to; every mistake in them fails the test."""
    source = SourceFile(path="main.sync", text=text)
    parsed = parse(source)
    uses = resolve_uses([(source, parsed.program)], Path.cwd())
    library = library_for([parsed.program, *(file.program for file in uses.files)])
    analysis = analyse([(source, parsed.program)], schemas, used=uses.files, library=library, tests=True)
    wrong = [item for item in (*parsed.diagnostics, *analysis.diagnostics) if item.level is Severity.ERROR]
    assert not wrong, "\n".join(f"{item.code.id}: {item.message}" for item in wrong)
    return analysis


def results_of(rules: str, schemas: dict[str, SchemaSnapshot] | None = None, *, fail_fast: bool = False) -> Tested:
    """Run the tests of rules: of small ones over the engine's world, of whole ones over the schemas given.

    They are run twice: with every step of the plan, and with those alone that can concern them while what is evaluated
    is noted. That has to make no difference.
    """
    analysis = analysed(HEAD + rules if schemas is None else rules, schemas or SCHEMAS)
    assert analysis.plan is not None
    recorder = Recorder(analysis.landmarks, {"main.sync"})
    without = Rules(plan=analysis.plan, schemas=schemas or SCHEMAS)
    plain = rehearse_all(analysis.tests, replace(without, whole=True), fail_fast=fail_fast)
    noting = replace(without, compiling=recorder.compiling, watching=recorder.watching)
    report = rehearse_all(analysis.tests, noting, fail_fast=fail_fast)
    assert [_timeless(one) for one in report.results] == [_timeless(one) for one in plain.results]
    return Tested(report=report, coverage=recorder.coverage())


def _timeless(result: TestResult) -> TestResult:
    return result.model_copy(update={"seconds": 0.0})
