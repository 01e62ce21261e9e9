"""Call-backs that are lost, repeated, late or forged: in the end the picture is the same as without any."""

from __future__ import annotations

import secrets
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.conformance.weather import CRM, File, Side, made, new

from syncdsl.adapters.notifications import Callback, ForgedError, Notice, Notifying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.weather import Weather

    from syncdsl.adapters.protocol import Connection
    from syncdsl.adapters.zoho_crm.connection import CrmConnection


class Ear:
    """Listens for the call-backs of one system, whose proof is `secret`."""

    def __init__(self, connection: Connection, secret: str, came: list[Callback]) -> None:
        self._connection = cast("Notifying", connection)
        self._secret = secret
        self._came = came
        self.forged = 0

    def notices(self) -> list[Notice]:
        """Return what the calls that came so far hint at, in order; forged ones are counted and left out."""
        found: list[Notice] = []
        self.forged = 0
        for callback in self._came:
            try:
                found += self._connection.listen(callback, secret=self._secret)
            except ForgedError:
                self.forged += 1
        return found


@contextmanager
def listening(faults: Weather, connection: Connection, side: Side) -> Iterator[Ear]:
    """Have the system call back at an address of this test."""
    came: list[Callback] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            came.append(Callback(method="POST", headers=headers, query=(), body=body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    url, secret = f"http://127.0.0.1:{server.server_port}/notify", secrets.token_hex(16)
    try:
        if side is CRM:
            crm = cast("CrmConnection", connection)
            subscription = crm.subscribe([CRM.module], url=url, secret=secret)
            yield Ear(connection, secret, came)
            crm.unsubscribe(subscription)
        else:
            hook = {"entity": "contact", "events": ["create", "edit", "delete"], "url": url, "secret": secret}
            identity = faults.control("POST", "/books/webhooks", hook)["id"]
            yield Ear(connection, secret, came)
            faults.control("DELETE", f"/books/webhooks/{identity}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ids_in(notices: list[Notice], side: Side) -> list[str]:
    return [identifier for notice in notices if notice.module == side.module for identifier in notice.ids]


@pytest.mark.parametrize(
    ("how", "more", "some"),
    [
        (None, {}, False),
        ("lose", {}, True),
        ("lose", {}, False),
        ("duplicate", {}, True),
        ("reorder", {}, True),
        ("forge", {"forged": "proof"}, False),
        ("forge", {"forged": "body"}, True),
    ],
    ids=["none", "lose some", "lose all", "duplicate some", "reorder some", "forge every proof", "forge some bodies"],
)
def test_whatever_becomes_of_call_backs_the_picture_is_the_same(
    faults: Weather,
    side: Side,
    how: str | None,
    more: dict[str, str],
    some: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Hints name only records that changed; with them, or without any, the next reading leads to what there is."""
    connection = faults.connect(side)
    ids = [made(connection.create(side.module, [new(side)], safe=False))[0] for _ in range(3)]
    file = File(connection, side)
    file.observe()
    with listening(faults, connection, side) as ear:
        if how is not None:
            # One call in two: chance decides which, the seed what chance decides.
            faults.order(side, "webhook", how=how, **more, probability=0.5 if some else 1.0, seed=3)
        for round_ in range(2):
            for identifier in ids:
                faults.edit(side, identifier, **{side.text: f"round {round_}"})
        created = faults.add(side)
        faults.delivered()
        told = ids_in(ear.notices(), side)
        assert set(told) <= {*ids, created}
        wanted = [*ids, *ids, created]
        proven = how != "forge" or (side is CRM and more["forged"] == "body")
        match how:
            case None:
                assert told == wanted
            case "reorder":
                assert sorted(told) == sorted(wanted)
                assert told != wanted
            case "duplicate":
                assert set(told) == set(wanted)
                assert len(told) > len(wanted)
            case "lose":
                assert len(told) < len(wanted)
            case _:
                # The CRM's token proves the sender and covers no body; a record named wrongly is merely read.
                assert (ear.forged > 0) is not proven
                assert len(told) + ear.forged == len(wanted)
        if not some and how in {"lose", "forge"} and not (how == "forge" and proven):
            assert told == []
    for identifier, record in connection.fetch(side.module, list(dict.fromkeys(told)), (side.name, side.text)).items():
        file.records[identifier] = record
    file.observe()
    sweep = File(connection, side)
    sweep.observe()
    assert {one: record.fields for one, record in file.records.items()} == {
        one: record.fields for one, record in sweep.records.items()
    }
    assert {file.text(identifier) for identifier in ids} == {"round 1"}
    assert created in file.records


def test_a_stranger_is_refused(faults: Weather, side: Side) -> None:
    """A call that anybody could make, without a proof or with one of another secret, hints at nothing."""
    connection = faults.connect(side)
    listener = cast("Notifying", connection)
    bodies = [b"", b"{}", b"not json", b'{"module": "Accounts", "ids": ["1"]}', b'{"contact": {"contact_id": "1"}}']
    bodies += [
        b'{"module": "Accounts", "ids": ["1"], "token": "another"}',
        b'{"token": null}',
        b"\xff\xfe",
        b"[" * 9999,
    ]
    for body in bodies:
        for headers in ({}, {"x-zoho-webhook-signature": "0" * 64}, {"x-zoho-webhook-signature": "é"}):
            callback = Callback(method="POST", headers=headers, query=(), body=body)
            with pytest.raises(ForgedError) as caught:
                listener.listen(callback, secret="canary-secret-of-ours")
            assert "canary" not in str(caught.value)
