"""What the tests of the state share: a state in a new folder, and other processes that use the same one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from syncdsl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syncdsl.state import State

URL = "sqlite:///.syncdsl/state.db"
ON_SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""For what is said of SQLite alone: its files, its locks, its limits."""
ON_POSTGRES = pytest.mark.parametrize("url", ["postgres"], indirect=True)
"""For what is said of a PostgreSQL server alone."""


class StartChild(Protocol):
    """Starts another process that has the state of a folder open as `state`."""

    def __call__(self, base: Path, code: str, url: str | None = None) -> subprocess.Popen[str]:
        """Run `code` there, or with the state at `url`, and return when it has printed `ready`."""


_PRELUDE = """
import datetime as dt, os, socket, sys
from pathlib import Path
from syncdsl.state import Link, open_state
NOW = dt.datetime.now(dt.UTC)
state = open_state(sys.argv[2], base=Path(sys.argv[1]))
def link(n):
    return Link(uid=f"u{n}", pair="p", left_id=f"l{n}", right_id=f"r{n}", key=f"k{n}")
def acquire():
    return state.acquire_lease("child", os.getpid(), socket.gethostname(), NOW)
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a new state: in a file, and once more on a server."""
    if request.param == "sqlite":
        return URL
    found = request.getfixturevalue("postgres_url")
    assert isinstance(found, str)
    return found


def end_lease(state: State) -> None:
    """Let the time of the lease be over."""
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE lease SET until = since")


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[StartChild]:
    """Return what starts other processes; those still running at the end are killed."""
    started: list[subprocess.Popen[str]] = []
    usual = str(request.getfixturevalue("url")) if "url" in request.fixturenames else URL

    def start(base: Path, code: str, url: str | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _PRELUDE + code, str(base), url or usual],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        # Also one that was stopped: a signal that ends reaches it all the same.
        process.kill()
        process.communicate()


@pytest.fixture
def state(tmp_path: Path, url: str) -> Iterator[State]:
    """Return a new state."""
    opened = open_state(url, base=tmp_path)
    yield opened
    opened.close()
