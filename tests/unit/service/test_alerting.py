"""What is an alert, when it is told, and when it is over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncdsl.changes.effects import RecordName
from syncdsl.changes.verification import Agreement, Missing, Verification
from syncdsl.diagnostics import ALL_CODES, Fault
from syncdsl.diagnostics.codes.adapters import NOT_AUTHENTICATED
from syncdsl.diagnostics.codes.service import UNBOUNDED_DOCUMENTS
from syncdsl.project.schedules import AlertsTable
from syncdsl.service.alerting import EVERYTHING, PASSING, Judged, judge, key_of
from syncdsl.service.facts import Drift, Facts, drift_detail, drift_from, drift_of
from syncdsl.state import Alert, Attempt

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SETTINGS = AlertsTable(failures=2, review_items=10)


def attempt(part: str = "customers", **values: Any) -> Attempt:
    return Attempt(part=part, **{"tried": NOW, **values})


def failed(times: int, code: str = "SD701", part: str = "customers", **values: Any) -> dict[str, Attempt]:
    given = {"failing_since": NOW - HOUR, "code": code, "message": "no answer", "help": "look", **values}
    return {part: attempt(part, failures=times, **given)}


def facts(**values: Any) -> Facts:
    given = {"environment": "live", "now": NOW, "due_since": NOW, "expected": {"customers": 7200.0}, **values}
    return Facts(**given)


def subjects(alerts: tuple[Alert, ...]) -> list[tuple[str, str]]:
    return [key_of(alert) for alert in alerts]


def test_runs_that_fail_in_a_row() -> None:
    """What may pass is told from the second failure in a row on, once, with code and advice, and when it is over."""
    assert not judge(facts(attempts=failed(1)), SETTINGS, ())
    (raised,) = judge(facts(attempts=failed(2)), SETTINGS, ()).raised
    assert key_of(raised) == ("failing", "customers")
    assert raised.since == NOW - HOUR
    assert raised.message == "SD701: no answer\nlook"
    assert not judge(facts(attempts=failed(7, "SD709")), SETTINGS, (raised,)), "another reason that may pass"
    over = judge(facts(attempts={"customers": attempt(succeeded=NOW)}), SETTINGS, (raised,))
    assert over == Judged(cleared=(raised,))


@pytest.mark.parametrize("code", ["SD702", "SD703", "SD606", "SD801", "SD805", "SD806", "SD807", "SD809", "SD901"])
def test_what_does_not_heal_is_told_at_once(code: str) -> None:
    """Credentials, guards, other organisations, a damaged state and our own mistakes wait for no second failure."""
    (raised,) = judge(facts(attempts=failed(1, code)), SETTINGS, ()).raised
    assert raised.message.startswith(f"{code}: ")


def test_every_passing_code_is_one() -> None:
    """The list of what may pass names codes that there are."""
    assert {code.id for code in ALL_CODES} >= PASSING


def test_worse_is_told_again() -> None:
    """A failure that might have passed and now needs somebody is told again, as is one that needs something else."""
    (passing,) = judge(facts(attempts=failed(2)), SETTINGS, ()).raised
    (worse,) = judge(facts(attempts=failed(3, "SD702")), SETTINGS, (passing,)).worse
    assert worse.since == passing.since
    assert not judge(facts(attempts=failed(4, "SD702")), SETTINGS, (worse,))
    assert not judge(facts(attempts=failed(5, "SD701")), SETTINGS, (worse,)), "an outage on top of it is no news"
    assert subjects(judge(facts(attempts=failed(5, "SD801")), SETTINGS, (worse,)).worse) == [("failing", "customers")]


def test_what_keeps_every_run_from_beginning() -> None:
    """A fault of the whole environment is one alert, and none while it is off; it is over when it is gone."""
    fault = Fault(UNBOUNDED_DOCUMENTS, "no guard", help="add one")
    assert not judge(facts(blocked=fault, held=True), SETTINGS, ())
    (raised,) = judge(facts(blocked=fault), SETTINGS, ()).raised
    assert key_of(raised) == ("failing", EVERYTHING)
    assert not judge(facts(blocked=fault, held=True), SETTINGS, (raised,)), "pausing is not mending"
    assert judge(facts(), SETTINGS, (raised,)).cleared == (raised,)


def test_silence() -> None:
    """No success for three times what the schedule expects is an alert, measured from the last success or the start."""
    begun = {"due_since": NOW - 6 * HOUR}
    assert not judge(facts(**begun), SETTINGS, ())
    late = {"due_since": NOW - 6 * HOUR - dt.timedelta(seconds=1)}
    (raised,) = judge(facts(**late), SETTINGS, ()).raised
    assert key_of(raised) == ("silence", "customers")
    assert raised.since == late["due_since"]
    recent = {"customers": attempt(succeeded=NOW - 5 * HOUR)}
    assert not judge(facts(**late, attempts=recent), SETTINGS, ())
    assert not judge(facts(**late, held=True), SETTINGS, ()), "nothing is missed while runs are paused"
    assert not judge(facts(**late, expected={"customers": None}), SETTINGS, ()), "it never runs by itself"
    assert not judge(facts(**late, attempts=failed(2)), SETTINGS, ()).raised[1:], "its failure says why already"


def test_only_a_success_ends_silence() -> None:
    """A restart and a pause begin the count anew, and yet leave an open alert on silence open."""
    (raised,) = judge(facts(due_since=NOW - 9 * HOUR), SETTINGS, ()).raised
    assert not judge(facts(due_since=NOW), SETTINGS, (raised,))
    assert not judge(facts(held=True), SETTINGS, (raised,))
    done = {"customers": attempt(succeeded=NOW)}
    assert judge(facts(attempts=done), SETTINGS, (raised,)).cleared == (raised,)


@pytest.mark.parametrize(("silence", "hours"), [("3h", 3), ("30h", 30), ("1h", 6)])
def test_chosen_silence(silence: str, hours: int) -> None:
    """`silence` replaces three times the schedule where it is not shorter than one turn of it."""
    settings = AlertsTable(silence=silence)
    assert not judge(facts(due_since=NOW - hours * HOUR), settings, ())
    assert judge(facts(due_since=NOW - (hours + 1) * HOUR), settings, ()).raised


def test_the_review_queue() -> None:
    """Ten questions are an alert, twenty are told again, twelve are not, and fewer than ten are the end of it."""
    assert not judge(facts(reviews={"match": 9}), SETTINGS, ())
    (ten,) = judge(facts(reviews={"match": 4, "value": 6}, failed_writes=5), SETTINGS, ()).raised
    assert ten.message == "10 questions wait for a decision (4 match, 6 value); 5 refused writes among them"
    assert not judge(facts(reviews={"match": 19}), SETTINGS, (ten,))
    (twenty,) = judge(facts(reviews={"match": 20}), SETTINGS, (ten,)).worse
    assert (twenty.level, twenty.since) == (20, ten.since)
    assert not judge(facts(reviews={"match": 12}), SETTINGS, (twenty,))
    assert judge(facts(reviews={"match": 9}), SETTINGS, (twenty,)).cleared == (twenty,)


def test_drift_and_call_backs() -> None:
    """Drift is told until a comparison finds none; a call-back that does not work until it does."""
    found = judge(facts(drift=Drift(count=3, where=("customers",)), call_backs={"crm": "no channel"}), SETTINGS, ())
    assert subjects(found.raised) == [("drift", "verify"), ("notifications", "crm")]
    assert found.raised[0].message == "both sides have 3 differences that nobody waits for in `customers`"
    assert subjects(judge(facts(drift=None), SETTINGS, found.raised).cleared) == [("notifications", "crm")]
    assert len(judge(facts(drift=Drift(count=0)), SETTINGS, found.raised).cleared) == 2


def test_one_cause_is_one_alert() -> None:
    """A system that does not answer keeps runs, verify, notices and subscriptions from it: runs are told of, once."""
    attempts = failed(2) | failed(2, part="notices") | failed(2, part="verify")
    found = judge(facts(attempts=attempts, call_backs={"crm": "no answer"}), SETTINGS, ())
    assert subjects(found.raised) == [("failing", "customers")]
    recovered = {"customers": attempt(succeeded=NOW), **failed(3, part="verify", tried=NOW - HOUR)}
    assert judge(facts(attempts=recovered), SETTINGS, found.raised) == Judged(cleared=found.raised)
    alone = {"customers": attempt(succeeded=NOW - HOUR), **failed(4, part="verify", tried=NOW)}
    (raised,) = judge(facts(attempts=alone), SETTINGS, ()).raised
    assert key_of(raised) == ("failing", "verify")
    (other,) = judge(facts(attempts=failed(2) | failed(1, "SD840", part="verify", tried=NOW)), SETTINGS, ()).raised
    assert key_of(other) == ("failing", "customers"), "one that may pass is told from the second time on"


def test_what_of_a_comparison_nobody_waits_for() -> None:
    """Pending and held differences and young records without a partner are no drift; the rest survives a restart."""
    record = RecordName(connection="crm", module="accounts", id="1", label="Ada")
    lone = Missing(rule="customers", location="a.sync:1", record=record, held=False, lag_seconds=30)
    module = Agreement(name="customers", location="a.sync:1", pending=4, held=2, held_records=1, missing_right=1)
    young = Verification(environment="live", modules=(module,), missing=(lone,))
    assert drift_of(young, patience=60) == Drift(count=0)
    assert drift_of(young, patience=10) == Drift(count=1, where=("customers",))
    drifted = young.model_copy(update={"modules": (module.model_copy(update={"drift": 2, "gone": 1}),)})
    drift = drift_of(drifted, patience=60)
    assert drift == Drift(count=3, where=("customers",))
    assert drift_from(drift_detail(drift)) == drift
    assert drift_from({"read": 3}) is None


CODES = st.sampled_from(["SD701", "SD709", "SD702", "SD801"])


@st.composite
def histories(draw: st.DrawFn) -> list[Facts]:
    """Return how an environment stands from look to look."""
    made, now, succeeded = [], NOW, None
    since = NOW
    for _ in range(draw(st.integers(1, 12))):
        now += dt.timedelta(hours=draw(st.integers(1, 9)))
        failures = draw(st.integers(0, 3))
        succeeded = now if failures == 0 and draw(st.booleans()) else succeeded
        attempts = {"customers": attempt(tried=now, succeeded=succeeded)}
        if failures:
            attempts = failed(failures, draw(CODES), tried=now, failing_since=now, succeeded=succeeded)
        since = now if draw(st.integers(0, 4)) == 0 else since
        made.append(
            facts(
                now=now,
                due_since=since,
                held=draw(st.integers(0, 4)) == 0,
                attempts=attempts,
                reviews={"match": draw(st.integers(0, 50))},
                drift=draw(st.none() | st.builds(Drift, count=st.integers(0, 5))),
                blocked=Fault(NOT_AUTHENTICATED, "revoked") if draw(st.integers(0, 5)) == 0 else None,
                call_backs={"crm": "no channel"} if draw(st.booleans()) else {},
            )
        )
    return made


@given(histories())
def test_each_change_once(history: list[Facts]) -> None:
    """Over any history an alert begins only when it is not open, ends only when it is, and looking again is no news."""
    alerts: dict[tuple[str, str], Alert] = {}
    for now in history:
        judged = judge(now, SETTINGS, alerts.values())
        assert not {key_of(alert) for alert in judged.raised} & alerts.keys()
        assert {key_of(alert) for alert in (*judged.worse, *judged.cleared)} <= alerts.keys()
        for alert in (*judged.raised, *judged.worse):
            alerts[key_of(alert)] = alert
        for alert in judged.cleared:
            del alerts[key_of(alert)]
        assert not judge(now, SETTINGS, alerts.values())
