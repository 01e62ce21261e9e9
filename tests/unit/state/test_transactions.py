"""What belongs together is written together, or not at all."""

from __future__ import annotations

import datetime as dt
import os
import socket
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect
from sqlalchemy import text as sql
from tests.unit.state.conftest import ON_SQLITE, end_lease

from syncdsl.diagnostics import Fault
from syncdsl.state import Intent, Link, NotUniqueError, open_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syncdsl.state import State

URL = "sqlite:///.syncdsl/state.db"
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


class StopError(Exception):
    """Something of the caller's own."""


def link(number: int) -> Link:
    return Link(uid=f"u{number}", pair="p", left_id=f"l{number}", right_id=f"r{number}", key=f"k{number}")


def intent(iid: str, key: str) -> Intent:
    return Intent(
        iid=iid,
        op="create",
        connection="books",
        module="contacts",
        key=key,
        pair_or_document="p",
        source_connection="crm",
        source_module="accounts",
        source_id="1",
        payload={},
        payload_hash="h",
        fence=1,
    )


def uids(state: State) -> list[str]:
    return [item.uid for item in state.links("p")]


def acquire(state: State, now: dt.datetime = NOW) -> int:
    return state.acquire_lease("test", os.getpid(), socket.gethostname(), now)


def test_an_exception_undoes_everything(state: State) -> None:
    """What an outer transaction and those inside it wrote goes together when the outer one fails."""
    with suppress(StopError), state.transaction():
        state.put_link(link(1))
        with state.transaction():
            state.put_link(link(2))
        assert uids(state) == ["u1", "u2"]
        raise StopError
    assert uids(state) == []


def test_tables_are_undone_too(state: State) -> None:
    """Even changes of tables belong to the transaction, so a migration is made whole or not at all."""
    with suppress(StopError), state.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE extra (a TEXT)")
        raise StopError
    with state.reading() as connection:
        assert not inspect(connection).has_table("extra")


def test_an_inner_failure_undoes_the_inner_part(state: State) -> None:
    """An inner transaction whose failure is dealt with is undone alone, the rest stays."""
    with state.transaction():
        state.put_link(link(1))
        with suppress(StopError), state.transaction():
            state.put_link(link(2))
            raise StopError
        state.put_link(link(3))
    assert uids(state) == ["u1", "u3"]


def test_a_row_that_is_not_unique_leaves_nothing_of_its_call(state: State) -> None:
    """Of several intents with one refused none is kept, even when the outer transaction goes on."""
    state.add_intents([intent("i1", "taken")])
    with state.transaction():
        with pytest.raises(NotUniqueError):
            state.add_intents([intent("i2", "free"), intent("i3", "taken")])
        with pytest.raises(NotUniqueError):
            state.add_intents([intent("i1", "other")])
        state.put_link(link(1))
    assert [item.iid for item in state.open_intents()] == ["i1"]
    assert uids(state) == ["u1"]


@ON_SQLITE
def test_the_write_lock_is_taken_first(state: State, tmp_path: Path) -> None:
    """From the first statement of a transaction on, even a mere read, nobody else can write."""
    with state.transaction(), closing(sqlite3.connect(tmp_path / ".syncdsl" / "state.db", timeout=0)) as other:
        state.links("p")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")


def test_reading_is_one_snapshot(state: State, tmp_path: Path, url: str) -> None:
    """What another writes while one reads is seen by the next read only, and neither waits."""
    other = open_state(url, base=tmp_path)
    with state.reading():
        assert uids(state) == []
        other.put_link(link(1))
        assert uids(state) == []
    assert uids(state) == ["u1"]
    other.close()


def test_a_stale_fence_commits_nothing(state: State, tmp_path: Path, url: str) -> None:
    """A run whose lease ended and was taken is refused with SD804 whatever it writes, and nothing of it is kept."""
    fence = acquire(state)
    end_lease(state)
    other = open_state(url, base=tmp_path)
    later = NOW + dt.timedelta(hours=1)
    assert acquire(other, later) == fence + 1
    before = other.digest()
    writes: list[Callable[[], None]] = [
        lambda: state.put_link(link(1)),
        lambda: state.set_aside("p", "left", "1", "because"),
        lambda: state.add_intents([intent("i", "k")]),
        lambda: state.end_observation("step", ("a",), "cursor"),
        lambda: state.put_truths("t", {"1": True}, NOW),
        lambda: state.renew_lease(fence, later),
        lambda: state.approve("d", "me", NOW),
    ]
    for write in writes:
        with pytest.raises(Fault) as caught:
            write()
        assert caught.value.code.id == "SD804"
    assert other.digest() == before
    assert other.open_intents() == []
    assert other.observation("step") is None
    assert not other.approved("d")
    other.renew_lease(fence + 1, later)
    other.close()


