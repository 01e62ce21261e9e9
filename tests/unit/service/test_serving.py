"""A port that strangers reach: what it bears, and how it begins and ends."""

from __future__ import annotations

import json
import socket
import threading
import time

import httpx
import pytest
from tests.unit.service.receiving import GOOD, World, read_all, receiving, trickled

from syncdsl.adapters.notifications import Notice
from syncdsl.diagnostics import Fault
from syncdsl.service.address import Address, read_address
from syncdsl.service.receiver import Receiver
from syncdsl.service.serving import Limits, Port


def call_of(world: World) -> bytes:
    """Return a call of the CRM as it is sent."""
    body = json.dumps(GOOD).encode()
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    return head % (world.hooks["crm"].path.encode(), len(body)) + body


@pytest.mark.parametrize("head", [b"", b"POST / HTTP/1.1\r\nX-Slow: "], ids=["path", "header"])
def test_a_head_that_never_ends_is_cut_off(head: bytes) -> None:
    """However steadily its bytes come, and also behind a request that was answered."""
    with receiving(limits=Limits(header_seconds=0.2)) as world:
        with world.socket() as connected:
            connected.sendall(head or b"POST /")
            assert trickled(connected, b"x") == b""
        with world.socket() as connected:
            connected.sendall(call_of(world))
            assert trickled(connected, b"x").count(b"HTTP/1.1") == 1
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 202


def test_a_connection_on_which_nothing_is_said_is_closed() -> None:
    """At its beginning as well as between two requests."""
    with receiving(limits=Limits(header_seconds=0.2, idle_seconds=30)) as world:
        with world.socket() as connected:
            assert read_all(connected) == b""
        with world.socket() as connected:
            connected.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert read_all(connected).startswith(b"HTTP/1.1 404 ")


def test_too_many_connections_are_refused_and_the_others_served() -> None:
    """Whoever holds many keeps nobody else out for longer than a head may take."""
    with receiving(limits=Limits(connections=5, header_seconds=30)) as world:
        held = [world.socket() for _ in range(5)]
        try:
            for _ in range(2):
                held[0].sendall(call_of(world))
                assert held[0].recv(100).startswith(b"HTTP/1.1 202 ")
            with world.socket() as refused:
                assert read_all(refused) == b""
            held.pop().close()
            held.pop().close()
            deadline = time.monotonic() + 10
            while not _answers(world.at("crm")):
                assert time.monotonic() < deadline
        finally:
            for connected in held:
                connected.close()


def _answers(url: str) -> bool:
    try:
        return httpx.post(url, json=GOOD).status_code == 202
    except httpx.TransportError:
        return False


def test_requests_that_are_under_way_are_answered_when_the_port_is_closed() -> None:
    """New connections are refused meanwhile; a call that came is never lost between taking and answering."""
    began, may_end = threading.Event(), threading.Event()

    def listen(_callback: object) -> tuple[Notice, ...]:
        began.set()
        assert may_end.wait(10)
        return (Notice(module="Accounts", ids=("1",)),)

    answers: list[int] = []
    with receiving(listen=listen) as world:
        caller = threading.Thread(target=lambda: answers.append(httpx.post(world.at("crm"), json=GOOD).status_code))
        caller.start()
        assert began.wait(10)
        ending = threading.Timer(0.1, may_end.set)
        ending.start()
    caller.join(10)
    ending.join(10)
    assert answers == [202]
    assert [notice.ids for _, notice in world.marked] == [("1",)]
    with pytest.raises(OSError, match="refused"):
        world.socket()


def test_a_request_that_does_not_end_holds_nobody_up() -> None:
    """The port is closed after its time of grace."""
    with receiving(limits=Limits(grace_seconds=0), body_seconds=60) as world:
        connected = world.socket()
        connected.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n")
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 10
    connected.close()


def test_an_address_that_is_taken_is_said() -> None:
    """With what to do, and nothing is left behind; a port that was let go can be had again at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address(host="127.0.0.1", port=taken.getsockname()[1])
        port = Port("receiver", Receiver(()), address, option="--listen", limits=Limits())
        with pytest.raises(Fault) as caught:
            port.start()
        assert caught.value.code.id == "SD872"
        assert caught.value.message == f"`--listen`: `{address}` cannot be listened on: another program has the port"
        assert "choose another port" in str(caught.value.help)
        assert not port.alive
        port.stop()
    for _ in range(2):
        port = Port("receiver", Receiver(()), address, option="--listen", limits=Limits())
        assert port.start() == address
        assert httpx.post(f"http://{address}/").status_code == 404
        port.stop()


@pytest.mark.parametrize(
    ("host", "words"), [("no-such-host.invalid", "no such host"), ("203.0.113.7", "does not have")]
)
def test_an_address_of_another_machine_is_said(host: str, words: str) -> None:
    """Names and numbers alike."""
    with pytest.raises(Fault, match=words) as caught:
        Port("x", Receiver(()), Address(host=host, port=0), option="--operate", limits=Limits()).start()
    assert caught.value.code.id == "SD872"
    assert caught.value.help is not None


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8087", "127.0.0.1", 8087),
        ("localhost:0", "localhost", 0),
        ("[::1]:65535", "::1", 65_535),
        (" [fe80::1%eth0]:80 ", "fe80::1%eth0", 80),
        ("192.0.2.1:80", "192.0.2.1", 80),
    ],
)
def test_an_address_is_read(text: str, host: str, port: int) -> None:
    """And written as it is read."""
    address = read_address(text, option="--listen")
    assert address == Address(host=host, port=port)
    assert str(address) == text.strip()


@pytest.mark.parametrize(
    "text", ["", "8087", ":8087", "127.0.0.1", "127.0.0.1:", "h:65536", "::1:80", "http://h:80", "h:-1", "h:٣", "a b:1"]
)
def test_what_is_no_address_is_said(text: str) -> None:
    """With two that are."""
    with pytest.raises(Fault) as caught:
        read_address(text, option="--operate")
    assert caught.value.code.id == "SD872"
    assert f"`{text}`" in caught.value.message
    assert "`--operate 127.0.0.1:8087`" in str(caught.value.help)


def test_ipv6_is_served() -> None:
    """Where the machine has it."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    port = Port("x", Receiver(()), Address(host="::1", port=0), option="--listen", limits=Limits())
    try:
        address = port.start()
    except Fault:
        pytest.skip("no IPv6 address on this machine")
    assert httpx.post(f"http://{address}/").status_code == 404
    port.stop()
