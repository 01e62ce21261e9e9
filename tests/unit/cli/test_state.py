"""`syncdsl state` at work."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.dialogue import talk

from syncdsl.state import Link, open_state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.cli.conftest import Company, Syncdsl

FILE = "sqlite:///.syncdsl/sandbox.db"
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, project: Path) -> str:
    """Return where the state of the project is, and say so in its settings."""
    found = "sqlite:///.syncdsl/other.db"
    if request.param == "postgres":
        found = str(request.getfixturevalue("postgres_url"))
    settings = project / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + f'\n[environments.other]\nstate = "{found}"\n', encoding="utf-8")
    return found


def put(url: str, project: Path, *numbers: int) -> None:
    with closing(open_state(url, base=project)) as state:
        state.start_run(f"run-{numbers}", "apply", "plan", NOW)
        for n in numbers:
            state.put_link(Link(uid=f"u{n}", pair="p", left_id=f"l{n}", right_id=f"r{n}", key=f"k{n}"))


def uids(url: str, project: Path) -> list[str]:
    with closing(open_state(url, base=project, read_only=True)) as state:
        return [link.uid for link in state.links("p")]


def test_check_backup_and_restore(syncdsl: Syncdsl, project: Path, url: str) -> None:
    """A state is examined, backed up, changed, and put back; the one before is kept, and each step says what it did."""
    put(url, project, 1, 2)
    checked = syncdsl("state", "check", "--env", "other")
    assert (checked.code, checked.err) == (0, "")
    assert "the state is sound" in checked.out
    assert "link" in checked.out
    saved = syncdsl("state", "backup", "monday.db", "--env", "other")
    assert (saved.code, saved.err) == (0, "")
    assert saved.out.startswith("Backed up the state of other to monday.db (")
    put(url, project, 3)
    back = syncdsl("state", "restore", "monday.db", "--env", "other", "--yes")
    assert (back.code, back.err) == (0, "")
    assert "monday.db is sound" in back.out
    assert "2 links" in back.out
    assert "The state before is kept: " in back.out
    assert uids(url, project) == ["u1", "u2"]


def test_json(syncdsl: Syncdsl, project: Path, url: str) -> None:
    """Programs read the same from `--format json`."""
    put(url, project, 1)
    result = syncdsl("state", "check", "--env", "other", "--format", "json")
    document = json.loads(result.out)
    assert result.code == 0
    assert document["format"] == "syncdsl/state-check/1"
    assert document["ok"] is True
    assert document["tables"]["link"] == 1
    assert document["unfinished_runs"] == 1


def test_damage_ends_with_1(syncdsl: Syncdsl, project: Path, url: str) -> None:
    """A value that cannot be read is told with what to do, in both formats, and ends with 1."""
    put(url, project, 1)
    with closing(open_state(url, base=project)) as state, state.transaction() as connection:
        connection.exec_driver_sql("UPDATE link SET left_base = '{'")
    result = syncdsl("state", "check", "--env", "other")
    assert result.code == 1
    assert "✗ `left_base` of the row `u1` in `link` cannot be read" in result.out
    assert "syncdsl state restore FILE" in result.out
    assert "1 problem; nothing was changed" in result.out
    found = json.loads(syncdsl("state", "check", "--env", "other", "--format", "json").out)
    assert found["ok"] is False
    assert found["troubles"][0]["table"] == "link"


def test_a_damaged_file_is_examined_and_replaced(syncdsl: Syncdsl, project: Path) -> None:
    """From a damaged file to a working state: what check, restore and check again say."""
    put(FILE, project, 1, 2)
    assert syncdsl("state", "backup", "monday.db").code == 0
    path = project / ".syncdsl" / "sandbox.db"
    os.truncate(path, 5000)
    checked = syncdsl("state", "check")
    assert (checked.code, checked.err) == (1, "")
    assert "syncdsl state restore FILE" in checked.out
    back = syncdsl("state", "restore", "monday.db", "--yes")
    assert (back.code, back.err) == (0, "")
    assert "sandbox.db.before-restore-" in back.out
    assert syncdsl("state", "check").code == 0


def test_nobody_to_ask(syncdsl: Syncdsl, project: Path) -> None:
    """Without a terminal and without `--yes` nothing is restored, and the message names `--yes`."""
    put(FILE, project, 1)
    syncdsl("state", "backup", "monday.db")
    put(FILE, project, 2)
    result = syncdsl("state", "restore", "monday.db")
    assert result.code == 3
    assert "--yes" in result.err
    assert uids(FILE, project) == ["u1", "u2"]


@pytest.mark.parametrize(("answer", "expected"), [("n", ["u1", "u2"]), ("y", ["u1"])])
def test_asking(syncdsl: Syncdsl, project: Path, answer: str, expected: list[str]) -> None:
    """At a terminal the backup is described and the question asked; only yes restores."""
    put(FILE, project, 1)
    syncdsl("state", "backup", "monday.db")
    put(FILE, project, 2)
    environment = {**os.environ, **syncdsl.environment, "HOME": str(project), "TERM": "dumb"}
    code, shown = talk(
        project, environment, "state", "restore", "monday.db", answers=[("place of the state of sandbox?", answer)]
    )
    assert code == 0
    assert "monday.db is sound" in shown
    assert uids(FILE, project) == expected


def test_mistakes_are_told_in_one_message(syncdsl: Syncdsl, project: Path) -> None:
    """No state, a file that is there, a file that is no backup: each is one message with the next step."""
    for arguments, words in (
        (("backup", "monday.db"), "there is no state yet"),
        (("restore", "nothing.db", "--yes"), "there is no file `nothing.db`"),
        (("restore", "syncdsl.toml", "--yes"), "cannot be restored"),
    ):
        result = syncdsl("state", *arguments)
        assert result.code == 3, arguments
        assert words in result.err
        assert "= help: " in result.err
    put(FILE, project, 1)
    shutil.copy(project / "syncdsl.toml", project / "monday.db")
    assert "is there already" in syncdsl("state", "backup", "monday.db").err


@pytest.mark.acceptance
def test_runs_with_a_state_on_a_server(company: Company, postgres_url: str) -> None:
    """Plan, apply and quiet runs work on a server as on a file; a preview leaves the state alone, and it moves over."""
    variables = company.sandbox.environment()
    settings = company.run.folder / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    assert FILE in text
    settings.write_text(text.replace(FILE, postgres_url), encoding="utf-8")
    planned = company.run("plan", **variables)
    assert planned.code in {0, 2}, planned.err
    applied = company.run("apply", "--yes", **variables)
    assert applied.code == 0, applied.err
    assert not list((company.run.folder / ".syncdsl").glob("sandbox.db*"))
    with closing(open_state(postgres_url, base=company.run.folder, read_only=True)) as state:
        before = state.digest()
    assert company.run("plan", **variables).code == 0
    with closing(open_state(postgres_url, base=company.run.folder, read_only=True)) as state:
        assert state.digest() == before
    assert company.run("state", "check", **variables).code == 0
    assert company.run("state", "backup", "copy.db", **variables).code == 0
    settings.write_text(text, encoding="utf-8")
    moved = company.run("state", "restore", "copy.db", "--yes", **variables)
    assert moved.code == 0, moved.err
    assert company.run("plan", **variables).code == 0
    assert (company.run.folder / ".syncdsl" / "sandbox.db").is_file()
