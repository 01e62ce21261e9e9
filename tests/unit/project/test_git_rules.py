"""The project at a commit: read with git into a folder of its own, and nothing else happens."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.git_rules import Repository
from syncdsl.project.other_rules import other_rules

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it said."""
    done = subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project in a folder of a repository, with one commit, that was edited since."""
    folder = tmp_path / "repository" / "teams" / "shop [1]"
    (folder / "rules").mkdir(parents=True)
    (folder / "syncdsl.toml").write_text("[project]\n", encoding="utf-8")
    (folder / "rules" / "ä b.sync").write_text("language 1\n", encoding="utf-8")
    (folder / "rules" / "notes.txt").write_text("no rules\n", encoding="utf-8")
    (folder / "rules" / "link.sync").symlink_to("/etc/passwd")
    (tmp_path / "repository" / "other.sync").write_text("language 1\n", encoding="utf-8")
    git(tmp_path / "repository", "init", "-q", "-b", "main")
    git(tmp_path / "repository", "add", ".")
    git(tmp_path / "repository", "commit", "-q", "-m", "first")
    (folder / "rules" / "ä b.sync").write_text("edited\n", encoding="utf-8")
    return folder


def files(folder: Path) -> dict[str, str]:
    """Return the files of a folder and what they hold."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_project_in_a_folder_is_read_as_it_was(project: Path, tmp_path: Path) -> None:
    """Rule files, schemas and settings of the project's own folder, as committed; no links, nothing beside it."""
    repository = Repository(project)
    target = tmp_path / "target"
    target.mkdir()
    before = git(project, "status", "--porcelain")
    repository.extract(repository.commit("main"), "main", target)
    assert files(target) == {"rules/ä b.sync": "language 1\n", "syncdsl.toml": "[project]\n"}
    assert git(project, "status", "--porcelain") == before


def test_refs_of_every_kind_are_known(project: Path) -> None:
    """Branches with a slash, tags, short ids and relative names lead to their commit."""
    commit = git(project, "rev-parse", "HEAD")
    git(project, "branch", "feature/a")
    git(project, "tag", "-a", "v1", "-m", "first")
    for ref in ("main", "feature/a", "v1", commit[:8], "HEAD", "main@{0}"):
        assert Repository(project).commit(ref) == commit


@pytest.mark.parametrize("ref", ["nothing", "", "--output=x", "-h", "main:syncdsl.toml", "HEAD~9", "a b"])
def test_what_is_no_commit_is_refused(project: Path, ref: str) -> None:
    """Neither options nor paths nor names that are not there are taken for a commit."""
    with pytest.raises(Fault, match="SD613"):
        Repository(project).commit(ref)
    assert not (project / "x").exists()


def test_a_commit_without_the_project_is_said(project: Path, tmp_path: Path) -> None:
    """At a commit at which the project was not there yet, its settings are missed by name."""
    git(project, "checkout", "-q", "--orphan", "empty")
    git(project, "rm", "-rfq", "--cached", ".")
    git(project, "commit", "-q", "--allow-empty", "-m", "empty")
    with pytest.raises(Fault, match=r"SD601.*teams/shop \[1\]/syncdsl.toml"):
        Repository(project).extract(Repository(project).commit("empty"), "empty", tmp_path)


def test_without_a_repository_or_git_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No repository around the project, and no program: both are SD614, with another way to compare."""
    with pytest.raises(Fault, match="SD614") as caught:
        Repository(tmp_path)
    assert "--compare DIR" in (caught.value.help or "")
    monkeypatch.setitem(os.environ, "PATH", str(tmp_path))
    with pytest.raises(Fault, match="SD614: the program `git` is not installed"):
        Repository(tmp_path)


def test_a_folder_counts_before_a_branch(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a project is taken as it is; one without it is a branch of that name, if there is one."""
    monkeypatch.chdir(project)
    (project / "main").mkdir()
    with other_rules("main", project) as other:
        assert other.name.startswith("main (")
        assert other.shown(f"{other.workspace.folder}/rules/x.sync") == "rules/x.sync"
    (project / "main" / "syncdsl.toml").write_text("[project]\n", encoding="utf-8")
    with other_rules("main", project) as other:
        assert other.name == "main"
        assert other.workspace.folder == project / "main"
    (tmp_path / "bare").mkdir()
    with pytest.raises(Fault, match="SD601"), other_rules(str(tmp_path / "bare"), project):
        pass
