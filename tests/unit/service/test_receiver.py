"""What is answered to whoever calls, over real HTTP."""

from __future__ import annotations

import json
import logging
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.service.receiving import GOOD, SECRET, World, read_all, receiving, trickled

from syncdsl.adapters.notifications import Notice
from syncdsl.adapters.zoho_books.notifications import SIGNATURE, signature
from syncdsl.service.receiver import BODY_BYTES
from syncdsl.service.serving import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.notifications import Callback


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    with receiving() as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    """Return a receiver at which nothing is marked yet."""
    shared.marked.clear()
    return shared


def test_a_proven_call_marks_records_and_is_counted(world: World) -> None:
    """The answer is 202 without a body; a call that comes twice marks twice, which is one run later."""
    before = world.came("crm")
    for _ in range(2):
        answer = httpx.post(world.at("crm"), json=GOOD)
        assert (answer.status_code, answer.content) == (202, b"")
    assert world.marked == [("crm", Notice(module="Accounts", ids=("1", "2")))] * 2
    after = world.came("crm")
    assert (after.count - before.count, after.refused - before.refused) == (2, 0)
    assert after.last is not None
    assert after.last.tzinfo is not None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("query", ["", "?b=2&a=%C3%A4+x&empty="])
def test_a_signed_web_hook_is_taken_whatever_its_method(world: World, method: str, query: str) -> None:
    """Books signs query and body; both reach the check as they were sent."""
    pairs = [("b", "2"), ("a", "ä x"), ("empty", "")] if query else []
    body = json.dumps({"contact": {"contact_id": "7", "contact_name": "Größe"}}, ensure_ascii=False).encode()
    proof = signature(pairs, None, body, secret=SECRET).decode()
    answer = httpx.request(method, world.at("books") + query, content=body, headers={SIGNATURE: proof})
    assert answer.status_code == 202
    assert {notice.ids for _, notice in world.marked} == {("7",)}


@pytest.mark.parametrize("body", [b"", b"not json", b"[" * 9999, b"\xff\xfe", b"[]", b'{"contact": 7}'])
def test_a_signed_call_that_cannot_be_read_is_taken_and_hints_at_nothing(world: World, body: bytes) -> None:
    """Books would only send the same again."""
    before = world.came("books").count
    proof = signature((), None, body, secret=SECRET).decode()
    assert httpx.post(world.at("books"), content=body, headers={SIGNATURE: proof}).status_code == 202
    assert world.marked == []
    assert world.came("books").count == before + 1


