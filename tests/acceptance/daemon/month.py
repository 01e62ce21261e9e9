"""A month of a daemon on a virtual clock: people work, systems fail, tokens are revoked, subscriptions end.

The daemon is the real one, put together as `syncdsl run` does it and stepped through its days; the systems are
sandboxes over HTTP whose clock stands still between two steps. Every day both sides are compared, and alerts are held
against what has to be told when.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import httpx
from tests.acceptance.conftest import SECRETS as PEOPLE
from tests.acceptance.daemon.serving import SECRETS, configure, free_port
from tests.acceptance.daemon.storm import RULES
from tests.unit.service.receivers import receiver

from syncdsl.adapters.remote_clock import RemoteClock
from syncdsl.project.env_file import use_env_file
from syncdsl.project.workspace import Workspace
from syncdsl.service import pair as pairs
from syncdsl.service.address import Address
from syncdsl.service.assembly import Place, assemble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pytest
    from tests.acceptance.conftest import Project, Sandbox
    from tests.unit.service.receivers import Receiver

    from syncdsl.service.pair import Pair

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
EVERY = 15 * MINUTE
LOOK = 5 * MINUTE
BETWEEN_EDITS = 2 * HOUR
FLOOD = 12
"""Questions that come up at once."""

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "webhook", "how": "lose", "probability": 0.15, "seed": 1},
    {"kind": "webhook", "how": "duplicate", "probability": 0.15, "seed": 2},
    {"kind": "webhook", "how": "reorder", "probability": 0.15, "seed": 3},
    {"kind": "status", "status": 500, "probability": 0.01, "seed": 4},
)
"""What goes wrong on any day."""

SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.org.READ",
    "ZohoCRM.users.ALL",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.coql.READ",
    "ZohoBooks.fullaccess.all",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An alert that has to be told: by its kind and turn, no sooner and no later than these seconds."""

    kind: str
    turn: str
    after: float
    before: float

    def covers(self, kind: str, turn: str, at: float) -> bool:
        """Return whether what was told is this; half a minute more or less is the same moment."""
        return (kind, turn) == (self.kind, self.turn) and self.after - 36 <= at <= self.before + 36


