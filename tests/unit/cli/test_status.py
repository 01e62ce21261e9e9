"""`status`, `pause` and `resume`: what is told of an environment, in whatever state it is."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import validate
from tests.unit.cli.conftest import Here
from tests.unit.cli.shop import NULL, SETTINGS, Shop, opened_shop
from tests.unit.engine.world import HEAD

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.adapters import UNREACHABLE
from syncdsl.project.template import create_project
from syncdsl.render.status_json import status_schema
from syncdsl.state import Alert, CallBack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.cli.conftest import Result, Syncdsl

HOUR = dt.timedelta(hours=1)
HOST = socket.gethostname()
ME = {"pid": os.getpid(), "host": HOST}


def now() -> dt.datetime:
    """Return the time as the command sees it: tests may begin long after they were loaded."""
    return dt.datetime.now(dt.UTC)


def detail() -> dict[str, object]:
    """Return what a daemon tells about itself."""
    return {
        "version": "1.0",
        "listening": "127.0.0.1:8080",
        "state": "idle",
        "next": {"customers": (now() + HOUR).isoformat(), "nonsense": 5},
        "blocked": None,
    }


@pytest.fixture
def shop(syncdsl: Syncdsl) -> Iterator[Shop]:
    """Return a project whose books refuse two of three customers."""
    with opened_shop(syncdsl) as made:
        yield made


def serve(shop: Shop, *, seconds: float = 60.0, host: str = HOST, **told: object) -> None:
    """Let a daemon serve the environment and tell about itself."""
    state = shop.state()
    state.begin_serving(
        owner="ada", pid=os.getpid(), host=host, now=now(), seconds=seconds, detail={**detail(), **told}
    )
    state.close()


def told(done: Result) -> dict[str, str]:
    """Return the facts of a status by the names of their lines, lines that go on joined."""
    found: dict[str, str] = {}
    name = ""
    for line in done.out.splitlines():
        if line.startswith("  ") and line[2] not in "✗ ":
            name = line[2:14].strip()
            found[name] = line[14:]
        elif line.startswith(" " * 14):
            found[name] += " " + line[14:]
    return found


def facts(shop: Shop, code: int = 0) -> Any:
    """Return the status as JSON, which has the published form."""
    done = shop.run("status", "--format", "json")
    assert done.code == code, done.err
    data = json.loads(done.out)
    validate(data, status_schema())
    return data["environments"][0]


def test_a_new_project_needs_nobody(syncdsl: Syncdsl) -> None:
    """Without a state nothing is wrong, nothing is made, and what comes next is said."""
    create_project(syncdsl.folder / "mine")
    run = Here(syncdsl.folder / "mine", {**syncdsl.environment, "PYTHON_KEYRING_BACKEND": NULL})
    done = run("status")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("sandbox  nothing is in force yet\n")
    assert "`syncdsl run --env sandbox` starts one" in told(done)["daemon"]
    assert told(done)["books"] == "not connected yet"
    assert not (run.folder / ".syncdsl").exists()
    assert run("status", "--quiet").out == "sandbox: nothing is in force yet\n"
    assert json.loads(run("status", "--format", "json").out)["well"] is True


def test_what_runs_by_hand_leave_is_told_without_a_daemon(shop: Shop) -> None:
    """Rules, organisations, the last run, and what waits; refused records are shown and are no alarm."""
    done = shop.run("status")
    assert done.code == 0, done.out
    lines = told(done)
    assert done.out.startswith("test  all is well\n")
    assert "the files hold the same" in lines["rules"]
    assert lines["crm"] == "organisation crm-1 (crm-1), memory, EUR"
    assert "just now: 1 added, 2 refused" in lines["last run"]
    assert lines["refused"] == "2 records; `syncdsl runs failed` says why"
    shop.run("runs", "dismiss", "crm.Accounts/Bolt")
    assert told(shop.run("status"))["dismissed"].startswith("1 refused record, until")
    assert (facts(shop)["refused"], facts(shop)["dismissed"], facts(shop)["reviews"]) == (1, 1, {})


@pytest.mark.parametrize(("text", "said"), [("\n# nothing\n", "same"), ("    nonsense", "mistakes"), (None, "changed")])
def test_files_that_differ_are_told(shop: Shop, text: str | None, said: str) -> None:
    """Whether they mean something else counts, and a mistake in them stops nothing."""
    path = shop.run.folder / "rules" / "main.sync"
    before = path.read_text(encoding="utf-8")
    path.write_text(before + text if text else before.replace("        Phone <-> phone\n", ""), encoding="utf-8")
    assert facts(shop)["rules"]["files"] == said


def test_a_daemon_is_told_with_what_it_does_and_what_is_due(shop: Shop) -> None:
    """Alive, since when, where, and when the next run is due; each module with its last success."""
    serve(shop)
    state = shop.state()
    state.put_success(["customers"], now() - HOUR)
    state.put_success(["verify"], now() - 24 * HOUR, {"compared": 12, "drift": 1})
    state.put_call_backs([CallBack(connection="crm", expires=now() + 24 * HOUR, last=now() - HOUR, count=7, refused=2)])
    state.put_call_backs([CallBack(connection="books")])
    state.close()
    done = shop.run("status")
    assert done.code == 0, done.out
    lines = told(done)
    assert f"(process {os.getpid()}), idle, next run in" in lines["daemon"]
    assert lines["verified"] == "1 day ago: compared 12, drift 1"
    assert "crm, subscribed until" in done.out
    assert lines["call-backs"].endswith("last 1 hour ago, 7 so far, 2 without proof refused, last never")
    assert "call-backs  books, none came yet" in done.out
    assert "  customers  1 hour ago    in 59 minutes" in done.out
    found = facts(shop)
    assert (found["daemon"]["alive"], list(found["daemon"]["due"])) == (True, ["customers"])


def test_a_daemon_that_is_gone_needs_a_person(shop: Shop) -> None:
    """One whose time is over without an end; one that ended in good order is only told."""
    serve(shop, host="elsewhere", seconds=0.0)
    done = shop.run("status", "--quiet")
    assert (done.code, done.out[:14]) == (7, "test: daemon: ")
    assert "is gone without an end" in done.out
    assert "help: `syncdsl run --env test` starts one" in shop.run("status").out
    serve(shop)
    state = shop.state()
    state.end_serving(**ME, now=now())  # type: ignore[arg-type]
    state.close()
    assert "the last one ended just now" in told(shop.run("status"))["daemon"]


def test_what_fails_needs_a_person(shop: Shop) -> None:
    """A module with the words of its fault since the first failure, what blocks the daemon, and open alerts."""
    blocked = {"code": "SD871", "message": "no limit \x1b[31m per day", "help": "write a guard"}
    serve(shop, state="blocked", blocked=blocked)
    state = shop.state()
    state.put_success(["customers"], now() - 5 * HOUR)
    fault = Fault(UNREACHABLE, "`crm` does not answer", help="look at the network")
    for hours in (3, 2):
        state.put_failure(["customers"], now() - hours * HOUR, fault)
    state.put_alerts([Alert(kind="silence", subject="test", since=now() - HOUR, message="no success for 6 hours")])
    state.close()
    done = shop.run("status")
    assert done.code == 7
    assert done.out.startswith("test  3 things to look at\n")
    assert "✗ daemon: it cannot go on: SD871: no limit ␛[31m per day\n    help: write a guard\n" in done.out
    assert f"✗ customers: fails with {UNREACHABLE.id}: `crm` does not answer, since 3 hours" in done.out
    assert "✗ alert silence: no success for 6 hours, since 1 hour" in done.out
    assert "\x1b" not in done.out
    part = facts(shop, 7)["modules"][0]
    assert (part["part"], part["failures"], part["help"]) == ("customers", 2, "look at the network")
    assert shop.run("status", "-q").out.endswith("per day, and 2 more\n")


def test_a_last_run_that_failed_needs_a_person_where_no_daemon_tells_more(shop: Shop) -> None:
    """A schedule of `sync` alone: what the last run ended with is the alarm, until one ends well."""
    state = shop.state()
    (run,) = state.runs(1)
    later = run.started + dt.timedelta(seconds=1)
    state.start_run("bad", "apply", run.plan_digest, later)
    state.end_run("bad", later, {}, error={"code": "SD701", "message": "no answer", "help": "wait"})
    state.close()
    done = shop.run("status")
    assert done.code == 7
    assert "✗ last run: the last run ended with SD701: no answer\n    help: wait\n" in done.out
    assert told(done)["last run"].endswith("ended by SD701")


def test_limits_per_day_tell_what_is_used_up(shop: Shop) -> None:
    """Counted over the last 24 hours, whoever ran."""
    rules = shop.run.folder / "rules" / "main.sync"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text + "\nguard: creates <= 3 per day, deletes <= 10\n", encoding="utf-8")
    assert shop.run("enable", "--yes").code == 0
    (limit,) = facts(shop)["limits"]
    assert (limit["used"], limit["limit"], limit["spent"]) == ("1", "3", False)
    assert "1 of 3 used up in the last 24 hours" in told(shop.run("status"))["limit"]


def test_a_pause_is_told_and_ended(shop: Shop) -> None:
    """A daemon is held back; by hand everything works and says so; the end says how long it lasted."""
    done = shop.run("pause", "--for", "2h", "--reason", "an \x1b import")
    assert done.code == 0
    assert done.out.startswith("Paused in test until ")
    assert "no daemon serves test at the moment" in done.err
    synced = shop.run("sync")
    assert "a daemon's runs are paused in test since" in synced.err
    assert "(an ␛ import); this one is by hand and goes on" in synced.err
    assert "paused in test" in shop.run("apply", "--yes").err
    assert shop.run("sync", "--quiet").err == ""
    done = shop.run("status")
    assert done.code == 0
    assert told(done)["syncing"].startswith("paused since")
    assert told(done)["syncing"].endswith("(an ␛ import); `syncdsl resume` ends it")
    assert shop.run("pause").out.startswith("Still paused in test until `syncdsl resume`.")
    done = shop.run("resume")
    assert done.out.startswith("Resumed. test was paused for ")
    assert facts(shop)["syncing"] == "on"
    assert shop.run("resume").out == "Nothing is paused in test.\n"


@pytest.mark.parametrize("duration", ["soon", "0s", "-1h", "99999999999d"])
def test_a_duration_that_is_none_is_refused(shop: Shop, duration: str) -> None:
    """Nothing is paused then."""
    done = shop.run("pause", f"--for={duration}")
    assert done.code == 3
    assert facts(shop)["syncing"] == "on"


def test_switched_off_is_told_apart_from_paused(shop: Shop) -> None:
    """Both together are off: resuming alone changes nothing, and says so."""
    shop.run("pause")
    shop.run("disable", "--yes")
    assert told(shop.run("status"))["syncing"].startswith("off since")
    assert "`syncdsl enable` switches it on" in shop.run("resume").err


def test_all_environments_are_told_the_worst_first(shop: Shop) -> None:
    """One row each; one whose state cannot be opened hides none of the others."""
    broken = shop.run.folder / ".syncdsl" / "broken.db"
    broken.write_bytes(b"no database at all, whatever its name says" * 100)
    more = SETTINGS.replace("environments.test", "environments.aside")
    more += SETTINGS.replace("environments.test", "environments.broken")
    (shop.run.folder / "syncdsl.toml").write_text(SETTINGS + more, encoding="utf-8")
    done = shop.run("status", "--all")
    assert done.code == 7, done.err
    rows = [line.split("  ")[0] for line in done.out.splitlines()]
    assert rows[:4] == ["environment", "broken", "test", "aside"]
    assert "✗ state: SD805" in done.out
    data = json.loads(shop.run("status", "--all", "--format", "json").out)
    validate(data, status_schema())
    assert [one["environment"] for one in data["environments"]] == ["broken", "test", "aside"]
    assert len(shop.run("status", "--all", "-q").out.splitlines()) == 3
    assert shop.run("status", "--all", "--env", "test").code == 3
    assert "SD805" in shop.run("status", "--env", "broken").err


def test_rules_that_cannot_be_read_need_a_person(shop: Shop) -> None:
    """Everything else is told all the same."""
    state = shop.state()
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE rules SET plan = '{}'")
    state.close()
    done = shop.run("status")
    assert done.code == 7
    assert "✗ rules: SD832" in done.out
    assert "last run" in told(done)


def test_it_works_while_a_run_is_under_way(shop: Shop) -> None:
    """Another process has the lease, and changes nothing about what can be told."""
    state = shop.state()
    fence = state.acquire_lease(owner="ada", pid=1, host="elsewhere", now=now())
    assert shop.run("status").code == 0
    assert shop.run("pause").code == 0
    assert shop.run("runs").code == 0
    state.release_lease(fence)
    state.close()


def test_old_names_are_not_needed(shop: Shop) -> None:
    """Parts of a schedule that the rules no longer have are told while they are on file."""
    serve(shop)
    state = shop.state()
    state.put_success(["gone"], now())
    state.close()
    assert [part["part"] for part in facts(shop)["modules"]] == ["customers", "gone"]
    assert HEAD in (shop.run.folder / "rules" / "main.sync").read_text(encoding="utf-8")