@pytest.mark.parametrize(
    ("connection", "content", "headers"),
    [
        ("crm", b"", {}),
        ("crm", b"not json", {}),
        ("crm", json.dumps({**GOOD, "token": "another"}).encode(), {}),
        ("crm", json.dumps({**GOOD, "token": None}).encode(), {}),
        ("books", b'{"contact": {"contact_id": "7"}}', {}),
        ("books", b'{"contact": {"contact_id": "7"}}', {SIGNATURE: "0" * 64}),
        ("books", json.dumps(GOOD).encode(), {}),
    ],
)
def test_a_forged_call_is_refused_and_counted(
    world: World, connection: str, content: bytes, headers: dict[str, str]
) -> None:
    """Without its proof a call marks nothing, also with the proof of the other system."""
    before = world.came(connection)
    answer = httpx.post(world.at(connection), content=content, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    after = world.came(connection)
    assert (after.count, after.refused) == (before.count, before.refused + 1)
    assert after.last_refused is not None
    assert world.marked == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_another_method_is_refused(world: World, method: str) -> None:
    """Browsers and scanners call with these."""
    answer = httpx.request(method, world.at("crm"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT, DELETE")
    assert world.marked == []


def test_another_path_is_answered_the_same_whatever_is_wrong(world: World) -> None:
    """How near a path comes to one of ours, its method, and what is sent there make no difference."""
    ours = world.hooks["crm"].path
    near = [ours[:-1], ours + "/", ours + "x", ours.upper(), ours[:-1] + "é", "/", "/hooks/", "/hooks", "/x" + ours[6:]]
    answers = {
        (answer.status_code, answer.content, tuple(sorted(answer.headers.items())))
        for path in near
        for method in ("POST", "GET", "DELETE")
        for answer in [httpx.request(method, world.url + path, content=json.dumps(GOOD))]
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert world.marked == []


def test_what_a_proxy_leaves_before_the_path_does_not_matter(world: World) -> None:
    """A public address may have a path of its own, whether the proxy takes it away or not."""
    assert httpx.post(f"{world.url}/sync{world.hooks['crm'].path}", json=GOOD).status_code == 202


def test_a_long_body_is_refused_before_it_is_read(world: World) -> None:
    """The length that is told is enough; of one that tells none not much more than allowed is read."""
    path = world.hooks["crm"].path.encode()
    told = world.raw(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path, BODY_BYTES + 1))
    assert told.startswith(b"HTTP/1.1 413 ")
    huge = world.raw(b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %s\r\n\r\n" % (path, b"9" * 19))
    assert huge.startswith(b"HTTP/1.1 413 ")
    chunk = b"1000\r\n%s\r\n" % (b" " * 0x1000)
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" % path
    # One chunk more than allowed, and no end.
    untold = world.raw(head + chunk * (BODY_BYTES // 0x1000 + 1))
    assert untold.startswith(b"HTTP/1.1 413 ")
    longest = json.dumps(GOOD).encode().ljust(BODY_BYTES)
    assert httpx.post(world.at("crm"), content=longest).status_code == 202
    assert httpx.post(world.at("crm"), content=longest + b" ").status_code == 413
    assert httpx.post(world.at("crm"), content=iter([longest])).status_code == 202
    assert httpx.post(world.at("crm"), content=iter([longest, b" " * 1_000_000])).status_code == 413


def test_a_slow_body_is_given_up() -> None:
    """However steadily it trickles."""
    with receiving(body_seconds=0.2) as world, world.socket() as connected:
        connected.sendall(
            b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n" % world.hooks["crm"].path.encode()
        )
        assert trickled(connected, b" ").startswith(b"HTTP/1.1 408 ")
        assert world.marked == []


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
        b"GET / HTTP/1.1\r\n" + b"X-Long: %s\r\n" % (b"x" * 600_000),
        b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * 600_000),
    ],
    ids=["words", "negative", "two lengths", "bad chunk", "tls", "long header", "long path"],
)
def test_what_is_no_http_ends_the_connection(world: World, request_: bytes) -> None:
    """With 400 or nothing, and the receiver goes on."""
    assert world.raw(request_)[:12] in {b"HTTP/1.1 400", b""}
    assert httpx.post(world.at("crm"), json=GOOD).status_code == 202


def test_nobody_learns_the_path_or_what_was_said_from_logs(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Not from ours, and not from those of the server."""
    caplog.set_level(logging.DEBUG)
    for body in (GOOD, {**GOOD, "token": "another"}):
        httpx.post(world.at("crm"), json=body, headers={"connection": "upgrade", "upgrade": "websocket"})
    world.raw(b"nonsense\r\n\r\n")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert [line for line in ours if "asyncio" not in line and "selector" not in line] == []
    assert world.hooks["crm"].path not in repr(world.hooks["crm"])
    assert SECRET not in repr(world.hooks["crm"])


def test_a_mistake_of_ours_is_told_without_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    """The system may call again; the next call is taken."""
    broken = [True]

    def listen(callback: Callback) -> tuple[Notice, ...]:
        if broken.pop() if broken else False:
            raise LookupError(callback.body.decode())
        return (Notice(module="Accounts", ids=("1",)),)

    with receiving(listen=listen) as world:
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 500
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 202
        assert world.came("crm").count == 1
    [told] = [record for record in caplog.records if record.name.startswith("syncdsl")]
    assert told.getMessage() == "a call-back of crm in production could not be taken: LookupError"
    assert SECRET not in caplog.text
    assert "Traceback" not in caplog.text


def test_hooks_are_replaced_while_calls_come() -> None:
    """Those of one environment, such as one whose credentials came later; the others stay."""
    with receiving() as world:
        later = replace(world.hooks["crm"], environment="staging", path="/hooks/later")
        world.receiver.replace("staging", [later])
        assert httpx.post(f"{world.url}/hooks/later", json=GOOD).status_code == 202
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 202
        world.receiver.replace("staging", [])
        assert httpx.post(f"{world.url}/hooks/later", json=GOOD).status_code == 404
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 202


def test_two_hooks_at_one_path_are_both_told() -> None:
    """Two projects may share secret and names."""
    with receiving() as world:
        world.receiver.replace("other", [replace(world.hooks["crm"], environment="other")])
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 202
        assert len(world.marked) == 2


def test_garbage_in_pieces_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    """Requests that were cut, doubled and stirred are answered or cut off, and nobody hears of it."""
    caplog.set_level(logging.WARNING)
    chance = random.Random(7)
    with receiving(body_seconds=0.1, limits=Limits(header_seconds=0.1)) as world:
        path, body = world.hooks["crm"].path.encode(), json.dumps(GOOD).encode()
        requests = [
            b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (path, len(body), body),
            b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
            % (path, len(body), body),
            b"POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}" % path,
            b"GET / HTTP/1.0\r\n\r\n",
        ]
        answers: set[bytes] = set()
        for _ in range(200):
            data = bytearray(b"".join(chance.choices(requests, k=chance.randint(1, 3))))
            for _ in range(chance.randint(0, 3)):
                at = chance.randrange(len(data))
                data[at : at + chance.randint(0, 9)] = chance.choice([b"", b"\0", b"\r\n", b"Connection: close\r\n"])
            with world.socket() as connected, suppress(ConnectionError):
                cut = chance.randrange(len(data))
                connected.sendall(data[:cut])
                connected.sendall(data[cut:])
                with suppress(OSError):
                    connected.shutdown(socket.SHUT_WR)
                answers.add(read_all(connected)[:12])
        assert {b"HTTP/1.1 202", b"HTTP/1.1 400", b"HTTP/1.1 404"} <= answers
        assert b"HTTP/1.1 500" not in answers
        assert httpx.post(world.at("crm"), json=GOOD).status_code == 202
    assert caplog.records == []


def test_a_burst_is_counted_exactly(world: World) -> None:
    """5,000 calls from several threads: each marks once, and is answered at once."""
    before, threads, each = world.came("crm").count, 8, 625

    def call(thread: int) -> set[int]:
        with httpx.Client() as client:
            return {
                client.post(world.at("crm"), json={**GOOD, "ids": [f"{thread}-{number}"]}).status_code
                for number in range(each)
            }

    with ThreadPoolExecutor(threads) as pool:
        answers = set[int]().union(*pool.map(call, range(threads)))
    assert answers == {202}
    assert world.came("crm").count - before == threads * each
    marked = [notice.ids[0] for _, notice in world.marked]
    assert len(marked) == len(set(marked)) == threads * each
