"""Each change of state is told once, whatever is restarted, cannot be written, or does not answer meanwhile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.service.receivers import SECONDS, receiver

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NO_STATE
from syncdsl.project.schedules import AlertsTable
from syncdsl.service.alarms import Alarms
from syncdsl.service.alert_webhook import Webhook
from syncdsl.service.facts import Facts, facts_of
from syncdsl.service.telling import Teller
from syncdsl.state import Alert, open_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syncdsl.render.alert_text import AlertMessage, AlertTurn
    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
SETTINGS = AlertsTable()


class Noting(Teller):
    """Takes messages while it is `open`, and has them told when it is asked to."""

    def __init__(self) -> None:
        super().__init__([])
        self.told: list[tuple[AlertTurn, str]] = []
        self.under_way: list[Callable[[], None]] = []
        self.open = True

    def tell(self, message: AlertMessage, done: Callable[[], None]) -> bool:
        """Note a message."""
        if self.open:
            self.told += [(change.turn, change.alert.subject) for change in message.changes]
            self.under_way.append(done)
        return self.open

    def deliver(self) -> None:
        """Let everything be told."""
        while self.under_way:
            self.under_way.pop(0)()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(open_state("sqlite:///state.db", base=tmp_path)) as opened:
        yield opened


def facts(*broken: str, now: dt.datetime = NOW) -> Facts:
    return Facts(environment="live", now=now, due_since=now, call_backs=dict.fromkeys(broken, "no channel"))


def test_told_once_over_restarts(state: State) -> None:
    """What was told is not told again by the next daemon; its end is, and then the state knows nothing of it."""
    teller = Noting()
    first = Alarms(SETTINGS, teller)
    first.look(facts("crm"), state)
    teller.deliver()
    first.settle("live", LATER, state)
    (kept,) = state.alerts()
    assert (kept.kind, kept.subject, kept.since, kept.told) == ("notifications", "crm", NOW, LATER)
    second = Alarms(SETTINGS, teller)
    second.look(facts("crm", now=LATER), state)
    assert second.open("live") == (kept,)
    second.look(facts(now=LATER), state)
    assert state.alerts() == [kept], "until its end was told"
    teller.deliver()
    second.look(facts(now=LATER), state)
    assert state.alerts() == []
    assert teller.told == [("raised", "crm"), ("cleared", "crm")]


def test_what_was_not_told_is_told_by_the_next_daemon(state: State) -> None:
    """An alert that nobody took before a restart is sent after it, and so is the end that nobody took."""
    Alarms(SETTINGS, Noting()).look(facts("crm"), state)
    assert [alert.told for alert in state.alerts()] == [None]
    teller = Noting()
    Alarms(SETTINGS, teller).look(facts(now=LATER), state)
    assert teller.told == [("raised", "crm"), ("cleared", "crm")], "also one that is over by then"
    again = Noting()
    Alarms(SETTINGS, again).look(facts(now=LATER), state)
    assert again.told == [("raised", "crm"), ("cleared", "crm")]


def test_what_begins_again_before_its_end_was_told(state: State) -> None:
    """An end that is on its way does not close the alert that was raised anew since."""
    teller = Noting()
    alarms = Alarms(SETTINGS, teller)
    for broken in (["crm"], [], ["crm"]):
        alarms.look(facts(*broken), state)
    teller.deliver()
    alarms.look(facts("crm"), state)
    assert teller.told == [("raised", "crm"), ("cleared", "crm"), ("raised", "crm")]
    assert [alert.told for alert in state.alerts()] == [NOW]


def test_nothing_is_lost_while_nobody_takes_more(state: State) -> None:
    """What is refused because too much waits is offered again, in one message; what is over by then has no news."""
    teller = Noting()
    teller.open = False
    alarms = Alarms(SETTINGS, teller)
    alarms.look(facts("crm", "books"), state)
    alarms.look(facts("books"), state)
    teller.open = True
    alarms.look(facts("books"), state)
    assert teller.told == [("raised", "books")]


@pytest.mark.parametrize("readable", [True, False])
def test_a_full_disk(state: State, caplog: pytest.LogCaptureFixture, *, readable: bool) -> None:
    """While the state cannot be written, or read, alerts are told from memory, once; then the state learns of them."""
    teller = Noting()
    alarms = Alarms(SETTINGS, teller)
    full = Full(state, readable=readable)
    with caplog.at_level(logging.WARNING, "syncdsl.service.alarms"):
        for _ in range(3):
            alarms.look(facts("crm"), full)  # type: ignore[arg-type]
            teller.deliver()
        alarms.look(facts("crm"), None)
    assert teller.told == [("raised", "crm")]
    assert ("alerts are kept in memory alone" in caplog.text) is readable
    assert state.alerts() == []
    alarms.look(facts("crm"), state)
    assert [alert.told for alert in state.alerts()] == [NOW]


class Full:
    """A state on a disk that is full."""

    def __init__(self, state: State, *, readable: bool) -> None:
        self._state, self._readable = state, readable

    def alerts(self) -> list[Alert]:
        """Return what is open."""
        if not self._readable:
            raise Fault(NO_STATE, "no")
        return self._state.alerts()

    def put_alerts(self, alerts: list[Alert]) -> None:
        """Write with no page left to write to."""
        with self._state.writing(fenced=False) as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")
        big = [dataclasses.replace(alert, message="x" * 1_000_000) for alert in alerts]
        try:
            self._state.put_alerts(big)
        finally:
            with self._state.writing(fenced=False) as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")


def test_a_real_receiver_and_the_facts_of_a_state(state: State) -> None:
    """From what a state holds to a receiver over HTTP, in one look, without waiting for it."""
    for _ in range(2):
        state.put_failure(["customers"], NOW, Fault(NO_STATE, "the disk is full", help="make room"))
    found_facts = facts_of(
        state, environment="live", now=NOW, due_since=NOW, held=False, expected={"customers": 7200.0, "verify": None}
    )
    with receiver() as found:
        teller = Teller([Webhook(found.url)])
        alarms = Alarms(SETTINGS, teller)
        alarms.look(found_facts, state)
        found.wait(lambda found: len(found.taken) == 1)
        teller.close(SECONDS)
        alarms.settle("live", LATER, state)
    assert [(item["kind"], item["subject"], item["code"]) for item in found.taken[0]["alerts"]] == [
        ("failing", "customers", "SD808"),
    ]
    assert {alert.told for alert in state.alerts()} == {LATER}


def test_threads_of_several_environments(tmp_path: Path) -> None:
    """Environments look at the same time, each with a state of its own, and each alert is told once."""
    teller = Noting()
    alarms = Alarms(SETTINGS, teller)

    def work(name: str) -> None:
        with closing(open_state(f"sqlite:///{name}.db", base=tmp_path)) as own:
            for _ in range(5):
                alarms.look(dataclasses.replace(facts(f"crm-{name}"), environment=name), own)
                teller.deliver()

    threads = [threading.Thread(target=work, args=(f"e{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert sorted(teller.told) == [("raised", f"crm-e{number}") for number in range(4)]


STEPS = st.lists(
    st.tuples(
        st.sets(st.sampled_from(["crm", "books"])),
        st.sampled_from(["look", "look", "deliver", "restart", "refuse", "full"]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_history(state: State, steps: list[tuple[set[str], str]]) -> None:
    """Over any history what is told alternates between begun and over, and ends with how things stand.

    Restarts happen where everything was told before; what was not is told again, as other tests show.
    """
    state.close_alerts(state.alerts())
    teller = Noting()
    alarms = Alarms(SETTINGS, teller)
    broken: set[str] = set()
    for broken, step in steps:
        teller.open = step != "refuse"
        alarms.look(facts(*sorted(broken)), Full(state, readable=True) if step == "full" else state)  # type: ignore[arg-type]
        if step in {"deliver", "restart"}:
            teller.deliver()
            alarms.look(facts(*sorted(broken)), state)
        if step == "restart":
            assert not teller.under_way
            alarms = Alarms(SETTINGS, teller)
    teller.open = True
    for _ in range(2):
        alarms.look(facts(*sorted(broken)), state)
        teller.deliver()
    alarms.settle("live", NOW, state)
    for name in ("crm", "books"):
        turns = [turn for turn, subject in teller.told if subject == name]
        assert turns == [("raised", "cleared")[number % 2] for number in range(len(turns))]
        assert (len(turns) % 2 == 1) is (name in broken)
    assert {alert.subject for alert in state.alerts()} == broken
    assert all(alert.told for alert in state.alerts())


def test_the_database_says_it_is_full(state: State) -> None:
    """The stand-in for a full disk is one: SQLite itself refuses."""
    with pytest.raises((Fault, sqlite3.Error)):
        Full(state, readable=True).put_alerts([Alert(kind="drift", subject="verify", since=NOW, message="m")])
