"""Which daemon serves a state, and what a daemon remembers: attempts, alerts, call-backs."""

from __future__ import annotations

import datetime as dt
import os
import socket
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNREACHABLE
from syncdsl.state import Alert, CallBack

if TYPE_CHECKING:
    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
HERE = {"pid": os.getpid(), "host": socket.gethostname()}


def begin(state: State, **other: object) -> None:
    given = {"owner": "ada", **HERE, "now": NOW, "seconds": 60.0, "detail": {"version": 1}, **other}
    state.begin_serving(**given)  # type: ignore[arg-type]


def test_one_daemon_serves_a_state(state: State) -> None:
    """A second daemon is refused while the first is heard of, also one of another machine; itself it may begin anew."""
    begin(state)
    with pytest.raises(Fault) as caught:
        begin(state, pid=1, owner="bob")
    assert caught.value.code.id == "SD870"
    assert "ada" in caught.value.message
    with pytest.raises(Fault):
        begin(state, host="elsewhere")
    begin(state)
    served = state.serving(HERE["host"], NOW)  # type: ignore[arg-type]
    assert served is not None
    assert (served.alive, served.detail) == (True, {"version": 1})


def test_a_daemon_that_ended_makes_room(state: State) -> None:
    """After its end another one may begin at once, and what it told can still be read."""
    begin(state)
    state.end_serving(pid=HERE["pid"], host=HERE["host"], now=NOW)  # type: ignore[arg-type]
    served = state.serving("elsewhere", NOW)
    assert served is not None
    assert (served.alive, served.until) == (False, None)
    assert (served.detail["version"], "ended" in served.detail) == (1, True)
    begin(state, host="elsewhere", now=NOW + dt.timedelta(seconds=1))
    begun = state.serving("elsewhere", NOW)
    assert begun is not None
    assert "ended" not in begun.detail


def test_a_daemon_that_was_overtaken_learns_of_it(state: State) -> None:
    """One of another machine that was not heard of for long makes room, and finds out when it comes back."""
    begin(state, host="elsewhere", seconds=0.0)
    begin(state)
    with pytest.raises(Fault) as caught:
        state.keep_serving(pid=os.getpid(), host="elsewhere", now=NOW, seconds=60.0, detail={})
    assert caught.value.code.id == "SD870"


def test_attempts_count_failures_in_a_row(state: State) -> None:
    """Failures in a row are counted since the first; a success ends them and its numbers stay."""
    later = NOW + dt.timedelta(hours=1)
    state.put_success(["customers"], NOW, {"added": 2})
    fault = Fault(UNREACHABLE, "no answer", help="look")
    state.put_failure(["customers", "items"], later, fault)
    state.put_failure(["customers"], later + dt.timedelta(hours=1), fault)
    customers, items = state.attempts()["customers"], state.attempts()["items"]
    assert (customers.failures, customers.failing_since, customers.succeeded) == (2, later, NOW)
    assert (customers.code, customers.message, customers.help) == ("SD701", "no answer", "look")
    assert (items.failures, items.succeeded, customers.detail) == (1, None, {"added": 2})
    state.put_success(["customers"], later)
    assert (state.attempts()["customers"].failures, state.attempts()["customers"].code) == (0, None)
    state.forget_attempts(["items"])
    assert set(state.attempts()) == {"customers"}


def test_open_alerts_and_call_backs(state: State) -> None:
    """An alert stands once until it is closed; what is known of call-backs is replaced by what is known later."""
    alert = Alert(kind="failing", subject="production", since=NOW, message="no answer", told=NOW)
    state.put_alerts([alert, alert])
    assert state.alerts() == [alert]
    state.close_alerts([alert])
    assert state.alerts() == []
    state.put_call_backs([CallBack(connection="crm", channel="1", count=1, last=NOW)])
    state.put_call_backs([CallBack(connection="crm", channel="1", count=2, last=NOW, refused=1)])
    assert state.call_backs()["crm"].count == 2


def test_a_daemon_that_lives_here_is_not_overtaken(state: State) -> None:
    """However long it was not heard of, such as in a debugger: its process on this machine tells that it lives."""
    begin(state, seconds=0.0)
    with pytest.raises(Fault, match="SD870"):
        begin(state, pid=1, now=NOW + dt.timedelta(days=1))
