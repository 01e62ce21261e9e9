"""Runs on several machines and one state: one at a time, by the clock of the server."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.state.conftest import end_lease

from syncdsl.diagnostics import Fault
from syncdsl.state import Link, lease, open_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.postgres import Server
    from tests.unit.state.conftest import StartChild

    from syncdsl.state import State

NEVER = dt.datetime(1999, 1, 1, tzinfo=dt.UTC)
"""What the clock of this machine says is of no account."""


@pytest.fixture
def states(postgres_url: str, tmp_path: Path) -> Iterator[tuple[State, State]]:
    """Return one state, opened twice."""
    pair = open_state(postgres_url, base=tmp_path), open_state(postgres_url, base=tmp_path)
    yield pair
    for state in pair:
        state.close()


def acquire(state: State, *, host: str | None = None, seconds: int = 600, now: dt.datetime = NEVER) -> int:
    return state.acquire_lease("test", os.getpid(), host or socket.gethostname(), now, seconds=seconds)


def until(state: State) -> dt.datetime:
    with state.reading() as connection:
        found = connection.exec_driver_sql("SELECT until FROM lease").scalar_one()
    assert isinstance(found, dt.datetime)
    return found


def test_two_processes(postgres_url: str, tmp_path: Path, child: StartChild, states: tuple[State, State]) -> None:
    """While a process holds the lease another one is refused with SD804, which names it."""
    holder = child(tmp_path, "acquire()\nready()", postgres_url)
    with pytest.raises(Fault) as caught:
        acquire(states[0])
    assert caught.value.code.id == "SD804"
    assert f"child (process {holder.pid} on " in caught.value.message
    holder.kill()
    holder.wait()
    assert acquire(states[0]) == 2


def test_a_stopped_worker_that_was_overtaken_commits_nothing(
    postgres: Server, postgres_url: str, tmp_path: Path, child: StartChild, states: tuple[State, State]
) -> None:
    """I24: a process that was stopped, and whose lease ended and was taken meanwhile, writes nothing any more."""
    code = """
from syncdsl.diagnostics import Fault
acquire()
state.put_link(link(1))
ready()
for write in (lambda: state.put_link(link(2)), lambda: state.renew_lease(1, NOW)):
    try:
        write()
    except Fault as fault:
        print(fault.code.id, flush=True)
"""
    worker = child(tmp_path, code, postgres_url)
    worker.send_signal(signal.SIGSTOP)
    with closing(postgres.connect(postgres_url.rpartition("schema=")[2])) as server:
        server.execute("UPDATE lease SET until = since")
    fence = acquire(states[0])
    assert fence == 2
    states[0].put_link(Link(uid="mine", pair="p", left_id="l2", right_id="r2", key="k2"))
    before = states[0].digest()
    worker.send_signal(signal.SIGCONT)
    out, _ = worker.communicate("go\n")
    assert out.split() == ["SD804", "SD804"]
    assert states[0].digest() == before
    assert [link.uid for link in states[0].links("p")] == ["mine", "u1"]
    states[0].renew_lease(fence, NEVER)


@pytest.mark.parametrize("year", [1999, 2999])
def test_the_clock_of_the_server_counts(states: tuple[State, State], year: int) -> None:
    """A machine whose clock is wrong by centuries neither loses its lease nor takes another's."""
    wrong = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    fence = acquire(states[0], now=wrong)
    with pytest.raises(Fault, match="works on this state"):
        acquire(states[1], host="elsewhere", now=dt.datetime(2999, 6, 1, tzinfo=dt.UTC))
    states[0].renew_lease(fence, wrong)
    with states[0].reading() as connection:
        left = connection.exec_driver_sql("SELECT until - clock_timestamp() FROM lease").scalar_one()
    assert dt.timedelta(seconds=500) < left <= dt.timedelta(seconds=600)


def test_another_machine_keeps_its_lease_until_it_ends(states: tuple[State, State]) -> None:
    """Whether a process on another machine lives nobody knows, so its lease counts until its time is over."""
    acquire(states[0], host="elsewhere")
    with pytest.raises(Fault, match="on elsewhere"):
        acquire(states[1])
    end_lease(states[0])
    assert acquire(states[1]) == 2


def test_another_machine_of_the_same_name(states: tuple[State, State]) -> None:
    """A machine that only has the name of this one is another: its processes are not looked for here."""
    acquire(states[0])
    with states[0].transaction() as connection:
        connection.exec_driver_sql("UPDATE lease SET pid = 4194304, process = 'other-boot:pid:[1]/17'")
    with pytest.raises(Fault, match="works on this state"):
        acquire(states[1])


def test_what_a_long_run_writes_keeps_its_lease(states: tuple[State, State], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that stages pages for hours without sending anything is not overtaken."""
    now = [0.0]
    monkeypatch.setattr(lease, "monotonic", lambda: now[0])
    acquire(states[0])
    first = until(states[0])
    for minute in range(1, 61):
        now[0] = 60.0 * minute
        states[0].end_observation("step", ("a",), str(minute))
    assert until(states[0]) - first >= dt.timedelta(minutes=58)


def test_a_lease_taken_in_a_transaction_that_failed_is_none(states: tuple[State, State]) -> None:
    """What is undone on the server is undone in memory, so the next one gets the same fence."""

    def fail() -> None:
        with states[0].transaction():
            acquire(states[0])
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert acquire(states[1]) == 1
