"""A pair does what is due, says what keeps it from it, and goes on when that is over."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.world import CUSTOMERS, INVOICES, TWO_MODULES
from tests.unit.service.site import BEGIN
from tests.unit.service.test_alarms import Noting

from syncdsl.adapters.notifications import Notice
from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNREACHABLE
from syncdsl.diagnostics.codes.project import MISSING_CREDENTIALS
from syncdsl.project.schedules import AlertsTable
from syncdsl.schema.values import Ref
from syncdsl.service.alarms import Alarms
from syncdsl.service.called import Called

if TYPE_CHECKING:
    from tests.unit.service.conftest import MakeSite
    from tests.unit.service.site import Site

HOUR = 3600.0
UNBOUNDED = TWO_MODULES + INVOICES
DOCUMENTS = UNBOUNDED + "\nguard: creates <= 100 per day\n"
NOW = dt.datetime.fromtimestamp(BEGIN, dt.UTC)


def accounts(site: Site, *names: str) -> list[str]:
    return [site.crm.insert("Accounts", {"Name": name}).id for name in names]


def customers(site: Site) -> list[str]:
    return sorted(str(record.fields["name"]) for record in site.books.living("customers"))


def test_it_catches_up_at_the_start_and_then_keeps_its_schedule(site: Site) -> None:
    """Everything is synced at once, and then every two hours, whatever was done in between by hand."""
    accounts(site, "Acme")
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, 10 * HOUR)
    assert customers(site) == ["Acme"]
    assert [run.cause for run in site.runs()] == ["catch-up"] + ["schedule"] * 5
    began = [(run.started - NOW).total_seconds() / HOUR for run in site.runs()]
    assert began == [0, 2, 4, 6, 8, 10]
    attempt = site.attempts()["customers"]
    assert (attempt.failures, attempt.succeeded) == (0, NOW + dt.timedelta(hours=10))


def test_modules_have_times_of_their_own(make_site: MakeSite) -> None:
    """A module every half hour is synced alone between the times of the others, and with them when all are due."""
    site = make_site('schedule.every = "2h"\nschedule.modules = { customers = "30m" }')
    site.enable(TWO_MODULES)
    pair = site.pair()
    site.go(pair, 0)
    site.listed.clear()
    site.go(pair, 2 * HOUR)
    assert [tuple(run.parts) for run in site.runs()[1:]] == [("customers",)] * 3 + [()]


def test_documents_alone_have_times_of_their_own(make_site: MakeSite) -> None:
    """The documents of a record are made in their own rhythm, with the customers that they need."""
    site = make_site('schedule.every = "never"\nschedule.modules = { deal = "10m" }')
    site.enable(DOCUMENTS)
    pair = site.pair()
    site.go(pair, 0)
    (acme,) = accounts(site, "Acme")
    site.crm.insert("Deals", {"Name": "D", "Stage": "Open", "Amount": 5, "Account": Ref("Accounts", acme)})
    site.go(pair, HOUR)
    assert customers(site) == ["Acme"]
    assert {tuple(run.parts) for run in site.runs()[1:]} == {("deal",)}


def test_what_it_is_told_of_is_synced_at_once(site: Site) -> None:
    """A notification is a run of its own after a moment, reads only its module, and a burst is one run."""
    site.enable(DOCUMENTS)
    pair = site.pair()
    site.go(pair, 60)
    site.listed.clear()
    (acme, pumps) = accounts(site, "Acme", "Pumps")
    for _ in range(50):
        pair.hints.mark("crm", [Notice(module="Accounts", ids=(acme,)), Notice(module="Accounts", ids=(pumps,))])
    pair.hints.mark("crm", [Notice(module="Strange", ids=("1",))])
    site.go(pair, 0.1)
    assert customers(site) == []
    site.go(pair, 1)
    assert customers(site) == ["Acme", "Pumps"]
    assert set(site.listed) == {f"{site.name}-crm.Accounts"}
    assert [run.cause for run in site.runs()] == ["catch-up", "notice"]
    assert site.attempts()["notices"].detail == {"added": 2}


def test_call_backs_do_not_keep_a_schedule_from_its_turn(make_site: MakeSite) -> None:
    """While call-backs come without end, the modules that are due are synced in between."""
    site = make_site('schedule.every = "never"\nschedule.gather = "1s"\nschedule.modules = { customers = "1m" }')
    site.enable(TWO_MODULES)
    pair = site.pair()
    site.go(pair, 1)
    (acme,) = accounts(site, "Acme")
    for number in range(120):
        site.crm.edit("Accounts", acme, {"Phone": str(number)})
        pair.hints.mark("crm", [Notice(module="Accounts", ids=(acme,))])
        site.go(pair, 1)
    causes = [run.cause for run in site.runs()]
    assert causes.count("schedule") == 2
    assert causes.count("notice") > 50


def test_a_system_that_is_down_for_a_day(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Runs fail and are tried again ever later, at most an hour apart; then all that was missed comes through.

    The log says it once, and once that it is over.
    """
    caplog.set_level("INFO", "syncdsl")
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, 60)
    accounts(site, "Acme")
    site.down = Fault(UNREACHABLE, "no answer", help="wait")
    site.go(pair, 24 * HOUR)
    assert pair.mode == "failing"
    failed = site.attempts()["customers"]
    assert (failed.code, failed.message, failed.help) == ("SD701", "no answer", "wait")
    assert failed.failing_since == NOW + dt.timedelta(hours=2)
    assert 20 < failed.failures < 40
    error = site.runs()[-1].error
    assert error is not None
    assert error["code"] == "SD701"
    site.down = None
    site.go(pair, HOUR)
    assert customers(site) == ["Acme"]
    assert (pair.mode, site.attempts()["customers"].failures) == ("idle", 0)
    said = [record.getMessage() for record in caplog.records if record.name.endswith("runner")]
    assert said[1:] == ["SD701: no answer (wait)", "runs succeed again"]


