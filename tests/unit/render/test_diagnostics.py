from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from syncdsl.render.diagnostics_concise import render_concise
from syncdsl.render.diagnostics_json import findings_schema, render_json
from syncdsl.render.diagnostics_text import render_summary, render_text
from syncdsl.render.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syncdsl.diagnostics import Diagnostic, SourceFile


def test_frames(
    every_shape: list[Diagnostic], source: SourceFile, golden: Callable[[Path, str], None], previews: Path
) -> None:
    """The caret stands under its place, also behind tabs and wide characters; help and related places follow."""
    text = render_text(every_shape, {source.path: source}) + render_summary(every_shape, 1)
    golden(previews.parent / "findings" / "frames.txt", text)


def test_a_frame_without_its_file(every_shape: list[Diagnostic]) -> None:
    """A finding whose file is not at hand still says where it is, and where the places are that explain it."""
    shown = render_text(every_shape[:1], {})
    assert "--> rules/customers.sync:3:9\n" in shown
    assert "= note: rules/customers.sync:2:2: in this map\n" in shown


def test_concise(every_shape: list[Diagnostic]) -> None:
    """Concise is one finding a line: path, line, column, code and message."""
    lines = render_concise(every_shape).splitlines()
    assert lines[0] == "rules/customers.sync:3:9: SD201 unknown field `Phon` in `crm.Accounts`"
    assert len(lines) == len(every_shape)


def test_json_fits_its_published_schema(every_shape: list[Diagnostic]) -> None:
    """What is printed is what the schema promises."""
    data = json.loads(render_json(every_shape, 3))
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
def test_summary(every_shape: list[Diagnostic], chosen: slice, expected: str) -> None:
    """The last line is a verdict; notes are no findings."""
    assert render_summary(every_shape[chosen], 2) == expected


def test_colour_changes_no_word(every_shape: list[Diagnostic], source: SourceFile) -> None:
    """Without its marks the coloured text is the plain one, backticks apart."""
    coloured = re.sub("\x1b\\[[0-9;]*m", "", render_text(every_shape, {source.path: source}, Style(colour=True)))
    plain = render_text(every_shape, {source.path: source})
    assert coloured.replace("`", "") == plain.replace("`", "")
