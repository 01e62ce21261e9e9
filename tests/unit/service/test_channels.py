"""Systems that call back: the sandbox calls the receiver, and subscriptions outlive whatever happens to them."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import pytest
from tests.conformance.conftest import running
from tests.conformance.weather import BOOKS, CRM, Weather

from syncdsl.adapters.notifications import Notice
from syncdsl.project.call_backs import call_back_path
from syncdsl.project.needs import compile_rules
from syncdsl.project.template import create_project
from syncdsl.project.workspace import Workspace
from syncdsl.service.address import Address
from syncdsl.service.called_back import CalledBack, called_back
from syncdsl.service.receiver import Receiver
from syncdsl.service.serving import Limits, Port
from syncdsl.state.operating import CallBack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from syncdsl.adapters.notifications import Subscription
    from syncdsl.adapters.zoho_crm.connection import CrmConnection
    from syncdsl.plan.plan import Plan

HOUR, DAY = 3600, 24 * 3600
SECRETS = {"crm": "canary0crm0secret", "books": "canary0books0secret"}
WATCHED = {"Accounts", "Deals"}


@pytest.fixture(scope="module")
def weather() -> Iterator[Weather]:
    """Start an empty sandbox whose clock stands still."""
    with running(0) as started:
        made = Weather(started)
        yield made
        made.end()


@dataclass
class Installation:
    """A project that may be called back: its receiver listens, and the sandbox holds both systems."""

    weather: Weather
    workspace: Workspace
    plan: Plan
    crm: CrmConnection
    base: str
    parts: CalledBack
    served: set[str]
    marked: list[tuple[str, Notice]] = field(default_factory=list)

    def row(self, connection: str) -> CallBack:
        """Return what is told of a connection."""
        return {row.connection: row for row in self.parts.channels.snapshot()}[connection]

    def url(self, connection: str) -> str:
        """Return the address of a connection."""
        return self.base + call_back_path("sandbox", connection, SECRETS[connection])

    def mine(self) -> Subscription | None:
        """Return our subscription, as the CRM tells it."""
        return next((one for one in self.crm.subscriptions() if one.url == self.url("crm")), None)

    def asked(self, after: int) -> list[str]:
        """Return the calls about subscriptions behind a number of the ledger."""
        calls = self.weather.calls(CRM, after)
        return [call["method"] for call in calls if call["path"].endswith("/actions/watch")]

    def told(self) -> list[tuple[str, Notice]]:
        """Wait until everything was called and return what was marked since the last time."""
        self.weather.delivered()
        found = list(self.marked)
        self.marked.clear()
        return found

    def due_in(self) -> float:
        """Return the seconds until the subscriptions are due."""
        due = self.parts.channels.due()
        assert due is not None
        return due - self.weather.clock.monotonic()


@contextmanager
def installed(weather: Weather, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Set up a project of `init` beside the sandbox, with a receiver on a free port."""
    create_project(folder / "shop")
    for name, secret in SECRETS.items():
        monkeypatch.setenv(f"SYNCDSL_{name.upper()}_WEBHOOK_SECRET", secret)
    hooks = _Later()
    port = Port("receiver", hooks, Address(host="127.0.0.1", port=0), option="--listen", limits=Limits())
    base = f"http://{port.start()}"
    settings = folder / "shop" / "syncdsl.toml"
    text = settings.read_text(encoding="utf-8")
    environment = "[environments.sandbox]\n"
    assert environment in text
    settings.write_text(text.replace(environment, f'{environment}call_back = "{base}/"\n'), encoding="utf-8")
    workspace = Workspace(folder / "shop")
    checked = compile_rules(workspace).checked
    assert checked is not None
    assert checked.plan is not None
    connections = {"crm": weather.connect(CRM), "books": weather.connect(BOOKS)}
    marked: list[tuple[str, Notice]] = []
    served: set[str] = set()

    def mark(connection: str, notices: Iterable[Notice]) -> None:
        marked.extend((connection, notice) for notice in notices)

    parts = called_back(
        workspace, "sandbox", checked.plan, connections, mark=mark, known={}, served=served, clock=weather.clock
    )
    assert parts is not None
    hooks.receiver = Receiver(parts.hooks)
    crm = cast("CrmConnection", connections["crm"])
    try:
        yield Installation(weather, workspace, checked.plan, crm, base, parts, served, marked)
    finally:
        weather.calm()
        for subscription in crm.subscriptions():
            crm.unsubscribe(subscription)
        port.stop()
        weather.close()


class _Later:
    """An application that is made once its port is known."""

    receiver: Receiver | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.receiver is not None
        await self.receiver(scope, receive, send)