def test_a_notification_while_the_system_is_down_is_not_tried_in_a_circle(site: Site) -> None:
    """What was told of waits ever longer between attempts, and is synced when the system is back."""
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, 60)
    site.down = Fault(UNREACHABLE, "no answer")
    (acme,) = accounts(site, "Acme")
    pair.hints.mark("crm", [Notice(module="Accounts", ids=(acme,))])
    site.go(pair, 1800)
    assert len([run for run in site.runs() if run.cause != "catch-up"]) == 5
    site.down = None
    site.go(pair, 1800)
    assert customers(site) == ["Acme"]
    assert len(pair.hints) == 0


@pytest.mark.parametrize(
    ("rules", "code"), [(None, "SD831"), (UNBOUNDED, "SD871")], ids=["no rules in force", "no guard per day"]
)
def test_what_keeps_it_from_beginning_is_said_and_looked_at_again(site: Site, rules: str | None, code: str) -> None:
    """Without what every run needs none begins and nothing is called; when it is there, everything is synced."""
    accounts(site, "Acme")
    if rules is not None:
        site.enable(rules)
    pair = site.pair()
    site.go(pair, 2 * HOUR)
    assert pair.mode == "blocked"
    assert pair.blocked is not None
    assert pair.blocked.code.id == code
    assert pair.blocked.help
    assert site.listed == []
    site.enable(DOCUMENTS)
    site.go(pair, 60)
    assert customers(site) == ["Acme"]
    assert site.attempts()["customers"].failures == 0


def test_what_it_listens_with_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets that are missing at the start keep it from beginning; when they are there, it listens and runs."""
    accounts(site, "Acme")
    site.enable(CUSTOMERS)
    pair = site.pair()
    opened: list[bool] = []

    def opening(_called: object, *_: object) -> None:
        opened.append(len(opened) > 1)
        if not opened[-1]:
            raise Fault(MISSING_CREDENTIALS, "a secret is missing", help="set it")

    monkeypatch.setattr(Called, "open", opening)
    site.go(pair, 10)
    assert pair.mode == "blocked"
    assert site.listed == []
    site.go(pair, 60)
    assert opened == [False, False, True]
    assert customers(site) == ["Acme"]


def test_a_schedule_for_a_module_that_there_is_not(make_site: MakeSite) -> None:
    """A name in the schedule that the rules do not have is said, with the one that was meant."""
    site = make_site('schedule.modules = { custmers = "1h" }')
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, 60)
    assert pair.blocked is not None
    assert (pair.blocked.code.id, pair.blocked.help) == ("SD833", "did you mean `customers`?")


def test_rules_that_are_put_in_force_are_taken_over(site: Site) -> None:
    """Other rules run soon after they were put in force, with the parts that they have; files alone change nothing."""
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, 60)
    (site.folder / "rules" / "main.sync").write_text("not even rules", encoding="utf-8")
    accounts(site, "Acme")
    site.go(pair, 60)
    assert customers(site) == []
    site.enable(TWO_MODULES)
    site.go(pair, 30)
    assert customers(site) == ["Acme"]
    assert set(site.attempts()) == {"customers", "vendors"}


def test_switched_off_and_paused(site: Site) -> None:
    """While syncing is switched off or paused no run begins; afterwards what was missed is synced at once."""
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, 60)
    for name, off, on, mode in (("syncing", False, True, "off"), ("paused", {"by": "anna"}, None, "paused")):
        with site.state() as state:
            state.set_switch(name, off, by="anna", at=NOW)
        site.go(pair, 30)
        assert pair.mode == mode
        accounts(site, f"while {mode}")
        before = len(site.runs())
        site.go(pair, 5 * HOUR)
        assert len(site.runs()) == before
        with site.state() as state:
            state.set_switch(name, on, by="anna", at=NOW)
        site.go(pair, 30)
        assert f"while {mode}" in customers(site)


def test_a_run_by_hand_is_waited_for(site: Site) -> None:
    """While somebody else's run holds the lease nothing fails; it is tried again a little later."""
    site.enable(CUSTOMERS)
    pair = site.pair()
    with site.state() as state:
        fence = state.acquire_lease("anna", 1, "elsewhere", dt.datetime.fromtimestamp(site.clock.now(), dt.UTC))
        accounts(site, "Acme")
        site.go(pair, 30)
        assert customers(site) == []
        assert site.attempts() == {}
        state.release_lease(fence)
    site.go(pair, 30)
    assert customers(site) == ["Acme"]


