"""Switching off and on, disconnecting, lists of links: what the commands say and ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.dialogue import talk

from syncdsl.project.rule_digests import files_changed, rule_digests
from syncdsl.project.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Syncdsl


@pytest.mark.usefixtures("project")
def test_off_is_off(syncdsl: Syncdsl) -> None:
    """What stops and what is kept is said first; a second time says since when; a sync ends well, an apply does not."""
    assert "SD611" in syncdsl("disable").err
    done = syncdsl("disable", "--yes")
    assert (done.code, done.err) == (0, "")
    for said in ("stops", "`syncdsl sync`", "kept", "nothing is there yet", "Off."):
        assert said in done.out
    assert "is off in sandbox since" in syncdsl("disable", "--yes").out
    synced = syncdsl("sync")
    assert (synced.code, synced.err) == (0, "")
    assert "switched off in sandbox" in synced.out


@pytest.mark.usefixtures("project")
def test_a_question_takes_no_for_an_answer(syncdsl: Syncdsl) -> None:
    """Enter alone means no, and nothing is changed."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(syncdsl.folder), **syncdsl.environment}
    code, shown = talk(syncdsl.folder, environment, "disable", answers=[("Switch syncing off in sandbox?", "")])
    assert code == 0
    assert "Nothing was changed." in shown
    assert "SD831" in syncdsl("sync").err


@pytest.mark.usefixtures("project")
def test_nothing_in_force_and_nothing_connected(syncdsl: Syncdsl) -> None:
    """A new project has no rules in force, no connection and no link; each command says what that means."""
    synced = syncdsl("sync")
    assert synced.code == 3
    assert "`syncdsl apply`" in synced.err
    assert "Nothing is connected in sandbox." in syncdsl("disconnect", "--yes").out
    assert "SD833" in syncdsl("disconnect", "books", "--yes").err
    assert syncdsl("links").err == "0 links\n"
    assert json.loads(syncdsl("links", "--format", "json").out) == {"format": "syncdsl/links/1", "links": []}


@pytest.mark.usefixtures("project")
def test_a_record_excludes_modules(syncdsl: Syncdsl) -> None:
    """One record is synced with what it needs: naming modules as well means nothing."""
    done = syncdsl("sync", "crm.Accounts/1", "--module", "customers")
    assert done.code == 3
    assert "a RECORD is synced with what it needs" in done.err


def test_files_are_told_from_others_without_a_parser(project: Path) -> None:
    """A changed, an added and a removed file count, and so does a changed schema; a folder without rules does not."""
    workspace = Workspace(project)
    (rules,) = (project / "rules").glob("*.sync")
    known = rule_digests(workspace, [str(rules)], ["crm", "books"])
    assert not files_changed(workspace, known)
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text + "\n", encoding="utf-8")
    assert files_changed(workspace, known)
    rules.write_text(text, encoding="utf-8")
    assert not files_changed(workspace, known)
    other = rules.with_name("other.sync")
    other.write_text("language 1\n", encoding="utf-8")
    assert files_changed(workspace, known)
    other.unlink()
    schema = workspace.schema_path("crm")
    held = schema.read_bytes()
    schema.write_bytes(held + b"\n")
    assert files_changed(workspace, known)
    schema.write_bytes(held)
    assert files_changed(workspace, {**known, "syncdsl": "0.0.0"})
    rules.unlink()
    assert not files_changed(workspace, known)
