from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncdsl.project.inside import PathProblem, resolve_inside

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with files, folders and links of every kind, beside files that are none of its business."""
    outside, project = tmp_path / "outside", tmp_path / "project"
    for folder in (outside / "deep", project / "rules" / "sub", project / "folder.sync"):
        folder.mkdir(parents=True)
    (tmp_path / "project-2").mkdir()
    for file in (
        outside / "secret.sync", outside / "deep" / "b.sync", tmp_path / "project-2" / "a.sync",
        project / "rules" / "main.sync", project / "rules" / "a.sync", project / "rules" / "sub" / "b.sync",
        project / "top.sync", project / "notes.txt", project / "rules" / "größe.sync",
    ):  # fmt: skip
        file.write_text("language 1\n")
    rules = project / "rules"
    (rules / "inner.sync").symlink_to("sub/b.sync")
    (rules / "inner").symlink_to("sub")
    (rules / "out.sync").symlink_to(outside / "secret.sync")
    (rules / "out").symlink_to(outside)
    (rules / "twice.sync").symlink_to("out.sync")
    (rules / "back").symlink_to(outside / "in")
    (outside / "in").symlink_to(rules / "sub")
    (rules / "gone.sync").symlink_to(outside / "gone.sync")
    (rules / "nothing.sync").symlink_to("nowhere.sync")
    (rules / "one.sync").symlink_to("two.sync")
    (rules / "two.sync").symlink_to("one.sync")
    (rules / "loop").symlink_to(".")
    os.mkfifo(rules / "pipe.sync")
    (rules / "null.sync").symlink_to("/dev/null")
    return project


def resolve(project: Path, written: str) -> Path | PathProblem:
    """Resolve a path that stands in `rules/main.sync`."""
    return resolve_inside(project, project / "rules" / "main.sync", written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a.sync", "rules/a.sync"),
        ("./a.sync", "rules/a.sync"),
        ("sub/b.sync", "rules/sub/b.sync"),
        ("sub//b.sync", "rules/sub/b.sync"),
        ("sub/../a.sync", "rules/a.sync"),
        ("../top.sync", "top.sync"),
        ("größe.sync", "rules/größe.sync"),
        ("inner.sync", "rules/sub/b.sync"),
        ("inner/b.sync", "rules/sub/b.sync"),
        ("inner/../a.sync", "rules/a.sync"),
        ("loop/loop/loop/a.sync", "rules/a.sync"),
        ("main.sync", "rules/main.sync"),
    ],
)
def test_files_of_the_project_have_one_name(project: Path, written: str, expected: str) -> None:
    """A path inside leads to the file itself, whatever way it takes."""
    assert resolve(project, written) == (project / expected).resolve()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("../../outside/secret.sync", "leads out of the project"),
        ("../../outside/no-such.sync", "leads out of the project"),
        ("../../project/rules/a.sync", "leads out of the project"),
        ("../../project-2/a.sync", "leads out of the project"),
        ("../../../../../../../../etc/passwd.sync", "leads out of the project"),
        ("out.sync", "leads out of the project"),
        ("twice.sync", "leads out of the project"),
        ("out/secret.sync", "leads out of the project"),
        ("out/deep/b.sync", "leads out of the project"),
        ("out/no-such.sync", "leads out of the project"),
        ("out/../a.sync", "leads out of the project"),
        ("gone.sync", "leads out of the project"),
        ("null.sync", "leads out of the project"),
        ("/etc/passwd.sync", "no path inside the project"),
        ("//server/share/a.sync", "no path inside the project"),
        ("~/a.sync", "no path inside the project"),
        ("C:/a.sync", "no path inside the project"),
        ("c:a.sync", "no path inside the project"),
        ("https://example.com/a.sync", "no path inside the project"),
        ("sub\\b.sync", "has backslashes"),
        ("..\\..\\a.sync", "has backslashes"),
        ("C:\\a.sync", "has backslashes"),
        ("a.sync\0.sync", "no path of a file"),
        ("a\n.sync", "no path of a file"),
        ("x" * 2000 + ".sync", "no path of a file"),
        ("x" * 600 + ".sync", "there is no file"),
        ("", "is empty"),
        ("  ", "is empty"),
        ("../notes.txt", "no rule file"),
        ("sub", "no rule file"),
        ("../folder.sync", "is a folder"),
        ("pipe.sync", "is no plain file"),
        ("missing.sync", "there is no file"),
        ("nothing.sync", "there is no file"),
        ("a.sync/b.sync", "there is no file"),
        ("one.sync", "circle"),
        ("A.sync", "there is no file"),
        ("a.SYNC", "no rule file"),
    ],
)
def test_everything_else_is_a_problem(project: Path, written: str, message: str) -> None:
    """Each says what is wrong with a form that is right, and nothing about what lies outside."""
    problem = resolve(project, written)
    assert isinstance(problem, PathProblem)
    assert message in problem.message
    assert problem.help
    assert "secret" not in problem.message.replace(written, "")
    assert str(project.parent) not in problem.message + problem.help


def test_whether_a_file_exists_outside_is_not_told(project: Path) -> None:
    """The answer is the same for one that is there and one that is not."""
    for there, not_there in (("../../outside/secret.sync", "../../outside/absence.sync"), ("out.sync", "gone.sync")):
        first, second = resolve(project, there), resolve(project, not_there)
        assert isinstance(first, PathProblem)
        assert isinstance(second, PathProblem)
        assert first.message.replace(there, "") == second.message.replace(not_there, "")


def test_links_that_lead_out_and_back_are_fine(project: Path) -> None:
    """What ends inside counts by where it ends: the file is the project's own."""
    assert resolve(project, "back/b.sync") == (project / "rules" / "sub" / "b.sync").resolve()


def test_a_project_reached_by_a_link(project: Path, tmp_path: Path) -> None:
    """Links above the project do not matter; an including file outside of it does."""
    alias = tmp_path / "alias"
    alias.symlink_to(project)
    found = resolve_inside(alias, alias / "rules" / "main.sync", "a.sync")
    assert found == (project / "rules" / "a.sync").resolve()
    stranger = resolve_inside(project, tmp_path / "outside" / "secret.sync", "deep/b.sync")
    assert isinstance(stranger, PathProblem)


def test_spelling_is_exact_where_the_file_system_is_not(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system that ignores case a wrong one is found all the same: it would break elsewhere."""
    real = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: [name.upper() for name in real(folder)])
    problem = resolve(project, "a.sync")
    assert isinstance(problem, PathProblem)
    assert "exact spelling" in problem.message


PARTS = st.sampled_from(
    ["..", ".", "sub", "inner", "out", "back", "loop", "a.sync", "b.sync", "rules", "deep", "project"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PARTS, min_size=1, max_size=8))
def test_no_path_leads_out(project: Path, parts: list[str]) -> None:
    """Whatever is strung together, the result is a plain file of the project that the system would open too."""
    written = "/".join(parts)
    found = resolve(project, written)
    if not isinstance(found, PathProblem):
        assert found.is_file()
        assert found == found.resolve()
        assert found.is_relative_to(project.resolve())
        assert found == (project / "rules" / written).resolve()
