"""One hostile set of findings through every format."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree import ElementTree as ET

import pytest
from tests.unit.render.hostile import ALL, CODE, PATH, hostile
from tests.unit.render.workflow_commands import other_commands, read_commands

from syncdsl.diagnostics import Diagnostic, SourceFile
from syncdsl.render.diagnostics_concise import render_concise
from syncdsl.render.diagnostics_github import render_github
from syncdsl.render.diagnostics_gitlab import render_gitlab
from syncdsl.render.diagnostics_json import render_json
from syncdsl.render.diagnostics_junit import render_junit
from syncdsl.render.diagnostics_sarif import render_sarif
from syncdsl.render.diagnostics_text import render_summary, render_text
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


FORMATS: dict[str, Callable[[Sequence[Diagnostic], dict[str, SourceFile]], str]] = {
    "text": lambda findings, sources: render_text(findings, sources) + render_summary(findings, len(sources)),
    "concise": lambda findings, _: render_concise(findings),
    "json": lambda findings, sources: render_json(findings, len(sources)),
    "sarif": lambda findings, sources: render_sarif(findings, sources, root=".", version="1.0.0"),
    "github": lambda findings, _: render_github(findings, "."),
    "junit": lambda findings, sources: render_junit(findings, sources, suite="syncdsl check", fails=lambda _: True),
    "gitlab": lambda findings, sources: render_gitlab(findings, sources, root="."),
}


@pytest.fixture(params=FORMATS)
def name(request: pytest.FixtureRequest) -> str:
    """Return each format."""
    return str(request.param)


@pytest.fixture
def shown(name: str) -> str:
    """Return the hostile findings in the format."""
    return FORMATS[name](*hostile())


def test_nothing_steers_a_terminal_or_hides(shown: str) -> None:
    """No control, no direction, no invisible and no half character is left; line breaks are ours."""
    kinds = {unicodedata.category(character) for character in shown if character != "\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_nothing_commands_a_ci(name: str, shown: str) -> None:
    """A log of any format holds the commands that we write, and no other."""
    assert other_commands(shown) == []
    expected = ["error", "warning", "notice"] if name == "github" else []
    assert [command.name for command in read_commands(shown)][:3] == expected
    assert len(read_commands(shown)) == (len(hostile()[0]) if name == "github" else 0)


def test_the_attacks_would_work() -> None:
    """The same texts as they are do command a CI: the fixture attacks."""
    raw = "".join(f"{item.span.file}: {item.message}\n{item.help}\n" for item in hostile()[0])
    assert other_commands(raw)
    assert {"error", "set-output"} <= {command.name for command in read_commands(raw)}
    with pytest.raises((ET.ParseError, UnicodeEncodeError)):
        ET.fromstring(f"<failure>{raw}</failure>")  # noqa: S314 - it is to fail


def test_one_finding_is_one_line_where_lines_count() -> None:
    """A line break in a name or a message makes no second finding."""
    findings, _ = hostile()
    assert len(render_concise(findings).splitlines()) == len(findings)
    assert len(render_github(findings, ".").splitlines()) == len(findings)


def test_a_frame_has_our_lines_only() -> None:
    """Every line of a frame begins with what we write: the level, a number, a bar, an arrow, dots or a remark."""
    for line in render_text(*hostile()).splitlines():
        assert re.match(
            r"(error|warning|note)\[SD201\]: | *--> | *\d+ \|| +\||\.\.\.| += (help|note): | {9}|$", line
        ), line


def test_colour_comes_from_us() -> None:
    """With colour the only escapes are our own, each closed again."""
    coloured = render_text(*hostile(), Style(colour=True))
    rest = re.sub("\x1b\\[(?:[0-9];?){1,4}m", "", coloured)
    assert "\x1b" not in rest
    assert coloured.count("\x1b[0m") * 2 == coloured.count("\x1b[")


def test_github_says_what_was_meant() -> None:
    """What GitHub reads is the finding: an attack in a text adds no property and no line to another place."""
    findings, _ = hostile()
    for item, command in zip(findings, read_commands(render_github(findings, ".")), strict=True):
        assert set(command.properties) <= {"file", "line", "col", "endLine", "endColumn", "title"}
        assert command.properties["line"] == str(item.span.line)
        assert command.properties["title"] == "SD201 unknown-connection"
        assert command.properties["file"].endswith(".sync")


def test_junit_holds_our_elements_only() -> None:
    """The XML is well-formed and markup in a text stays text."""
    findings, sources = hostile()
    root = ET.fromstring(FORMATS["junit"](findings, sources))  # noqa: S314 - written by us just now
    assert {element.tag for element in root.iter()} == {"testsuites", "testsuite", "testcase", "failure"}
    assert len(root.findall(".//testcase")) == len(findings)
    assert any("]]><failure/><!--" in str(element.text) for element in root.iter("failure"))


def test_json_keeps_every_text() -> None:
    """JSON escapes and loses nothing: a program gets the very characters."""
    findings, sources = hostile()
    data = json.loads(FORMATS["json"](findings, sources))
    for item, found in zip(findings, data["findings"], strict=True):
        assert (found["message"], found["help"], found["span"]["file"]) == (item.message, item.help, PATH)


def test_sarif_keeps_names_and_texts_apart() -> None:
    """A name becomes an address of plain characters that leads back to it, messages hold no link and no placeholder."""
    findings, sources = hostile()
    data = json.loads(FORMATS["sarif"](findings, sources))
    for address in _values(data, "uri"):
        assert re.fullmatch(r"[A-Za-z0-9\-._~%/:]*", address)
        assert urlsplit(address).scheme in {"", "file"}
    (run,) = data["runs"]
    places = [item["locations"][0]["physicalLocation"]["artifactLocation"] for item in run["results"]]
    assert {os.fsdecode(unquote_to_bytes(place["uri"])) for place in places} == {PATH}
    for text in _values(run["results"], "text"):
        if text == ALL:
            continue  # a fix holds what is to be inserted, to the letter
        assert "](" not in text
        assert not re.search(r"(?<!\{)\{\d+\}", text)


def test_a_file_of_one_line_takes_no_longer(name: str) -> None:
    """A million characters on one line and thousands of findings in it take their own size, not its square."""
    source = SourceFile("a.sync", "word " * 200_000)
    findings = [Diagnostic(code=CODE, message="m", span=source.span(at, at + 4)) for at in range(0, 10_000, 5)]
    assert len(FORMATS[name](findings, {source.path: source})) < 2_000 * len(findings)


def _values(data: Any, wanted: str) -> Iterator[str]:
    """Yield the values of a property, wherever it stands."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == wanted and isinstance(value, str):
                yield value
            else:
                yield from _values(value, wanted)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value, wanted)
