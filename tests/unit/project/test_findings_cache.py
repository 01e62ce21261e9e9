"""What `check` remembers, and when it looks again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.lint import cache
from syncdsl.project.workspace import Checked, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import SourceFile

RULES = Path(__file__).parents[3] / "rules" / "zoho"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a mistake that only the schemas show."""
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    project = tmp_path / "project"
    (project / "rules").mkdir(parents=True)
    shutil.copytree(RULES / "schema", project / "schema")
    shutil.copy(RULES / "template" / "syncdsl.toml", project)
    text = (RULES / "template" / "customers.sync").read_text(encoding="utf-8")
    (project / "rules" / "customers.sync").write_text(text.replace("Phone <->", "Phon <->"), encoding="utf-8")
    return project


def found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], bool]:
    """Return the codes that a check finds, and whether it had to look."""
    looked = False
    real = Workspace.check_sources

    def watched(self: Workspace, sources: Sequence[SourceFile]) -> Checked:
        nonlocal looked
        looked = True
        return real(self, sources)

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "check_sources", watched)
        findings = Workspace(folder).findings().findings
    return [item.code.id for item in findings], looked


def test_an_unchanged_project_is_answered_alike(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer is the first, spans and fixes and all, without looking."""
    first = Workspace(folder).findings()
    assert [item.code.id for item in first.findings if item.level.value == "error"] == ["SD203"]
    again = Workspace(folder).findings()
    assert (again.sources, again.findings) == (first.sources, first.findings)
    assert found(folder, monkeypatch)[1] is False
    assert Workspace(folder).check().findings == first.findings


@pytest.mark.parametrize("changed", ["rules/customers.sync", "schema/crm.json", "schema/books.json", "syncdsl.toml"])
def test_whatever_changes_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    """A change of a rule, a snapshot or the settings makes an answer of its own."""
    found(folder, monkeypatch)
    file = folder / changed
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert found(folder, monkeypatch)[1] is True


def test_a_field_that_appears_in_the_snapshot_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mistake is gone once the schema has the field."""
    assert "SD203" in found(folder, monkeypatch)[0]
    schema = folder / "schema" / "crm.json"
    schema.write_text(schema.read_text(encoding="utf-8").replace('"Phone": {', '"Phon": {'), encoding="utf-8")
    assert "SD203" not in found(folder, monkeypatch)[0]


def test_rules_that_use_a_file_are_looked_at_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another file says is not in the key, so nothing is kept that depends on one."""
    (folder / "shared.sync").write_text('language 1\n\ntable kinds:\n    "a" <-> "b"\n', encoding="utf-8")
    file = folder / "rules" / "customers.sync"
    file.write_text(file.read_text(encoding="utf-8") + '\nuse "../shared.sync"\n', encoding="utf-8")
    assert found(folder, monkeypatch)[1] is True
    assert found(folder, monkeypatch)[1] is True
