"""`syncdsl run` as a process: told by both systems, killed, refused, out of disk, for days, for ten pairs at once."""

from __future__ import annotations

import json
import resource
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.acceptance.conftest import wait_until
from tests.acceptance.daemon.month import month
from tests.acceptance.daemon.serving import SECRETS, configure, log_of, serving
from tests.acceptance.daemon.storm import RULES, storm
from tests.acceptance.daemon.ten import FAILING, SLOW, sandboxes_for, ten_pairs
from tests.unit.service.receivers import receiver

from syncdsl.project.call_backs import call_back_url

if TYPE_CHECKING:
    from tests.acceptance.conftest import MakeProject, Project, Sandbox, StartSandbox
    from tests.acceptance.daemon.serving import Serving
    from tests.postgres import Server

pytestmark = pytest.mark.acceptance


def status(project: Project, code: int) -> dict[str, Any]:
    """Return the status as JSON."""
    found: dict[str, Any] = json.loads(project.run("status", "--format", "json", code=code).stdout)
    return found


def hook(daemon: Serving, name: str) -> str:
    """Return the address at which a connection is called back."""
    listen = daemon.options[daemon.options.index("--listen") + 1]
    return call_back_url(f"http://{listen}", "sandbox", name, SECRETS[name])


def test_what_it_is_told_is_done_and_what_strangers_say_is_not(project: Project, sandbox: Sandbox) -> None:
    """A stage and an edit in the books travel at once; forged, huge, malformed and repeated calls do no harm."""
    project.rules(RULES)
    acme = sandbox.account(Account_Name="Acme")
    deal = sandbox.deal(Deal_Name="Pump", Stage="Qualification", Amount=120, Account_Name={"id": acme})
    project.run("apply", "--yes")
    with serving(project, sandbox) as daemon:
        daemon.wait_until_ready()
        sandbox.change("Deals", deal, Stage="Closed Won")
        wait_until(lambda: len(sandbox.invoices()) == 1, "the invoice is there")
        (customer,) = sandbox.customers()
        sandbox.books.put(f"/contacts/{customer['contact_id']}", json={"website": "https://www.acme.example"})

        def website() -> Any:
            return sandbox.crm.get(f"/Accounts/{acme}").json()["data"][0]["Website"]

        wait_until(lambda: website() == "https://www.acme.example", "the edit in the books has travelled")
        # Our own writes are told of as well, and lead to nothing.
        wait_until(lambda: daemon.metric("syncdsl_dirty_records") == 0 and daemon.state() == "idle", "it rests")
        before, calls = daemon.metric("syncdsl_runs_total"), sandbox.last()
        good = {"module": "Deals", "ids": [deal], "token": SECRETS["crm"]}
        answers = [
            httpx.post(hook(daemon, "crm"), json={**good, "token": "wrong"}).status_code,
            httpx.post(hook(daemon, "crm"), content=b"{" * 70_000).status_code,
            httpx.post(hook(daemon, "crm"), content=b"not even JSON").status_code,
            httpx.post(hook(daemon, "books"), json=good).status_code,
            httpx.post(hook(daemon, "books")[:-3] + "abc", json=good).status_code,
            httpx.get(hook(daemon, "crm")).status_code,
        ]
        assert answers == [401, 413, 401, 401, 404, 405]
        assert daemon.metric("syncdsl_runs_total") == before
        assert sandbox.last() == calls
        assert [httpx.post(hook(daemon, "crm"), json=good).status_code for _ in range(50)] == [202] * 50
        wait_until(lambda: daemon.metric("syncdsl_runs_total") > before, "it looked")
        assert len(sandbox.invoices()) == 1
        assert daemon.metric("syncdsl_call_backs_refused_total") == 3
        assert daemon.stop() == 0
    said = log_of(project)
    assert not [secret for secret in SECRETS.values() if secret in said]
    assert "/hooks/" not in said
    told = status(project, 0)["environments"][0]
    assert {row["connection"]: row["refused"] for row in told["call_backs"]} == {"books": 1, "crm": 2}


