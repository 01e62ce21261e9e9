from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from tests.unit.render.hostile import hostile

from syncdsl.diagnostics import Diagnostic, Severity, SourceFile
from syncdsl.render.diagnostics_junit import render_junit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

# What `junit-10.xsd` of Jenkins allows, as far as we use it: required and optional attributes, and children.
ALLOWED: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname", "id", "package", "group", "file", "log", "url", "version"},
        {"testcase", "testsuite", "properties", "system-out", "system-err"},
    ),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"failure", "errors", "skipped", "system-out", "system-err"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def read(text: str) -> ET.Element:
    """Return the one test suite of a report that keeps to the schema."""
    root = ET.fromstring(text)  # noqa: S314 - written by us just now
    assert root.tag == "testsuites"
    for element in root.iter():
        required, optional, children = ALLOWED[element.tag]
        assert required <= set(element.attrib) <= required | optional
        assert {child.tag for child in element} <= children
    (suite,) = root
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert all(len(case) <= 1 for case in cases)
    return suite


def fails(item: Diagnostic) -> bool:
    return item.level is not Severity.NOTE


def report(findings: Sequence[Diagnostic], *files: str) -> ET.Element:
    return read(render_junit(findings, files, suite="syncdsl check", fails=fails))


def test_clean_files_are_tests_that_pass() -> None:
    """Without findings the report is valid, and shows which files were looked at."""
    suite = report([], "a.sync", "b.sync")
    assert (suite.attrib["name"], suite.attrib["tests"], suite.attrib["failures"]) == ("syncdsl check", "2", "0")
    assert [case.attrib["name"] for case in suite] == ["a.sync", "b.sync"]


def test_every_finding_is_a_test(every_shape: list[Diagnostic], source: SourceFile) -> None:
    """What fails the command is a failure with its message; what does not passes and says so; clean files pass."""
    suite = report(every_shape, source.path, "clean.sync")
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("5", "3")
    first, *_, note, clean = suite
    assert first.attrib["classname"] == source.path
    assert first.attrib["name"] == "3:9 SD201 unknown-field"
    failure = first.find("failure")
    assert failure is not None
    assert failure.attrib == {"type": "SD201", "message": "unknown field `Phon` in `crm.Accounts`"}
    assert str(failure.text).splitlines() == [
        "rules/customers.sync:3:9: error[SD201]: unknown field `Phon` in `crm.Accounts`",
        "rules/customers.sync:2:2: in this map",
        "help: did you mean `Phone`?",
    ]
    assert "note[SD399]: the end is missing" in note.findtext("system-out", "")
    assert (clean.attrib["name"], len(clean)) == ("clean.sync", 0)


def test_a_finding_without_a_file(every_shape: list[Diagnostic]) -> None:
    """A finding about the project as a whole is a test too."""
    nowhere = Diagnostic(code=every_shape[0].code, message="m", span=SourceFile("", "").span(0, 0))
    (case,) = report([nowhere])
    assert case.attrib["classname"] == "project"


def test_hostile_findings_keep_to_the_schema() -> None:
    """Texts of strangers change nothing of the shape."""
    findings, sources = hostile()
    assert len(report(findings, *sources)) == len(findings)


@pytest.mark.parametrize("code", [0x0, 0x8, 0xB, 0x1F, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF])
def test_what_xml_cannot_hold_is_named(every_shape: list[Diagnostic], code: int) -> None:
    """A character that no XML 1.0 may hold is shown, never written."""
    bad = chr(code)
    span = SourceFile(f"a{bad}.sync", "x").span(0, 1)
    (case,) = report([Diagnostic(code=every_shape[0].code, message=f"b{bad}", span=span, help=f"c{bad}")])
    shown = chr(0x2400 + code) if code < 0x20 else f"<U+{code:04X}>"
    assert case.attrib["classname"] == f"a{shown}.sync"
    assert f"c{shown}" in case.findtext("failure", "")


def test_the_report(
    every_shape: list[Diagnostic], source: SourceFile, golden: Callable[[Path, str], None], previews: Path
) -> None:
    """The whole report, as reviewed."""
    text = render_junit(every_shape, [source.path, "clean.sync"], suite="syncdsl check", fails=fails)
    golden(previews.parent / "findings" / "report.xml", text)
