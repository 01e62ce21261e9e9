from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from syncdsl.diagnostics import Code, Diagnostic, Fix, Related, Severity, SourceFile
from syncdsl.render.diagnostics_concise import render_concise
from syncdsl.render.diagnostics_json import findings_schema, render_json
from syncdsl.render.diagnostics_text import render_summary, render_text
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ERROR = Code(id="SD201", name="unknown-field", title="t", explanation="e")
WARNING = Code(id="SD505", name="odd", title="t", explanation="e", severity=Severity.WARNING)
NOTE = Code(id="SD399", name="hint", title="t", explanation="e", severity=Severity.NOTE)


@pytest.fixture
def findings(source: SourceFile) -> list[Diagnostic]:
    """Return findings of every shape: with help, related places, wide characters, over several lines."""
    text = source.text
    word, wide, tab = text.index("Phon"), text.index("größer"), text.index("map")
    return [
        Diagnostic(
            code=ERROR,
            message="unknown field `Phon` in `crm.Accounts`",
            span=source.span(word, word + 4),
            help="did you mean `Phone`?",
            related=(Related(span=source.span(tab, tab + 3), message="in this map"),),
        ),
        Diagnostic(code=WARNING, message="an odd text", span=source.span(wide, wide + 9)),
        Diagnostic(
            code=WARNING,
            message="an odd map",
            span=source.span(tab, text.index("last") + 4),
            fixes=(Fix(title="remove it", span=source.span(tab, tab + 3), replacement=""),),
        ),
        Diagnostic(code=NOTE, message="the end is missing", span=source.span(len(text) - 1, len(text) - 1)),
    ]


def test_frames(
    findings: list[Diagnostic], source: SourceFile, golden: Callable[[Path, str], None], previews: Path
) -> None:
    """The caret stands under its place, also behind tabs and wide characters; help and related places follow."""
    text = render_text(findings, {source.path: source}) + render_summary(findings, 1)
    golden(previews.parent / "findings" / "frames.txt", text)


def test_a_frame_without_its_file(findings: list[Diagnostic]) -> None:
    """A finding whose file is not at hand still says where it is."""
    assert "--> rules/customers.sync:3:9" in render_text(findings[:1], {})


def test_concise(findings: list[Diagnostic]) -> None:
    """Concise is one finding a line: path, line, column, code and message."""
    lines = render_concise(findings).splitlines()
    assert lines[0] == "rules/customers.sync:3:9: SD201 unknown field `Phon` in `crm.Accounts`"
    assert len(lines) == len(findings)


def test_json_fits_its_published_schema(findings: list[Diagnostic]) -> None:
    """What is printed is what the schema promises."""
    data = json.loads(render_json(findings, 3))
    Draft202012Validator(findings_schema()).validate(data)
    assert data["summary"] == {"files": 3, "errors": 1, "warnings": 2, "notes": 1}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (slice(0, 0), "clean: 2 files checked\n"),
        (slice(3, 4), "clean: 2 files checked, 1 note\n"),
        (slice(0, 1), "1 error in 2 files; `syncdsl explain SD201` says more\n"),
        (slice(0, 3), "1 error, 2 warnings in 2 files; `syncdsl explain CODE` says more\n"),
    ],
)
def test_summary(findings: list[Diagnostic], chosen: slice, expected: str) -> None:
    """The last line is a verdict; notes are no findings."""
    assert render_summary(findings[chosen], 2) == expected


def test_control_characters_do_not_reach_the_terminal() -> None:
    """A rule file can hold anything; what is shown of it is harmless."""
    file = SourceFile(path="a\x1b[2J.sync", text="\x1b]0;owned\x07 x\u202e\n")
    finding = Diagnostic(code=ERROR, message="bad \x1b[31m", span=file.span(0, 12), help="\x9b!\nsecond\x00")
    text = render_text([finding], {file.path: file}) + render_concise([finding])
    assert {character for character in text if not character.isprintable()} == {"\n"}
    shown = render_json([finding], 1)
    assert {character for character in shown if not character.isprintable()} == {"\n"}


def test_colour_changes_no_word(findings: list[Diagnostic], source: SourceFile) -> None:
    """Without its marks the coloured text is the plain one, backticks apart."""
    coloured = re.sub("\x1b\\[[0-9;]*m", "", render_text(findings, {source.path: source}, Style(colour=True)))
    plain = render_text(findings, {source.path: source})
    assert coloured.replace("`", "") == plain.replace("`", "")
