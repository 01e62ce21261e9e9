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


class StartChild(Protocol):
    """Starts another process that has the state of a folder open as `state`."""

    def __call__(self, base: Path, code: str) -> subprocess.Popen[str]:
        """Run `code` there, and return when it has printed `ready`."""


_PRELUDE = """
import datetime as dt, os, socket, sys
from pathlib import Path
from syncdsl.state import Link, open_state
NOW = dt.datetime.now(dt.UTC)
state = open_state("sqlite:///.syncdsl/state.db", base=Path(sys.argv[1]))
def link(n):
    return Link(uid=f"u{n}", pair="p", left_id=f"l{n}", right_id=f"r{n}", key=f"k{n}")
def acquire():
    return state.acquire_lease("child", os.getpid(), socket.gethostname(), NOW)
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def child() -> Iterator[StartChild]:
    """Return what starts other processes; those still running at the end are killed."""
    started: list[subprocess.Popen[str]] = []

    def start(base: Path, code: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", _PRELUDE + code, str(base)],
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
        process.kill()
        process.communicate()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Return a new state in `tmp_path`."""
    opened = open_state(URL, base=tmp_path)
    yield opened
    opened.close()
