"""`syncdsl state migrate` at work."""

from __future__ import annotations

import datetime as dt
import os
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.conftest import Here
from tests.unit.cli.dialogue import talk

from syncdsl.project.settings import read_settings
from syncdsl.project.template import create_project
from syncdsl.state import Link, open_state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server
    from tests.unit.cli.conftest import Syncdsl

OLD = "sqlite:///.syncdsl/sandbox.db"
NEW = "sqlite:///.syncdsl/new.db"
HERE = {"pid": os.getpid(), "host": socket.gethostname()}


@pytest.fixture
def run(syncdsl: Syncdsl) -> Here:
    """Return the command in a new project, in this process."""
    environment = {**syncdsl.environment, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    found = Here(syncdsl.folder / "my-sync", environment)
    create_project(found.folder)
    return found


def put(run: Here, url: str = OLD, number: int = 1) -> None:
    with closing(open_state(url, base=run.folder)) as state:
        link = Link(uid=f"u{number}", pair="p", left_id=f"l{number}", right_id=f"r{number}", key=f"k{number}")
        state.put_link(link)


def uids(run: Here, url: str) -> list[str]:
    with closing(open_state(url, base=run.folder, read_only=True)) as state:
        return [link.uid for link in state.links("p")]


def configured(folder: Path) -> str | None:
    return read_settings(folder).environments["sandbox"].state


def test_onto_a_server_and_back(run: Here, postgres_url: str) -> None:
    """The state moves, syncdsl.toml says where, each command uses the new place, and it can go back the same way."""
    put(run)
    moved = run("state", "migrate", postgres_url, "--yes")
    assert (moved.code, moved.err) == (0, "")
    assert configured(run.folder) == postgres_url
    assert "Moved " in moved.out
    assert f"set `state` back to `{OLD}`" in moved.out
    put(run, postgres_url, 2)
    assert '"link": 2' in run("state", "check", "--format", "json").out
    assert uids(run, OLD) == ["u1"], "the old state stays as it was"
    again = run("state", "migrate", NEW, "--yes", "-q")
    assert (again.code, again.out, again.err) == (0, "", "")
    assert configured(run.folder) == NEW
    assert uids(run, NEW) == ["u1", "u2"]


def test_a_password_comes_from_a_variable(run: Here, postgres: Server) -> None:
    """A URL with a password is refused with the way to do it, and taken from a variable, which the settings name."""
    put(run)
    bare = postgres.tcp_url(f"s{os.getpid()}")
    url = bare.replace("@", ":open-sesame@", 1)
    refused = run("state", "migrate", url, "--yes")
    assert refused.code == 3
    assert "error[SD877]" in refused.err
    assert "syncdsl state migrate env:STATE_URL" in refused.err
    moved = run("state", "migrate", "env:STATE_URL", "--yes", STATE_URL=url)
    assert (moved.code, moved.err) == (0, "")
    assert configured(run.folder) == "env:STATE_URL"
    settings = (run.folder / "syncdsl.toml").read_text(encoding="utf-8")
    assert "open-sesame" not in settings + refused.err + refused.out + moved.out
    assert run("state", "check", STATE_URL=url).code == 0
    assert "`STATE_URL`" in run("state", "migrate", "env:STATE_URL", "--yes").err


def test_while_a_daemon_serves_it(run: Here) -> None:
    """A daemon would go on in the old place, so the state does not move while one is alive: SD870."""
    put(run)
    with closing(open_state(OLD, base=run.folder)) as state:
        now = dt.datetime.now(dt.UTC)
        state.begin_serving(owner="ada", **HERE, now=now, seconds=600.0, detail={})  # type: ignore[arg-type]
        refused = run("state", "migrate", NEW, "--yes")
        state.end_serving(**HERE, now=now)  # type: ignore[arg-type]
    assert refused.code == 8
    assert "error[SD870]: a daemon of ada" in refused.err
    assert configured(run.folder) == OLD
    assert run("state", "migrate", NEW, "--yes").code == 0


def test_while_a_run_is_under_way(run: Here) -> None:
    """The lease of a run keeps the state where it is: SD804, and the place stays empty."""
    put(run)
    with closing(open_state(OLD, base=run.folder)) as state:
        fence = state.acquire_lease("bob", **HERE, now=dt.datetime.now(dt.UTC))  # type: ignore[arg-type]
        refused = run("state", "migrate", NEW, "--yes")
        state.release_lease(fence)
    assert refused.code == 8
    assert "error[SD804]" in refused.err
    assert not (run.folder / ".syncdsl" / "new.db").exists()
    assert configured(run.folder) == OLD


def test_mistakes(run: Here) -> None:
    """No state, nobody to ask, a place that holds something: each says what to do, and changes no setting."""
    missing = run("state", "migrate", NEW, "--yes")
    assert (missing.code, "there is no state yet" in missing.err) == (3, True)
    put(run)
    assert "say `--yes`" in run("state", "migrate", NEW).err
    put(run, NEW)
    taken = run("state", "migrate", NEW, "--yes")
    assert (taken.code, "error[SD877]" in taken.err, "is not empty" in taken.err) == (3, True, True)
    assert configured(run.folder) == OLD


@pytest.mark.acceptance
@pytest.mark.parametrize(("answer", "expected"), [("n", OLD), ("y", NEW)])
def test_asking(run: Here, answer: str, expected: str) -> None:
    """At a terminal it is said what happens, and asked; only yes moves."""
    put(run)
    environment = {**os.environ, **run.environment, "HOME": str(run.folder), "TERM": "dumb"}
    code, shown = talk(run.folder, environment, "state", "migrate", NEW, answers=[("Move it?", answer)])
    assert code == 0
    assert "is copied to" in shown
    assert configured(run.folder) == expected
