from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from syncdsl.diagnostics import Code, Diagnostic, SourceFile
from syncdsl.render.diagnostics_gitlab import render_gitlab

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CODE = Code(id="SD201", name="unknown-field", title="t", explanation="e")


def report(findings: Sequence[Diagnostic], *sources: SourceFile, root: str = ".") -> list[dict[str, Any]]:
    """Return the entries of a report, each with what GitLab asks for."""
    found: list[dict[str, Any]] = json.loads(render_gitlab(findings, {one.path: one for one in sources}, root=root))
    for entry in found:
        assert entry.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"].keys() == {"path", "lines"}
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in found}) == len(found)
    return found


def prints(text: str, *places: int, path: str = "a.sync") -> list[str]:
    """Return the fingerprints of findings at some places of a file."""
    source = SourceFile(path, text)
    findings = [Diagnostic(code=CODE, message="m", span=source.span(at, at + 5)) for at in places]
    return [entry["fingerprint"] for entry in report(findings, source)]


def test_the_report(
    every_shape: list[Diagnostic], source: SourceFile, golden: Callable[[Path, str], None], previews: Path
) -> None:
    """The whole report, as reviewed."""
    golden(previews.parent / "findings" / "quality.json", render_gitlab(every_shape, {source.path: source}, root="."))
    assert [entry["severity"] for entry in report(every_shape, source)] == ["major", "minor", "minor", "info"]


def test_nothing_found_is_an_empty_list() -> None:
    """Without findings the report is an array, as GitLab expects it, and empty."""
    assert render_gitlab([], {}, root=".") == "[]\n"


def test_fingerprints_stay_when_lines_move() -> None:
    """Lines above it and another indentation leave a finding the one it was; other words or another file do not."""
    text = "first\n  Phone <-> phone\nlast\n"
    before = prints(text, text.index("Phone"))
    moved = "new\n\nlines\n" + text.replace("  Phone", "\t\tPhone")
    assert prints(moved, moved.index("Phone")) == before
    changed = text.replace("<-> phone", "<-> mobile")
    assert prints(changed, changed.index("Phone")) != before
    assert prints(text, text.index("Phone"), path="b.sync") != before


def test_alike_lines_are_told_apart() -> None:
    """Two findings with the same words have two fingerprints, in the order of the file."""
    first, second = prints("Phone\nPhone\n", 0, 6)
    assert first != second
    assert prints("\nPhone\nPhone\n", 1, 7) == [first, second]


def test_files_are_named_below_the_root(tmp_path: Path) -> None:
    """GitLab finds a file by its path in the repository; what is about the project is shown at its settings."""
    source = SourceFile(str(tmp_path / "shop" / "rules" / "a.sync"), "a\n")
    (entry,) = report([Diagnostic(code=CODE, message="m", span=source.span(0, 1))], source, root=str(tmp_path))
    assert entry["location"]["path"] == "shop/rules/a.sync"
    (whole,) = report([Diagnostic(code=CODE, message="m", span=SourceFile("", "").span(0, 0))])
    assert whole["location"] == {"path": "syncdsl.toml", "lines": {"begin": 1, "end": 1}}
