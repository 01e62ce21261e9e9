"""Every preview in every format, against its golden file."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from tests.unit.render.change_sets import CASES

from syncdsl.render.changes_html import render_changes_html
from syncdsl.render.changes_json import render_changes_json
from syncdsl.render.changes_markdown import render_changes_markdown
from syncdsl.render.changes_text import render_changes, render_verdict
from syncdsl.render.preview.verdict import verdict_parts, verdict_text
from syncdsl.render.style import Style
from syncdsl.render.totals import total

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIGEST = "b2:…"
"""Stands for the digest of a change set, which also tells of what is not shown."""


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    """Return the name of each case."""
    return str(request.param)


def test_as_text(case: str, golden: Callable[[Path, str], None], previews: Path) -> None:
    """In a terminal the preview stands as its golden file."""
    changes, approvals = CASES[case]()
    golden(previews / f"{case}.txt", render_changes(changes, approvals=approvals))


@pytest.mark.parametrize("name", ["everything", "long", "over"])
def test_in_a_narrow_terminal(name: str, golden: Callable[[Path, str], None], previews: Path) -> None:
    """In 60 columns the verdict is wrapped between its parts, values and reasons are cut, names of records are not."""
    changes, approvals = CASES[name]()
    golden(previews / f"{name}.narrow.txt", render_changes(changes, width=60, approvals=approvals))


@pytest.mark.parametrize("name", ["everything", "approvals", "unknown"])
def test_in_colour(name: str, golden: Callable[[Path, str], None], previews: Path) -> None:
    """Colour adds marks in place of backticks and changes no word."""
    changes, approvals = CASES[name]()
    coloured = render_changes(changes, Style(colour=True), approvals=approvals)
    golden(previews / f"{name}.ansi", coloured)
    plain = render_changes(changes, approvals=approvals)
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured).replace("`", "") == plain.replace("`", "")


def test_as_markdown(case: str, golden: Callable[[Path, str], None], previews: Path) -> None:
    """As a comment the preview stands as its golden file."""
    changes, approvals = CASES[case]()
    golden(previews / f"{case}.md", render_changes_markdown(changes, approvals).replace(changes.digest, DIGEST))


def test_as_a_page(case: str, golden: Callable[[Path, str], None], previews: Path) -> None:
    """As a page the preview stands as its golden file; style, script and their digests are left out of it."""
    changes, approvals = CASES[case]()
    page = render_changes_html(changes, approvals).replace(changes.digest, DIGEST)
    page = re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.DOTALL)
    page = re.sub(r"<script>.*?</script>", "<script></script>", page, flags=re.DOTALL)
    golden(previews / f"{case}.html", re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-…", page))


def test_as_json(case: str, golden: Callable[[Path, str], None], previews: Path) -> None:
    """The figures of the JSON stand as their golden file; what of it is the change set is that very one."""
    changes, approvals = CASES[case]()
    data = json.loads(render_changes_json(changes, approvals))
    assert data.pop("changes") == changes.model_dump(mode="json")
    assert data.pop("digest") == changes.digest
    golden(previews / f"{case}.json", json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def test_the_same_verdict_everywhere(case: str) -> None:
    """All formats tell the verdict in the same words; text leaves it out where it says no more than the next line."""
    changes, approvals = CASES[case]()
    verdict = verdict_text(verdict_parts(changes, total(changes.effects), approvals))
    assert json.loads(render_changes_json(changes, approvals))["summary"]["verdict"] == verdict
    for told in (render_changes, render_verdict):
        first = told(changes, width=1000, approvals=approvals).splitlines()[0]
        assert first == ("No changes. production is in sync." if case == "nothing" else verdict)
    plain = re.sub(r"<[^>]*>", "", render_changes_html(changes, approvals).partition('id="verdict">')[2])
    assert plain.startswith(verdict.replace("<", "&lt;"))
    assert unescape(render_changes_markdown(changes, approvals).splitlines()[3]) == f"**{verdict}**"