@dataclass(slots=True, kw_only=True)
class Result:
    """What happened."""

    days: float
    seed: int
    runs: int = 0
    failed_runs: int = 0
    edits: int = 0
    renewals: int = 0
    alerts: list[tuple[str, str, float]] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Month:
    """Days in the life of a daemon. All that is left to chance follows from the seed."""

    def __init__(self, project: Project, sandbox: Sandbox, alerts: Receiver, *, days: float, seed: int) -> None:
        self._project = project
        self._sandbox = sandbox
        self._alerts = alerts
        self._days = days
        self._random = Random(seed)
        self._clock = RemoteClock(sandbox.crm_url)
        self._begin = self._clock.now()
        self._secrets = project.folder.parent / "secrets.env"
        self._names: list[str] = []
        self._accounts: dict[str, str] = {}
        self._phones: dict[str, str] = {}
        self._deals: list[str] = []
        self._won = 0
        self._away = False
        self._faults = [dict(fault) for fault in FAULTS]
        self._client = httpx.Client(base_url=f"{sandbox.crm_url}/_sandbox/")
        self._peoples_token = self._control("grants", {"scopes": list(SCOPES)})["refresh_token"]
        self._clock_variable = {"SYNCDSL_CLOCK": sandbox.crm_url}
        self._due: list[Due] = []
        self._twins: list[str] = []
        self.result = Result(days=days, seed=seed)

    def _control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Use a control endpoint, over a connection that stays open: it is used very often."""
        answer = self._client.get(path) if body is None else self._client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def _since(self) -> float:
        """Return the seconds since the beginning."""
        return self._clock.now() - self._begin

    # -- what happens -------------------------------------------------------------------------------------------

    def _script(self) -> list[tuple[float, Callable[[], None]]]:
        """Return what happens when, in order."""
        events: list[tuple[float, Callable[[], None]]] = []
        at = HOUR
        while at < self._days * DAY - 2 * HOUR:
            events.append((at, self._edit))
            at += BETWEEN_EDITS * self._random.uniform(0.5, 1.5)
        scale = self._days / 30

        def on(day: float) -> float:
            return day * scale * DAY + 7 * HOUR

        events += [
            (on(3), self._fail),
            (on(3) + DAY * min(1.0, self._days / 6), self._recover),
            (on(10), self._revoke),
            (on(10) + 6 * HOUR * min(1.0, scale * 8), self._rotate),
            (on(15), self._end_channel),
            (on(20), self._flood),
            (on(22), self._settle_flood),
        ]
        events += [(number * DAY, self._judge) for number in range(1, int(self._days) + 1)]
        return sorted(events, key=lambda event: event[0])

    def _edit(self) -> None:
        """Let somebody work: a new company, a new number, a deal, a deal that is won."""
        self.result.edits += 1
        what = self._random.choice(["company", "phone", "phone", "deal", "won"])
        if what == "company" or not self._names:
            name = f"Company {len(self._names):03} AG"
            self._names.append(name)
            self._accounts[name] = self._sandbox.account(Account_Name=name)
        elif what == "phone":
            name = self._random.choice(self._names)
            self._phones[name] = f"+49 30 {self._random.randrange(10**6, 10**7)}"
            self._sandbox.change("Accounts", self._accounts[name], Phone=self._phones[name])
        elif what == "deal" or not self._deals:
            name = self._random.choice(self._names)
            self._deals.append(
                self._sandbox.deal(
                    Deal_Name=f"Deal {self.result.edits}", Stage="Qualification", Amount=self.result.edits,
                    Account_Name={"id": self._accounts[name]},
                )
            )  # fmt: skip
        else:
            self._sandbox.change("Deals", self._deals.pop(), Stage="Closed Won")
            self._won += 1

    def _fail(self) -> None:
        """Let both systems answer nothing that can be used."""
        now = self._since()
        self._away = True
        self._faults.append({"kind": "status", "status": 503})
        self._expect("failing", "raised", now + MINUTE, now + EVERY + 10 * MINUTE)

    def _recover(self) -> None:
        now = self._since()
        self._away = False
        self._faults.pop()
        self._expect("failing", "cleared", now, now + HOUR + 2 * LOOK)

    def _revoke(self) -> None:
        """Let an administrator revoke the token of the CRM."""
        now = self._since()
        self._away = True
        token = self._secret("CRM_REFRESH_TOKEN")
        answer = httpx.post(f"{self._sandbox.crm_url}/oauth/v2/token/revoke", params={"token": token})
        assert answer.is_success, answer.text
        self._expect("failing", "raised", now, now + EVERY + 2 * LOOK)

    def _rotate(self) -> None:
        """Give the daemon another token, as an operator does: it connects anew by itself."""
        token = self._control("grants", {"scopes": list(SCOPES)})["refresh_token"]
        self._project.run(
            "credentials", "update", "crm", "--from-env", "NEW_CRM", "--env-file", str(self._secrets),
            env={**self._clock_variable, "NEW_CRM_REFRESH_TOKEN": token},
        )  # fmt: skip
        now = self._since()
        self._away = False
        self._expect("failing", "cleared", now, now + HOUR)

    def _read_secrets(self) -> None:
        use_env_file(self._secrets)

    def _secret(self, name: str) -> str:
        lines = self._secrets.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)[f"SYNCDSL_{name}"]

    @contextmanager
    def _people(self) -> Iterator[None]:
        """Let people work: they are signed in, and what fails for the daemon does not fail for them."""
        self._strike(())
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._peoples_token,
            "client_id": PEOPLE["CLIENT_ID"],
            "client_secret": PEOPLE["CLIENT_SECRET"],
        }
        token = httpx.post(f"{self._sandbox.crm_url}/oauth/v2/token", data=form).json()["access_token"]
        for client in (self._sandbox.crm, self._sandbox.books):
            client.headers["Authorization"] = f"Zoho-oauthtoken {token}"
        yield
        self._strike(self._faults)

    def _strike(self, faults: Iterable[dict[str, Any]]) -> None:
        """Put these faults in the place of those that stand."""
        self._client.delete("faults").raise_for_status()
        for fault in faults:
            self._control("faults", fault)

    def _end_channel(self) -> None:
        """Let somebody end the subscription in the CRM."""
        rows = self._sandbox.crm.get("/actions/watch").json()["watch"]
        self._sandbox.crm.delete("/actions/watch", params={"channel_ids": rows[0]["channel_id"]})

    def _flood(self) -> None:
        """Let many questions come up: two accounts of one name, and a customer of that name."""
        now = self._since()
        for number in range(FLOOD):
            name = f"Twin {number}"
            self._sandbox.account(Account_Name=name)
            self._twins.append(self._sandbox.account(Account_Name=name))
            answer = self._sandbox.books.post("/contacts", json={"contact_name": name})
            assert answer.status_code == 201, answer.text
        self._expect("review", "raised", now, now + EVERY + 2 * LOOK)

    def _settle_flood(self) -> None:
        now = self._since()
        for number, twin in enumerate(self._twins):
            self._sandbox.change("Accounts", twin, Account_Name=f"Other twin {number}")
        self._expect("review", "cleared", now, now + 2 * EVERY + 2 * LOOK)

    def _expect(self, kind: str, turn: str, after: float, before: float) -> None:
        self._due.append(Due(kind=kind, turn=turn, after=after, before=before))

    # -- living -------------------------------------------------------------------------------------------------

    def live(self, monkeypatch: pytest.MonkeyPatch) -> Result:
        """Live through all days, and judge."""
        base = f"http://127.0.0.1:{(listen := free_port())}"
        configure(self._project, f'call_back = "{base}"\nschedule.every = "15m"\nschedule.verify = "1d"')
        with (self._project.folder / "syncdsl.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[alerts]\nwebhook = "{self._alerts.url}"\n')
        secrets = {name: value for name, value in self._project.environment.items() if name.startswith("SYNCDSL_")}
        secrets["SYNCDSL_CRM_REFRESH_TOKEN"] = self._control("grants", {"scopes": list(SCOPES)})["refresh_token"]
        secrets |= {f"SYNCDSL_{name.upper()}_WEBHOOK_SECRET": secret for name, secret in SECRETS.items()}
        self._secrets.write_text("".join(f"{name}={value}\n" for name, value in secrets.items()), encoding="utf-8")
        self._secrets.chmod(0o600)
        for name, value in (secrets | self._clock_variable).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(pairs, "LOOK_SECONDS", LOOK)
        self._project.rules(RULES)
        self._client.put("clock", json={"frozen": True}).raise_for_status()
        self._project.run("apply", "--yes", "--quiet", env=self._clock_variable)
        self._begin = self._clock.now()
        self._strike(self._faults)
        daemon = assemble(
            [Place(workspace=Workspace(self._project.folder), environment="sandbox", label="sandbox")],
            clock=self._clock,
            listen=Address(host="127.0.0.1", port=listen),
            operate=None,
            reconnecting=self._read_secrets,
        ).daemon
        (pair,) = daemon.pairs
        try:
            for at, event in self._script():
                self._until(pair, at)
                with self._people():
                    event()
            self._until(pair, self._days * DAY)
        finally:
            daemon.end()
        self._count()
        self._client.close()
        self._hold_alerts()
        return self.result

    def _until(self, pair: Pair, at: float) -> None:
        """Step until a moment; the clock goes from one thing that is due to the next."""
        while (now := self._since()) < at:
            due = pair.step() - self._begin
            pair.runner.wait_for_verify()
            self._control("deliveries/flush", {})
            if (wait := min(due, at) - max(now, self._since())) > 0:
                # Seconds since 1970 have no digits left for less than a millisecond.
                self._control("clock/advance", {"seconds": wait + 0.001})

    def _judge(self) -> None:
        """Compare both sides, and look how large the process has become."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        self.result.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        self.result.files.append(len(list(Path("/proc/self/fd").iterdir())))
        if self._away:
            return
        day = f"day {self._since() / DAY:.1f}"
        customers = {row["contact_name"]: row["phone"] for row in self._sandbox.customers()}
        for name in self._names:
            phone = self._phones.get(name, "")
            if (customers.get(name) or "").replace(" ", "") != phone.replace(" ", ""):
                self.result.wrong.append(f"{day}: {name} has {customers.get(name)}, not {phone}")
        if (invoices := len(self._sandbox.invoices())) != self._won:
            self.result.wrong.append(f"{day}: {invoices} invoices for {self._won} deals won")

    def _count(self) -> None:
        with sqlite3.connect(self._project.state) as raw:
            self.result.runs = raw.execute("SELECT count(*) FROM run").fetchone()[0]
            self.result.failed_runs = raw.execute("SELECT count(*) FROM run WHERE error IS NOT NULL").fetchone()[0]
        entries = self._control("ledger?path=/crm/v8/actions/watch&writes=true")["entries"]
        self.result.renewals = sum(1 for entry in entries if entry["method"] == "PUT")

    def _hold_alerts(self) -> None:
        """Hold what was told against what had to be told; several parts of one kind are told in one message."""
        for message in self._alerts.taken:
            at = dt.datetime.fromisoformat(message["at"]).timestamp() - self._begin
            for kind, turn in dict.fromkeys((one["kind"], one["turn"]) for one in message["alerts"]):
                self.result.alerts.append((kind, turn, round(at / HOUR, 2)))
        told = [one for one in self.result.alerts if one[0] != "notifications"]
        for kind, turn, hours in told:
            met = next((due for due in self._due if due.covers(kind, turn, hours * HOUR)), None)
            if met is None:
                self.result.wrong.append(f"{kind} {turn} at {hours} h was not due")
            else:
                self._due.remove(met)
        self.result.wrong += [f"never told: {due}" for due in self._due]


def month(project: Project, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *, days: float, seed: int) -> Result:
    """Live through days, and return what happened."""
    with receiver() as alerts:
        return Month(project, sandbox, alerts, days=days, seed=seed).live(monkeypatch)
