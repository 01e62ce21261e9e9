"""The operator's configuration: whose approvals count, and which are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.project.operator import APPROVERS, PLACE, read_operator

if TYPE_CHECKING:
    from pathlib import Path

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHSqUpgqQqE4U4W4uJUlrWdmdLMJMv4+uJ0FyK3D7Nw3 anna@example.com"


def written(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the operator's configuration beside a project, and return the project."""
    path = folder / "operator.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv(PLACE, str(path))
    project = folder / "project"
    project.mkdir(exist_ok=True)
    return project


def test_without_one_nothing_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the operator says nothing, unsigned approvals count, and only for what a guard stops."""
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.delenv(APPROVERS, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path))
    policy = read_operator(tmp_path).policy("production")
    assert (policy.always, policy.signed, policy.not_author, policy.count) == (False, False, False, 1)


def test_it_is_found_in_its_usual_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies in the folder of syncdsl's configuration of the user."""
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "syncdsl"
    folder.mkdir(parents=True)
    (folder / "operator.toml").write_text("[approval]\nsigned = true\n", encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    assert read_operator(project).policy("production").signed


def test_an_environment_may_be_stricter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an environment does not say is as for all; a named approver makes signatures necessary."""
    project = written(
        tmp_path,
        f'[approvers]\nanna = "{KEY}"\nben = {{ key = "{KEY}", users = ["ben@example.com"] }}\n'
        '[approval]\nnot_author = true\n[environments.production]\nneeded = "always"\ncount = 2\n'
        "[environments.sandbox]\nsigned = false\n",
        monkeypatch,
    )
    settings = read_operator(project)
    production, sandbox = settings.policy("production"), settings.policy("sandbox")
    assert (production.always, production.signed, production.not_author, production.count) == (True, True, True, 2)
    assert (sandbox.always, sandbox.signed, sandbox.not_author, sandbox.count) == (False, False, True, 1)
    assert sorted(production.approvers) == ["anna", "ben"]


def test_a_variable_names_approvers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a CI a protected variable names them, one a line or after a semicolon."""
    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv(APPROVERS, f"anna {KEY}; ben {KEY}\n")
    policy = read_operator(tmp_path).policy("production")
    assert sorted(policy.approvers) == ["anna", "ben"]
    assert policy.signed
    monkeypatch.setenv(APPROVERS, "anna ssh-rsa AAAA")
    with pytest.raises(Fault, match="no ed25519 key for `anna`"):
        read_operator(tmp_path)


def test_one_inside_the_project_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that is reviewed must not name its own approvers."""
    project = tmp_path / "project"
    project.mkdir()
    written(project, "", monkeypatch)
    with pytest.raises(Fault, match="inside the project"):
        read_operator(project)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[approvers]\nanna = "ssh-rsa AAAA"\n', r"operator.toml:2: .*ssh-ed25519"),
        ("[approval]\nsinged = true\n", r"operator.toml:2: `approval.singed`: unknown key"),
        ("[approval]\ncount = 0\n", r"operator.toml:2: .*greater than or equal to 1"),
        ('[approval]\nneeded = "never"\n', r"operator.toml:2: `approval.needed`"),
        ("[approval\n", r"operator.toml:1: "),
    ],
)
def test_mistakes_in_it_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    """A configuration that cannot be used says where and why; nothing is applied meanwhile."""
    project = written(tmp_path, text, monkeypatch)
    with pytest.raises(Fault, match=says):
        read_operator(project)


def test_a_place_without_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that leads nowhere is a mistake, not the absence of a policy."""
    monkeypatch.setenv(PLACE, str(tmp_path / "none.toml"))
    with pytest.raises(Fault, match="there is no such file"):
        read_operator(tmp_path)
