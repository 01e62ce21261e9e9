"""What the rules' own tests came to, as JSON in a versioned form."""

from __future__ import annotations

import json
from typing import Any, Literal

from syncdsl.changes.covered import Coverage
from syncdsl.changes.rehearsed import TestReport
from syncdsl.render.neutral import neutral_json
from syncdsl.schema.model import Model, published_schema


class TestSummary(Model):
    """The verdict in figures; `percent` is the share of the rules that the tests cover, where it was asked for."""

    __test__ = False
    passed: int
    failed: int
    broken: int
    not_run: int
    seconds: float
    percent: str | None = None


class TestOutput(Model):
    """What `syncdsl test --format json` prints."""

    __test__ = False
    format: Literal["syncdsl/tests/1"] = "syncdsl/tests/1"
    summary: TestSummary
    report: TestReport
    coverage: Coverage | None = None


def render_tests_json(report: TestReport, coverage: Coverage | None = None) -> str:
    """Return the JSON of the results of tests."""
    output = TestOutput(
        summary=TestSummary(
            passed=report.count("passed"),
            failed=report.count("failed"),
            broken=report.count("broken"),
            not_run=report.skipped,
            seconds=report.seconds,
            percent=coverage.percent_text if coverage is not None else None,
        ),
        report=report,
        coverage=coverage,
    )
    return neutral_json(json.dumps(output.model_dump(mode="json"), indent=2, ensure_ascii=False)) + "\n"


def tests_schema() -> dict[str, Any]:
    """Return the JSON Schema of what `syncdsl test --format json` prints."""
    return published_schema(TestOutput, "Result of syncdsl test")