@pytest.fixture
def installation(weather: Weather, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Return a project whose CRM is subscribed to."""
    with installed(weather, tmp_path, monkeypatch) as made:
        made.parts.channels.keep()
        # Before there was a subscription nobody told of anything, so every module is to be looked at.
        assert set(made.told()) == {("crm", Notice(module=module, ids=())) for module in WATCHED}
        yield made


def test_the_crm_calls_and_what_it_names_is_marked(installation: Installation) -> None:
    """Subscribed at the start to what the rules read and the CRM can watch; a call counts, with its time."""
    row = installation.row("crm")
    assert (row.count, row.last, row.problem) == (0, None, None)
    subscription = installation.mine()
    assert subscription is not None
    assert set(subscription.modules) == WATCHED
    assert (row.channel, row.expires) == (subscription.channel, subscription.expires)
    identifier = installation.weather.add(CRM)
    assert installation.told() == [("crm", Notice(module="Accounts", ids=(identifier,)))]
    row = installation.row("crm")
    assert (row.count, row.refused) == (1, 0)
    assert row.last is not None
    assert row.last.timestamp() == pytest.approx(installation.weather.clock.now(), abs=1)


def test_books_calls_with_a_signature(installation: Installation) -> None:
    """After a person's clicks; with another secret the call is refused and counted."""
    weather, url = installation.weather, installation.url("books")
    hook = {"entity": "contact", "events": ["create", "edit"], "url": url, "secret": SECRETS["books"]}
    made = weather.control("POST", "/books/webhooks", hook)["id"]
    identifier = weather.add(BOOKS)
    told = installation.told()
    assert ("books", Notice(module="customers", ids=(identifier,))) in told
    assert {connection for connection, _ in told} == {"books"}
    weather.control("DELETE", f"/books/webhooks/{made}")
    made = weather.control("POST", "/books/webhooks", {**hook, "secret": "another0secret"})["id"]
    weather.edit(BOOKS, identifier, notes="x")
    assert installation.told() == []
    row = installation.row("books")
    assert (row.count, row.refused, row.channel, row.problem) == (1, 1, None, None)
    weather.control("DELETE", f"/books/webhooks/{made}")


def test_a_subscription_is_renewed_every_day(installation: Installation) -> None:
    """Hourly it is only looked at; no day of its life goes by without a renewal."""
    weather, after = installation.weather, installation.weather.last()
    for _ in range(23):
        weather.passes(installation.due_in())
        installation.parts.channels.keep()
    assert installation.asked(after) == ["GET"] * 23
    expires, after = installation.row("crm").expires, weather.last()
    weather.passes(HOUR)
    installation.parts.channels.keep()
    assert installation.asked(after) == ["GET", "GET", "PUT"]
    renewed = installation.row("crm").expires
    assert renewed is not None
    assert expires is not None
    assert renewed - expires >= dt.timedelta(hours=23)
    after = weather.last()
    installation.parts.channels.keep()
    assert installation.asked(after) == []


def test_a_subscription_that_ended_is_made_again(installation: Installation) -> None:
    """What changed meanwhile was told to nobody, so every module of it is looked at."""
    weather = installation.weather
    weather.passes(8 * DAY)
    assert installation.mine() is None
    weather.add(CRM)
    assert installation.told() == []
    installation.parts.channels.keep()
    assert set(installation.told()) == {("crm", Notice(module=module, ids=())) for module in WATCHED}
    identifier = weather.add(CRM)
    assert installation.told() == [("crm", Notice(module="Accounts", ids=(identifier,)))]


def test_one_that_somebody_took_away_or_changed_is_made_again_within_the_hour(installation: Installation) -> None:
    """The system is asked what there is, whatever is remembered here."""
    mine = installation.mine()
    assert mine is not None
    installation.crm.unsubscribe(mine)
    installation.weather.passes(HOUR)
    installation.parts.channels.keep()
    assert installation.mine() is not None
    installation.crm.subscribe(["Contacts"], url=mine.url, secret=SECRETS["crm"])
    installation.weather.passes(HOUR)
    installation.parts.channels.keep()
    again = installation.mine()
    assert again is not None
    assert set(again.modules) == WATCHED


def test_what_fails_is_remembered_and_tried_again(installation: Installation) -> None:
    """After a minute, then twice as long each time up to an hour; it ends with the cause."""
    weather, channels = installation.weather, installation.parts.channels
    before = installation.row("crm")
    weather.order(CRM, "status", status=403, path="/actions/watch$")
    weather.passes(HOUR)
    waits = []
    for _ in range(9):
        channels.keep()
        waits.append(round(installation.due_in()))
        weather.passes(installation.due_in())
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    row = installation.row("crm")
    assert row.problem is not None
    assert row.problem.startswith("SD703: ")
    assert (row.channel, row.expires) == (before.channel, before.expires)
    weather.calm()
    channels.keep()
    assert installation.row("crm").problem is None
    assert installation.due_in() == pytest.approx(HOUR, abs=1)


def test_what_leads_to_an_old_path_is_ended(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """After another secret the old path is left over; other addresses, and paths that are served, are let be."""
    old = installation.url("crm")
    elsewhere, served = "http://127.0.0.1:1/hooks/x", installation.base + "/hooks/of-another-pair"
    for url in (elsewhere, served):
        installation.crm.subscribe(["Deals"], url=url, secret="x")
    monkeypatch.setenv("SYNCDSL_CRM_WEBHOOK_SECRET", "another0secret")
    parts = called_back(
        installation.workspace,
        "sandbox",
        installation.plan,
        {"crm": installation.crm},
        mark=lambda _connection, _notices: None,
        known={},
        served=(all_served := {served}),
        clock=installation.weather.clock,
    )
    assert parts is not None
    parts.channels.keep()
    [new] = all_served - {served}
    assert new != old
    assert {one.url for one in installation.crm.subscriptions()} == {elsewhere, served, new}


def test_a_path_is_not_told_by_a_problem(installation: Installation) -> None:
    """Also where the system repeats the address that it refuses."""
    [wanted] = [keeper._wanted for keeper in installation.parts.channels._keepers.values()]
    keeper = installation.parts.channels._keepers["crm"]
    keeper._wanted = replace(wanted, url=f"https://sync.example.com{wanted.hook.path}")
    installation.weather.passes(HOUR)
    installation.parts.channels.keep()
    problem = installation.row("crm").problem
    assert problem is not None
    assert "SD705" in problem
    assert wanted.hook.path not in problem
    assert keeper._harmless(f"invalid: {wanted.url}!") == f"invalid: {installation.base}/hooks/…!"


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_clock_that_is_wrong_loses_nothing(installation: Installation, days: int) -> None:
    """The machine's clock may be years off: it is renewed every day, and no more often."""

    class Wrong:
        def now(self) -> float:
            return installation.weather.clock.now() + days * DAY

        def monotonic(self) -> float:
            return installation.weather.clock.monotonic()

        def sleep(self, seconds: float) -> None:
            installation.weather.clock.sleep(seconds)

    keeper = installation.parts.channels._keepers["crm"]
    keeper._clock = Wrong()
    keeper._renew_at = 0.0
    installation.weather.passes(HOUR)
    installation.parts.channels.keep()
    after = installation.weather.last()
    for _ in range(48):
        installation.weather.passes(HOUR)
        installation.parts.channels.keep()
    assert installation.asked(after).count("PUT") == 2


def test_what_lacks_a_secret_is_said_and_the_rest_called_back(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that makes one; what came before goes on to be counted."""
    monkeypatch.delenv("SYNCDSL_CRM_WEBHOOK_SECRET")
    at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    known = {name: CallBack(connection=name, channel="7", expires=at, last=at, count=7, refused=2) for name in SECRETS}
    parts = called_back(
        installation.workspace,
        "sandbox",
        installation.plan,
        {"crm": installation.crm, "books": installation.weather.connect(BOOKS)},
        mark=lambda _connection, _notices: None,
        known=known,
        served=set(),
        clock=installation.weather.clock,
    )
    assert parts is not None
    assert [hook.connection for hook in parts.hooks] == ["books"]
    assert parts.channels.due() is None
    parts.channels.keep()
    books, crm = parts.channels.snapshot()
    assert books == CallBack(connection="books", last=at, count=7, refused=2)
    assert replace(crm, problem=None) == CallBack(connection="crm", last=at, count=7, refused=2)
    assert "`syncdsl setup crm --webhooks` makes one" in str(crm.problem)


def test_a_module_that_is_refused_costs_the_others_nothing(installation: Installation) -> None:
    """It is named, and tried again with the next renewal; what the CRM never watches is no problem."""
    weather, channels = installation.weather, installation.parts.channels
    [keeper] = channels._keepers.values()
    known = keeper._wanted
    keeper._wanted = replace(known, modules=("Accounts", "Gone", "users"))
    weather.passes(HOUR)
    channels.keep()
    assert installation.row("crm").problem is None
    mine = installation.mine()
    assert mine is not None
    assert mine.modules == ("Accounts",)
    weather.order(CRM, "status", status=403, path="/actions/watch$", method="PUT", count=2)
    keeper._wanted = replace(known, modules=("Accounts", "Deals"))
    weather.passes(HOUR)
    channels.keep()
    assert "without `Accounts`: " in str(installation.row("crm").problem)
    weather.calm()
    weather.passes(25 * HOUR)
    channels.keep()
    assert installation.row("crm").problem is None
    mine = installation.mine()
    assert mine is not None
    assert set(mine.modules) == WATCHED