def test_one_daemon_serves_a_state(project: Project, sandbox: Sandbox) -> None:
    """A second one is refused; a killed one makes room at once, and `status` tells the one from the other."""
    project.rules(RULES)
    sandbox.account(Account_Name="Acme")
    project.run("apply", "--yes")
    with serving(project) as daemon:
        daemon.wait_until_ready()
        told = status(project, 0)["environments"][0]
        assert told["daemon"]["alive"]
        refused = project.run("run", "--operate", "none", code=8)
        assert "error[SD870]" in refused.stderr
        assert "syncdsl status" in refused.stderr
        taken = project.run("run", "--operate", f"127.0.0.1:{daemon.operate}", code=3)
        assert "error[SD872]" in taken.stderr
        # The files change; the rules in force do not, until somebody says so.
        path = project.folder / "rules" / "main.sync"
        path.write_text(RULES.replace("        Website <-> website\n", ""), encoding="utf-8")
        assert "others wait in the files" in project.run("status").stdout
        daemon.process.kill()
        daemon.process.wait(timeout=30)
        assert "is gone without an end" in project.run("status", code=7).stdout
        daemon.kill()
        daemon.wait_until_ready()
        project.run("enable", "--yes")
        wait_until(lambda: log_of(project).count("are in force") == 3, "the new rules are taken over", seconds=60)
        assert daemon.stop() == 0
    assert "the last one ended" in project.run("status").stdout


def test_a_full_disk_is_told_and_survived(project: Project, sandbox: Sandbox) -> None:
    """Where nothing can be written no run begins, somebody is told at once, and with room again all goes on."""
    project.rules(RULES)
    sandbox.account(Account_Name="Acme")
    project.run("apply", "--yes")
    configure(project, 'schedule.every = "1s"\nschedule.retry = "1s"')
    with receiver() as alerts:
        with (project.folder / "syncdsl.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[alerts]\nwebhook = "{alerts.url}"\nfailures = 1\n')
        with serving(project) as daemon:
            daemon.wait_until_ready()
            whole = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (4096, whole[1]))
            alerts.wait(lambda found: any(one["turn"] == "raised" for told in found.taken for one in told["alerts"]))
            assert daemon.health("healthz")["ok"]
            pumps = sandbox.account(Account_Name="Pumps")
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, whole)
            wait_until(lambda: len(sandbox.customers()) == 2, "it goes on", seconds=60)
            alerts.wait(lambda found: found.taken[-1]["alerts"][-1]["turn"] == "cleared")
            assert daemon.stop() == 0
    assert pumps
    (raised, *_) = (one for told in alerts.taken for one in told["alerts"])
    assert raised["kind"] == "failing"
    assert raised["help"]


def test_a_storm_of_call_backs(make_project: MakeProject, start_sandbox: StartSandbox) -> None:
    """Lost, repeated and reordered call-backs and two kills: in the end both sides are as after polling in peace."""
    one, other = start_sandbox(), start_sandbox()
    project, quiet = make_project(one), make_project(other)
    result = storm(project, one, quiet, other, seed=1, companies=25, edits=150, seconds=6)
    assert result.wrong == []
    assert (result.kills, result.edits) == (2, 150)
    assert result.call_backs > 0
    assert set(result.struck) == {"webhook lose", "webhook duplicate", "webhook reorder", "webhook forge"}
    assert result.refused > 0


def test_ten_pairs_in_one_daemon(make_project: MakeProject, start_sandbox: StartSandbox, postgres: Server) -> None:
    """One pair fails and one hangs: the other eight come to every run of their schedule."""
    sandboxes = sandboxes_for(start_sandbox)
    result = ten_pairs(make_project(sandboxes[0]), sandboxes, postgres, ticks=3, schema="ten_pairs")
    assert {name: count for name, count in result.runs.items() if name not in {FAILING, SLOW}} == {
        f"pair{number}": 3 for number in range(8)
    }
    assert (result.states[FAILING], result.states[SLOW]) == ("failing", "running")


def test_two_days_on_a_virtual_clock(
    make_project: MakeProject, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outages, a revoked token, a subscription that somebody ended: no change is missed, and alerts come when due."""
    result = month(make_project(sandbox), sandbox, monkeypatch, days=2, seed=1)
    assert result.wrong == []
    assert result.runs > 150
    assert result.renewals > 0
    assert result.files[-1] - result.files[0] < 10


def test_alerts_can_be_tried(project: Project) -> None:
    """A test goes to everybody whom the settings name; with nobody named it says how to name somebody."""
    assert "[alerts.email]" in project.run("run", "--test-alerts", code=6).stderr
    with receiver() as alerts:
        with (project.folder / "syncdsl.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[alerts]\nwebhook = "{alerts.url}"\n')
        assert "took a test" in project.run("run", "--test-alerts").stdout
    assert alerts.taken[0]["alerts"] == []