def test_giving_the_lease_back_does_not_smuggle_writes_in(state: State, tmp_path: Path, url: str) -> None:
    """A transaction of an overtaken run is refused at its begin, so releasing the lease inside changes nothing."""
    fence = acquire(state)
    end_lease(state)
    other = open_state(url, base=tmp_path)
    acquire(other, NOW + dt.timedelta(hours=1))

    def smuggle() -> None:
        with state.transaction():
            state.release_lease(fence)
            state.put_link(link(1))

    with pytest.raises(Fault, match="took over"):
        smuggle()
    assert uids(other) == []
    other.close()


@ON_SQLITE
def test_check_and_commit_are_one(state: State, tmp_path: Path) -> None:
    """While a transaction of the holder is open nobody takes the lease over, however late it is."""
    acquire(state)
    with state.transaction():
        with closing(sqlite3.connect(tmp_path / ".syncdsl" / "state.db", timeout=0)) as other:
            other.isolation_level = None
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("UPDATE lease SET fence = fence + 1")
        state.put_link(link(1))
    assert uids(state) == ["u1"]


def test_what_is_remembered_in_memory_is_undone(state: State) -> None:
    """A lease and a run that were taken inside a transaction that failed were never taken."""
    with suppress(StopError), state.transaction():
        acquire(state)
        state.start_run("run-1", "apply", "plan", NOW)
        raise StopError
    state.add_intents([intent("i", "k")])
    assert [event.run for event in state.journal()] == [None]
    assert acquire(state) == 1


def test_a_failed_release_keeps_the_lease(state: State) -> None:
    """A run that gave its lease back in a transaction that failed still has it."""
    fence = acquire(state)
    with suppress(StopError), state.transaction():
        state.release_lease(fence)
        raise StopError
    state.renew_lease(fence, NOW)
    state.release_lease(fence)
    with pytest.raises(Fault, match="took over"):
        state.renew_lease(fence, NOW)


@ON_SQLITE
def test_a_lock_that_is_never_given_up_is_a_fault(state: State, tmp_path: Path) -> None:
    """A database that another program keeps locked is SD808 in words, not a traceback; nothing is called damaged."""
    with state.reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(tmp_path / ".syncdsl" / "state.db")) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Fault) as caught:
            state.put_link(link(1))
    assert caught.value.code.id == "SD808"
    assert "another program keeps it locked" in caught.value.message


def fill(state: State) -> Link:
    """Leave no room in the database, and return a link that is too big for it."""
    with state.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    return Link(uid="big", pair="p", left_id="l", right_id="r", key="k", left_base={"a": "x" * 1_000_000})


@ON_SQLITE
def test_a_full_disk_is_a_fault_and_keeps_nothing(state: State) -> None:
    """When SQLite can write no more the answer is SD808, and nothing of the transaction is kept."""
    big = fill(state)

    def write() -> None:
        with state.transaction():
            state.put_link(link(1))
            state.put_link(big)

    with pytest.raises(Fault) as caught:
        write()
    assert caught.value.code.id == "SD808"
    assert uids(state) == []


def test_a_transaction_that_was_given_up_does_not_go_on(state: State) -> None:
    """When the database undid a transaction by itself, later writes of it are refused instead of kept one by one."""
    with suppress(Fault), state.transaction() as connection:
        state.put_link(link(1))
        connection.exec_driver_sql("ROLLBACK")
        with pytest.raises(Fault, match="a write failed before"):
            state.put_link(link(2))
        with pytest.raises(Fault, match="a write failed before"):
            state.approve("digest", "me", NOW)
    assert uids(state) == []
    assert not state.approved("digest")


def test_a_table_that_is_gone_is_a_fault(state: State) -> None:
    """A database whose tables are not as they should be is SD805, on reads and on writes."""
    with state.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE link")
    for use in (lambda: state.links("p"), lambda: state.put_link(link(1)), state.digest):
        with pytest.raises(Fault) as caught:
            use()
        assert caught.value.code.id == "SD805"


def test_an_intent_nobody_knows_is_a_fault(state: State) -> None:
    """A transition of an intent that is not there is SD805: the journal lost something."""
    with pytest.raises(Fault) as caught:
        state.mark_sent(["unknown"], NOW)
    assert caught.value.code.id == "SD805"


@pytest.mark.parametrize(
    "text", ["{", '{"a": {"decimal": "x"}}', "[1]", '{"a": {"rows": [[1]]}}', "[" * 100_000, "{}x"]
)
def test_a_value_that_cannot_be_read_is_a_fault(state: State, text: str) -> None:
    """A stored document that is none is SD805, not a traceback."""
    state.put_link(link(1))
    with state.transaction() as connection:
        connection.execute(sql("UPDATE link SET left_base = :text"), {"text": text})
    with pytest.raises(Fault) as caught:
        state.links("p")
    assert caught.value.code.id == "SD805"


@ON_SQLITE
def test_a_moment_that_cannot_be_read_is_a_fault(state: State) -> None:
    """A stored time that is none is SD805, not a traceback."""
    state.activate("t", NOW)
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE activation SET at = 'yesterday'")
    with pytest.raises(Fault) as caught:
        state.activation("t")
    assert caught.value.code.id == "SD805"
