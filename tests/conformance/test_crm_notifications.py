"""Notification channels of the CRM against the sandbox, which really calls back."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.notifications import Callback, ForgedError, Notice, Subscribing
from syncdsl.adapters.protocol import Change, NewRecord, Written
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_crm.connection import CrmConnection

WEEK = dt.timedelta(days=7)


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[CrmConnection]:
    """Return a connection to the CRM; its channels end with the test."""
    with closing(cast("CrmConnection", sandbox.connect("crm"))) as connection:
        yield connection
        for subscription in connection.subscriptions():
            connection.unsubscribe(subscription)


@contextmanager
def listener() -> Iterator[tuple[str, Queue[Callback]]]:
    """Listen on this machine; calls are put into the queue."""
    calls: Queue[Callback] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            calls.put(Callback(method="POST", headers=headers, query=(), body=body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/notify", calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_change_is_told_and_proved(crm: CrmConnection) -> None:
    """Creating, editing and deleting a record each call back with its module and id, under the secret alone."""
    secret = secrets.token_urlsafe(24)
    with listener() as (url, calls):
        subscription = crm.subscribe(["Accounts", "Deals"], url=url, secret=secret)
        [outcome] = crm.create("Accounts", [NewRecord(fields={"Account_Name": secret[:8]}, key=None)], safe=False)
        assert isinstance(outcome, Written)
        crm.update("Accounts", [Change(id=outcome.id, fields={"Phone": "1"})])
        crm.delete("Accounts", [outcome.id])
        told = [calls.get(timeout=5) for _ in range(3)]
        for callback in told:
            assert crm.listen(callback, secret=secret) == (Notice(module="Accounts", ids=(outcome.id,)),)
            with pytest.raises(ForgedError):
                crm.listen(callback, secret="another")
        crm.unsubscribe(subscription)
    assert crm.subscriptions() == ()


def test_subscribing_again_changes_the_one_channel(crm: CrmConnection) -> None:
    """There is one channel for an address, with the modules last asked for, for a week."""
    assert isinstance(crm, Subscribing)
    url = "http://127.0.0.1:1/notify"
    first = crm.subscribe(["Accounts"], url=url, secret="a")
    second = crm.subscribe(["Deals", "Contacts"], url=url, secret="b")
    assert first.channel == second.channel
    [running] = crm.subscriptions()
    assert set(running.modules) == {"Deals", "Contacts"}
    assert running.url == url
    assert running == second
    other = crm.subscribe(["Deals"], url=f"{url}/2", secret="b")
    assert {item.channel for item in crm.subscriptions()} == {running.channel, other.channel}


def test_a_channel_is_renewed_before_it_ends_and_made_again_after(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Renewing gives another week from now, whether the channel still runs or not."""
    made = crm.subscribe(["Deals"], url="http://127.0.0.1:1/notify", secret="a")
    assert made.expires is not None
    for days in (6, 8):
        sandbox.order("clock/advance", seconds=days * 24 * 3600)
        assert bool(crm.subscriptions()) is (days == 6)
        renewed = crm.renew(made, secret="a")
        assert renewed.channel == made.channel
        assert renewed.modules == made.modules
        assert renewed.expires is not None
        assert renewed.expires - made.expires >= dt.timedelta(days=days) - dt.timedelta(minutes=5)
        assert [item.channel for item in crm.subscriptions()] == [made.channel]
        made = renewed


def test_ending_a_channel_twice_is_no_error(crm: CrmConnection) -> None:
    """A channel that is not there counts as ended."""
    made = crm.subscribe(["Deals"], url="http://127.0.0.1:1/notify", secret="a")
    crm.unsubscribe(made)
    crm.unsubscribe(made)
    assert crm.subscriptions() == ()


def test_channels_of_others_are_not_ours(crm: CrmConnection) -> None:
    """A channel whose number does not follow from its address was made by someone else, and stays."""
    theirs = {
        "channel_id": "1000000068001",
        "events": ["Deals.all"],
        "notify_url": "http://127.0.0.1:1/theirs",
        "token": "theirs",
    }
    crm._api.client.write("POST", "/actions/watch", body={"watch": [theirs]})
    assert crm.subscriptions() == ()
    crm._api.client.write("DELETE", "/actions/watch", params={"channel_ids": "1000000068001"})


@pytest.mark.parametrize(
    ("module", "url", "code"), [("users", "http://127.0.0.1:1/", "SD707"), ("Deals", "x", "SD705")]
)
def test_what_the_crm_does_not_watch_is_said(crm: CrmConnection, module: str, url: str, code: str) -> None:
    """A module without notifications, and an address that is refused, are faults with the CRM's words."""
    with pytest.raises(Fault) as caught:
        crm.subscribe([module], url=url, secret="canary-secret")
    assert caught.value.code.id == code
    assert "canary" not in caught.value.message
