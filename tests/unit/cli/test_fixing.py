from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl

COMMANDS = ("lint", "check")
UNUSED = '\ntable kinds:\n    "Goods" <-> "goods"\n'


def rules(project: Path) -> Path:
    """Return the rule file of the project."""
    return project / "rules" / "customers.sync"


def append(project: Path, text: str) -> str:
    """Add lines to the rules; return them as they were."""
    before = rules(project).read_text()
    rules(project).write_text(before + text)
    return before


@pytest.mark.parametrize("command", COMMANDS)
def test_fix_writes_what_is_safe(syncdsl: Syncdsl, project: Path, command: str) -> None:
    """`--fix` mends the file and ends with 0 when nothing is left; the plan is the same."""
    plan = syncdsl("compile", "--format", "json").out
    before = append(project, "# allow SD501: nothing\n")
    result = syncdsl(command, "--fix")
    assert (result.code, result.err) == (0, "fixed 1 finding in 1 file\n")
    assert result.out.startswith("clean")
    assert rules(project).read_text() == before
    assert syncdsl("compile", "--format", "json").out == plan


@pytest.mark.parametrize("command", COMMANDS)
def test_unsafe_fixes_are_asked_for(syncdsl: Syncdsl, project: Path, command: str) -> None:
    """`--fix` says that there are more; `--unsafe-fixes` applies them."""
    before = append(project, UNUSED)
    result = syncdsl(command, "--fix")
    assert result.code == 1
    assert "1 finding can be fixed with `--unsafe-fixes`" in result.err
    assert rules(project).read_text() == before + UNUSED
    assert syncdsl(command, "--unsafe-fixes").code == 0
    assert rules(project).read_text() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_diff_writes_nothing(syncdsl: Syncdsl, project: Path, command: str) -> None:
    """`--diff` prints a unified diff and nothing else, ends with 1 when there is one, with 0 when all is clean."""
    clean = syncdsl(command, "--diff")
    assert (clean.code, clean.out) == (0, "")
    append(project, "# allow SD501: nothing\n")
    before = rules(project).read_text()
    result = syncdsl(command, "--diff")
    assert result.code == 1
    assert result.out.startswith("--- rules/customers.sync\n+++ rules/customers.sync\n@@")
    assert "\n-# allow SD501: nothing\n" in result.out
    assert result.err == "would fix 1 finding in 1 file\n"
    assert rules(project).read_text() == before


def test_only_named_files_are_fixed(syncdsl: Syncdsl, project: Path) -> None:
    """`check` of one file fixes that one, though all are checked together."""
    append(project, "# allow SD501: nothing\n")
    other = project / "rules" / "other.sync"
    other.write_text("language 1\n\n# allow SD501: nothing\n")
    assert syncdsl("check", "--fix", "rules/other.sync").code == 0
    assert other.read_text() == "language 1\n"
    assert "# allow SD501" in rules(project).read_text()


def test_an_unknown_name_is_an_unsafe_fix(syncdsl: Syncdsl, project: Path) -> None:
    """What `check` suggests is written when asked for, spelled so that it can be read: a view stays a text."""
    before = rules(project).read_text()
    spoiled = before.replace("Phone <-> phone", "Phon <-> phone").replace('"All Accounts"', '"All Acounts"')
    rules(project).write_text(spoiled)
    assert syncdsl("check", "--fix").code == 1
    assert rules(project).read_text() == spoiled
    result = syncdsl("check", "--unsafe-fixes")
    assert result.code == 0, result.out
    assert rules(project).read_text() == before


def test_lint_fixes_outside_of_a_project(syncdsl: Syncdsl) -> None:
    """A rule file anywhere can be mended; without schemas the proof is that no finding is new."""
    file = syncdsl.folder / "a.sync"
    file.write_text("guard: creates <= 5\n")
    assert syncdsl("lint", "--fix", "a.sync").code == 0
    assert file.read_text().startswith("language 1\n\nguard")


def test_a_link_out_of_the_project_is_not_written(syncdsl: Syncdsl, project: Path) -> None:
    """Fixing a stranger's branch writes nowhere else."""
    outside = project.parent / "outside.sync"
    outside.write_text("record other: crm.Deals\n    stage: Stage\n")
    (project / "rules" / "link.sync").symlink_to(outside)
    for command in COMMANDS:
        result = syncdsl(command, "--fix")
        assert result.code == 3
        assert result.err.startswith("error[SD609]")
        assert outside.read_text().startswith("record")
