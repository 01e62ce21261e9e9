"""Findings as JUnit XML: a test case for every finding, and one that passes for every file without any.

Only what the schema of Jenkins (`junit-10.xsd`) knows is written, and one failure a test case: that is what all readers
understand. There is no time in it, so the same findings give the same bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from syncdsl.render.neutral import neutral, neutral_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syncdsl.diagnostics import Diagnostic

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def render_junit(
    findings: Sequence[Diagnostic], files: Iterable[str], *, suite: str, fails: Callable[[Diagnostic], bool]
) -> str:
    """Return the XML of findings among `files`; those that do not fail the command are cases that pass and say so."""
    root = Element("testsuites")
    failures = sum(fails(item) for item in findings)
    cases = Element("testsuite", name=junit_text(suite))
    among: dict[str, list[Diagnostic]] = {file: [] for file in files}
    for item in findings:
        among.setdefault(item.span.file, []).append(item)
    for file, inside in among.items():
        name = junit_text(file or "project")
        for item in inside:
            _add(cases, item, name, failing=fails(item))
        if not inside:
            SubElement(cases, "testcase", classname=name, name=name, time="0")
    for attribute, count in (("tests", len(cases)), ("failures", failures), ("errors", 0), ("skipped", 0)):
        cases.set(attribute, str(count))
    cases.set("time", "0")
    root.append(cases)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add(cases: Element, item: Diagnostic, file: str, *, failing: bool) -> None:
    span = item.span
    name = f"{span.line}:{span.column} {item.code.id} {item.code.name}"
    case = SubElement(cases, "testcase", classname=file, name=name, time="0")
    message = junit_text(item.message)
    place = f"{file}:{span.line}:{span.column}: " if span.file else ""
    lines = [f"{place}{item.level.value}[{item.code.id}]: {message}"]
    lines += [
        junit_text(f"{related.span.file}:{related.span.line}:{related.span.column}: {related.message}")
        for related in item.related
    ]
    if item.help:
        lines.append("help: " + legal(neutral_lines(item.help)))
    if failing:
        told = SubElement(case, "failure", type=item.code.id, message=message)
    else:
        told = SubElement(case, "system-out")
    told.text = "\n".join(lines)


def junit_text(text: str) -> str:
    """Return text on one line as XML can hold it and every reader only shows it."""
    return legal(neutral(text))


def legal(text: str) -> str:
    """Return text without the characters that XML cannot hold; those are shown by their numbers."""
    return _ILLEGAL.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
