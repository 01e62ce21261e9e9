"""`plan --compare` over real HTTP: what a change of the rules changes, against a commit or another folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.acceptance.conftest import Project, Sandbox

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")


def git(project: Project, *arguments: str) -> str:
    """Run git in the project and return what it said."""
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=project.folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def committed(project: Project, branch: str = "main") -> None:
    """Make the project a repository with one commit."""
    git(project, "init", "-q", "-b", branch)
    git(project, "add", "syncdsl.toml", "rules", "schema")
    git(project, "commit", "-q", "-m", "first")


def edited(project: Project, old: str, new: str) -> None:
    """Change the rules in the project's files."""
    rules = project.folder / "rules" / "customers.sync"
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, new), encoding="utf-8")


def compared(project: Project, *options: str) -> dict[str, Any]:
    """Return a comparison with `main`."""
    found: dict[str, Any] = json.loads(project.run("plan", "--compare", "main", "--format", "json", *options).stdout)
    return found


def test_the_impact_of_a_changed_line_is_shown(project: Project, sandbox: Sandbox) -> None:
    """Only what differs is told: the field that new customers get differently, with the figures of both versions."""
    sandbox.account(Account_Name="Acme GmbH", Description="good people", Phone="+49 30 1")
    sandbox.account(Account_Name="Quiet GmbH")
    committed(project)
    edited(project, "Description -> notes, when empty", "upper(Description) -> notes")
    found = compared(project)
    assert found["format"] == "syncdsl/comparison/1"
    assert not found["identical"]
    assert found["same"] == 1
    (changed,) = found["changed"]
    assert [(one["field"], one["before"], one["after"]) for one in changed["fields"]] == [
        ("notes", "good people", "GOOD PEOPLE")
    ]
    assert found["only_before"] == found["only_after"] == []
    assert found["before"]["kinds"]["create"] == found["after"]["kinds"]["create"] == 2
    text = project.run("plan", "--compare", "main").stdout
    assert "GOOD PEOPLE" in text
    assert "Quiet" not in text


def test_equal_results_say_so_in_one_line(project: Project, sandbox: Sandbox) -> None:
    """Where both versions would do the same there is nothing else to show."""
    sandbox.account(Account_Name="Acme GmbH")
    committed(project)
    for form in ("text", "markdown"):
        shown = project.run("plan", "--compare", "main", "--format", form, "--detailed-exitcode").stdout
        assert shown.count("\n") == 1
        assert "No difference" in shown


def test_a_comparison_neither_writes_nor_touches_the_work_tree(project: Project, sandbox: Sandbox) -> None:
    """No mutating request, no change of the state, none of the repository, and the edited files stay edited."""
    sandbox.account(Account_Name="Acme GmbH", Description="x")
    committed(project)
    edited(project, "Description -> notes, when empty", "upper(Description) -> notes")
    before, status = sandbox.last(), git(project, "status", "--porcelain")
    index = (project.folder / ".git" / "index").read_bytes()
    project.run("plan", "--compare", "main")
    assert sandbox.writes(before) == []
    assert not project.state.exists()
    assert git(project, "status", "--porcelain") == status
    assert (project.folder / ".git" / "index").read_bytes() == index


def test_a_snapshot_gives_the_same_comparison(project: Project, sandbox: Sandbox) -> None:
    """With `--offline` the same differences come out, by rules that read more than those of the files."""
    sandbox.account(Account_Name="Acme GmbH", Description="x", Fax="+49 30 9")
    committed(project)
    edited(project, "Description -> notes, when empty", "Fax -> notes")
    online = compared(project)
    project.run("snapshot", "take", "--out", "a.snapshot", "--all-fields")
    offline = compared(project, "--offline", "a.snapshot")
    assert {**online, "taken": ""} == {**offline, "taken": ""}
    project.run("snapshot", "take", "--out", "a.snapshot")
    ended = project.run("plan", "--compare", "main", "--offline", "a.snapshot", code=3)
    assert "`Description` of `crm.Accounts`" in ended.stderr
    assert "the rules of `main" in ended.stderr


def test_another_folder_can_be_compared_with(project: Project, sandbox: Sandbox) -> None:
    """A folder that holds a project stands for the other version; one that does not is refused."""
    sandbox.account(Account_Name="Acme GmbH", Description="x")
    other = project.folder.with_name("other")
    shutil.copytree(project.folder, other)
    edited(project, "Description -> notes, when empty", "upper(Description) -> notes")
    shown = project.run("plan", "--compare", "../other").stdout
    assert "1 changed" in shown
    (other / "syncdsl.toml").unlink()
    ended = project.run("plan", "--compare", "../other", code=3)
    assert "SD601" in ended.stderr


def test_bad_names_and_broken_rules_are_said(project: Project, sandbox: Sandbox) -> None:
    """No repository, an unknown ref with its nearest name, and rules that do not check, with their findings."""
    sandbox.account(Account_Name="Acme GmbH")
    ended = project.run("plan", "--compare", "main", code=3)
    assert "SD614" in ended.stderr
    committed(project)
    ended = project.run("plan", "--compare", "mian", code=3)
    assert "SD613" in ended.stderr
    assert "did you mean `main`?" in ended.stderr
    assert "SD613" in project.run("plan", "--compare=--output=x", code=3).stderr
    git(project, "checkout", "-q", "-b", "broken")
    edited(project, "Description -> notes, when empty", "Descripton -> notes")
    git(project, "commit", "-q", "-am", "broken")
    git(project, "checkout", "-q", "main")
    ended = project.run("plan", "--compare", "broken", code=1)
    assert "SD615" in ended.stderr
    assert "rules/customers.sync" in ended.stderr
    assert "/tmp" not in ended.stderr
    assert "Descripton" in ended.stderr
    assert ended.stdout == ""
