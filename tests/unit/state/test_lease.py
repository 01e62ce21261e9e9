"""One run at a time, and the place of a dead one is free at once."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from tests.unit.state.conftest import ON_SQLITE

from syncdsl.diagnostics import Fault
from syncdsl.state import open_state
from syncdsl.state.processes import started
from syncdsl.state.tables import LEASE

if TYPE_CHECKING:
    from tests.unit.state.conftest import StartChild

    from syncdsl.state import State

URL = "sqlite:///.syncdsl/state.db"
NEEDS_PROC = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only Linux tells a process from a later one with its number"
)


def acquire(state: State, *, host: str | None = None, now: dt.datetime | None = None, pid: int | None = None) -> int:
    return state.acquire_lease(
        "test", pid or os.getpid(), host or socket.gethostname(), now or dt.datetime.now(dt.UTC), seconds=600
    )


def test_a_live_process_keeps_its_lease(tmp_path: Path, child: StartChild, state: State) -> None:
    """While another process that holds the lease lives, SD804 names its owner and number."""
    holder = child(tmp_path, "acquire()\nready()")
    with pytest.raises(Fault) as caught:
        acquire(state)
    assert caught.value.code.id == "SD804"
    assert caught.value.code.exit_code == 8
    assert f"child (process {holder.pid} on " in caught.value.message


def test_a_killed_process_loses_its_lease_at_once(tmp_path: Path, child: StartChild, state: State) -> None:
    """After kill -9 of the holder the next run takes over without waiting, with a higher fence."""
    holder = child(tmp_path, "acquire()\nready()")
    holder.kill()
    holder.wait()
    assert acquire(state) == 2


@NEEDS_PROC
def test_a_killed_process_that_nobody_collected_counts_as_dead(tmp_path: Path, child: StartChild, state: State) -> None:
    """A killed process keeps its number until its parent collects it; its lease is free all the same."""
    holder = child(tmp_path, "acquire()\nready()")
    holder.kill()
    # Waits until it is dead and leaves it uncollected.
    os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
    os.kill(holder.pid, 0)
    assert acquire(state) == 2


def test_a_killed_process_leaves_whole_transactions(tmp_path: Path, child: StartChild, state: State) -> None:
    """What a process committed before kill -9 is there, what it had not committed is not."""
    code = """
fence = acquire()
state.put_link(link(1))
with state.transaction():
    state.put_link(link(2))
    state.release_lease(fence)
    ready()
"""
    holder = child(tmp_path, code)
    holder.kill()
    holder.wait()
    assert [item.uid for item in state.links("p")] == ["u1"]
    assert acquire(state) == 2


@NEEDS_PROC
def test_a_number_that_was_given_again_is_another_process(state: State) -> None:
    """A lease of a dead process whose number a later process got is free."""
    acquire(state)
    mark = state._database.mark(os.getpid()) or ""
    with state.transaction() as connection:
        connection.execute(update(LEASE).values(process=mark.removesuffix(str(started(os.getpid()))) + "1"))
    assert acquire(state) == 2


@ON_SQLITE
def test_a_number_that_cannot_be_one_is_dead(state: State) -> None:
    """A process number no system gives counts as a dead process."""
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    acquire(state, pid=finished.pid)
    acquire(state, pid=2**40)
    assert acquire(state) == 3


@ON_SQLITE
def test_another_host_keeps_its_lease_until_it_ends(state: State) -> None:
    """Whether a process on another host lives nobody knows, so its lease counts until its time is over."""
    now = dt.datetime.now(dt.UTC)
    acquire(state, host="elsewhere", now=now)
    for moment in (now, now + dt.timedelta(seconds=599)):
        with pytest.raises(Fault, match="on elsewhere"):
            acquire(state, now=moment)
    assert acquire(state, now=now + dt.timedelta(seconds=600)) == 2


@ON_SQLITE
def test_renewing_lengthens_it(state: State, tmp_path: Path) -> None:
    """A lease that was renewed counts from then on."""
    now = dt.datetime.now(dt.UTC)
    fence = acquire(state, now=now)
    state.renew_lease(fence, now + dt.timedelta(seconds=500))
    other = open_state(URL, base=tmp_path)
    with pytest.raises(Fault):
        acquire(other, now=now + dt.timedelta(seconds=1000))
    assert acquire(other, now=now + dt.timedelta(seconds=1100)) == 2
    other.close()


def test_a_lease_that_was_given_back_is_free_and_its_fence_is_used_up(state: State, tmp_path: Path, url: str) -> None:
    """After a release another run gets the lease at once, and never the same fence."""
    state.release_lease(acquire(state))
    other = open_state(url, base=tmp_path)
    assert acquire(other) == 2
    other.close()


@ON_SQLITE
def test_releasing_a_lease_of_another_changes_nothing(state: State, tmp_path: Path) -> None:
    """A run that was overtaken gives back nothing when it ends: the other one still holds the lease."""
    now = dt.datetime.now(dt.UTC)
    fence = acquire(state, now=now)
    other = open_state(URL, base=tmp_path)
    later = now + dt.timedelta(hours=1)
    acquire(other, now=later)
    state.release_lease(fence)
    with pytest.raises(Fault) as caught:
        acquire(state, now=later)
    assert caught.value.code.id == "SD804"
    other.close()


@ON_SQLITE
def test_an_overtaken_run_may_begin_again(state: State, tmp_path: Path) -> None:
    """A state that lost its lease takes it anew once it is free, and then writes again."""
    now = dt.datetime.now(dt.UTC)
    acquire(state, now=now)
    other = open_state(URL, base=tmp_path)
    later = now + dt.timedelta(hours=1)
    other.release_lease(acquire(other, now=later))
    other.close()
    assert acquire(state, now=later) == 3
    state.approve("digest", "me", now)
