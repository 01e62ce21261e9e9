"""What the rules' own tests came to, as JUnit XML: a suite for each file, a test case for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from syncdsl.render.diagnostics_junit import junit_text, legal
from syncdsl.render.tests_text import render_failures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.changes.rehearsed import TestReport, TestResult
    from syncdsl.diagnostics import SourceFile


def render_tests_junit(report: TestReport, sources: Mapping[str, SourceFile]) -> str:
    """Return the XML of the results of tests; one that could not be carried out is an error, not a failure."""
    root = Element("testsuites")
    files: dict[str, list[TestResult]] = {}
    for result in report.results:
        files.setdefault(result.file, []).append(result)
    for file, results in files.items():
        suite = SubElement(root, "testsuite", name=junit_text(file))
        for name, count in (
            ("tests", len(results)),
            ("failures", sum(one.outcome == "failed" for one in results)),
            ("errors", sum(one.outcome == "broken" for one in results)),
            ("skipped", 0),
        ):
            suite.set(name, str(count))
        suite.set("time", _seconds(sum(one.seconds for one in results)))
        for result in results:
            _add(suite, result, report, sources)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add(suite: Element, result: TestResult, report: TestReport, sources: Mapping[str, SourceFile]) -> None:
    case = SubElement(
        suite,
        "testcase",
        classname=junit_text(result.file),
        name=junit_text(result.title),
        time=_seconds(result.seconds),
    )
    if result.outcome == "passed":
        return
    first = result.failures[0]
    told = SubElement(
        case, "failure" if result.outcome == "failed" else "error", type=first.kind, message=junit_text(first.message)
    )
    told.text = legal(render_failures(report.model_copy(update={"results": (result,)}), sources).strip("\n"))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