def test_a_second_daemon_waits_until_the_first_is_gone(site: Site) -> None:
    """One that finds another daemon there leaves the state alone, and serves it when that one has ended."""
    site.enable(CUSTOMERS)
    first = site.pair()
    site.go(first, 10)
    second = site.pair(host="elsewhere")
    accounts(site, "Acme")
    site.go(second, 40)
    assert second.blocked is not None
    assert second.blocked.code.id == "SD870"
    assert customers(site) == []
    first.close()
    site.go(second, 60)
    assert customers(site) == ["Acme"]


def test_a_clock_that_jumps_delays_nothing(make_site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    """A clock that is set by days hurries and delays no interval, and the log says so once."""
    site = make_site()
    site.enable(CUSTOMERS)
    pair = site.pair()
    site.go(pair, HOUR)
    site.clock.jump = -30 * 24 * HOUR
    site.go(pair, 2 * HOUR)
    site.clock.jump = 40 * 24 * HOUR
    site.go(pair, 2 * HOUR)
    assert [run.cause for run in site.runs()].count("schedule") == 2
    assert len([one for one in caplog.records if "the clock was set" in one.message]) == 2


def test_it_stops_where_nothing_is_half_done(site: Site) -> None:
    """Told to stop in the middle of its writes it ends after those under way, and the next daemon does the rest."""
    site.enable(CUSTOMERS)
    accounts(site, *(f"A{number}" for number in range(60)))
    pair = site.pair()

    def stopped_by_the_first(_module: str, _write: object) -> None:
        pair.stop()

    site.books.interfere = stopped_by_the_first
    pair.step()
    site.books.interfere = None
    pair.close()
    made = len(site.books.living("customers"))
    assert 0 < made < 60
    assert site.runs()[-1].error == {"code": "", "message": "stopped", "help": None}
    site.go(site.pair(), 10)
    assert len(site.books.living("customers")) == 60


def test_a_pair_that_hangs_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has not come forward for half an hour of real time counts as hanging, until its next step."""
    site.enable(CUSTOMERS)
    pair = site.pair()
    pair.step()
    seen = [pair.hangs]
    for seconds in (-1.0, 1_800.0):
        monkeypatch.setattr("syncdsl.service.pair.HANG_SECONDS", seconds)
        seen.append(pair.hangs)
    assert seen == [False, True, False]


def test_drift_that_a_verify_found_is_told(make_site: MakeSite) -> None:
    """A record that is gone without any system telling of it shows in the scheduled verify, and somebody is told."""
    site = make_site('schedule.verify = "1h"')
    site.enable(CUSTOMERS)
    accounts(site, "Acme")
    teller = Noting()
    pair = site.pair(alarms=Alarms(AlertsTable(), teller))
    site.go(pair, 60)
    (customer,) = site.books.living("customers")
    # Without a trace: no reading of changes shows it.
    del site.books.records[customer.id]
    site.go(pair, HOUR)
    pair.runner.wait_for_verify()
    site.go(pair, 60)
    assert site.attempts()["verify"].detail == {"differing": 1, "where": ["customers"]}
    assert teller.told == [("raised", "verify")]


def test_both_sides_are_verified_by_and_by(make_site: MakeSite) -> None:
    """In its own rhythm, also over restarts, both sides are compared in a thread of their own."""
    site = make_site('schedule.verify = "1d"')
    site.enable(CUSTOMERS)
    accounts(site, "Acme")
    pair = site.pair()
    site.go(pair, 23 * HOUR)
    assert "verify" not in site.attempts()
    site.go(pair, 2 * HOUR)
    pair.runner.wait_for_verify()
    site.go(pair, 60)
    verified = site.attempts()["verify"]
    assert verified.failures == 0
    assert verified.succeeded is not None
