"""Calls that the sandbox makes itself: order, results, faults, and only to this machine."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from syncdsl.sandbox.deliveries import is_loopback


@dataclass
class Receiver:
    """What arrived, and with which status it is answered."""

    url: str = ""
    status: int = 200
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listen on a free port of this machine."""
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            received.headers.append(dict(self.headers))
            self.send_response(received.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    received.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


def send(running: Any, receiver: Receiver, *bodies: str, **headers: str) -> None:
    for body in bodies:
        order = {"system": "books", "url": receiver.url, "body": body, "headers": headers}
        running.control("POST", "deliveries", order)


def results(running: Any, number: int) -> list[dict[str, Any]]:
    running.control("POST", "deliveries/flush")
    shown = running.control("GET", "deliveries")
    assert shown["waiting"] == 0
    return list(shown["deliveries"])[-number:]


def fault(running: Any, how: str, **more: Any) -> None:
    running.control("POST", "faults", {"kind": "webhook", "how": how, "count": 1, **more})


def test_deliveries_arrive_in_order_and_their_results_are_kept(empty: Any, receiver: Receiver) -> None:
    """After a flush all have arrived, oldest first, and the answers are listed."""
    receiver.status = 503
    send(empty, receiver, "one", "two", "three")
    tried = results(empty, 3)
    assert receiver.bodies == ["one", "two", "three"]
    assert [(item["status"], item["error"], item["faults"]) for item in tried] == [(503, None, [])] * 3
    after = empty.control("GET", f"deliveries?after={tried[1]['seq']}")["deliveries"]
    assert after == tried[2:]


def test_a_receiver_that_is_gone_is_tried_once(empty: Any) -> None:
    """A refused connection is a result with an error and without a status."""
    send(empty, Receiver(url="http://127.0.0.1:1/hook"), "nobody")
    [tried] = results(empty, 1)
    assert tried["status"] is None
    assert tried["error"]


def test_only_this_machine_is_called(empty: Any) -> None:
    """An address elsewhere is refused when the call is queued."""
    for url in ("http://zoho.example/hook", "https://127.0.0.1/hook", "http://10.0.0.1/", "file:///etc/passwd", ""):
        assert not is_loopback(url)
        answer = empty.anybody.post(f"{empty.crm_url}/_sandbox/deliveries", json={"system": "crm", "url": url})
        assert answer.status_code == 400
    assert is_loopback("http://localhost:8000/x")
    assert is_loopback("http://[::1]:8000/x")


def test_lost_and_doubled_deliveries(empty: Any, receiver: Receiver) -> None:
    """A lost one never arrives, a doubled one arrives twice; both are listed as such."""
    fault(empty, "lose")
    fault(empty, "duplicate", after=1)
    send(empty, receiver, "lost", "doubled", "plain")
    tried = results(empty, 4)
    assert receiver.bodies == ["doubled", "doubled", "plain"]
    assert [(item["error"], item["faults"]) for item in tried] == [
        ("lost", ["webhook lose"]),
        (None, ["webhook duplicate"]),
        (None, ["webhook duplicate"]),
        (None, []),
    ]


def test_an_overtaken_delivery_comes_behind_the_next_one(empty: Any, receiver: Receiver) -> None:
    """Reordering swaps two neighbours; the last one of all leaves with the flush."""
    fault(empty, "reorder")
    send(empty, receiver, "first", "second", "third")
    results(empty, 3)
    assert receiver.bodies == ["second", "first", "third"]
    fault(empty, "reorder")
    send(empty, receiver, "alone")
    results(empty, 1)
    assert receiver.bodies[-1] == "alone"


def test_forged_deliveries_have_a_wrong_proof_or_a_foreign_body(empty: Any, receiver: Receiver) -> None:
    """A token in the body and a signature in a header are wrong, or the body is not what was signed."""
    body = json.dumps({"ids": ["1"], "token": "right"})
    signature = {"X-Zoho-Webhook-Signature": "0abc"}
    fault(empty, "forge")
    fault(empty, "forge", forged="body", after=1)
    send(empty, receiver, body, body, body, **signature)
    results(empty, 3)
    proofs = [
        (json.loads(text)["token"], head["X-Zoho-Webhook-Signature"])
        for text, head in zip(receiver.bodies, receiver.headers, strict=True)
    ]
    assert proofs == [("forged", "1000"), ("right", "0abc"), ("right", "0abc")]
    assert [json.loads(text).get("forged") for text in receiver.bodies] == [None, True, None]


def test_what_a_refused_edit_queued_does_not_leave_and_what_was_done_before_does(
    empty: Any, receiver: Receiver
) -> None:
    """A workflow's edit that is refused takes nothing away from the notification of the write before it."""
    secret = "abcdefghijkl"
    hook = {"entity": "contact", "events": ["create", "edit"], "url": receiver.url, "secret": secret}
    identity = empty.control("POST", "books/webhooks", hook)["id"]
    empty.customer("Taken")
    order = {"kind": "workflow", "module": "contacts", "field": "contact_name", "value": "Taken", "count": 1}
    empty.control("POST", "faults", order)
    empty.customer("Notified")
    assert empty.books.post("/contacts", json={"contact_name": "Taken"}).status_code == 400
    results(empty, 2)
    assert [json.loads(body)["contact"]["contact_name"] for body in receiver.bodies] == ["Taken", "Notified"]
    empty.control("DELETE", f"books/webhooks/{identity}")


def test_webhook_faults_are_repeatable(empty: Any, receiver: Receiver) -> None:
    """The same seed loses the same deliveries."""
    outcomes = []
    for seed in (1, 1, 2):
        receiver.bodies.clear()
        order = {"kind": "webhook", "how": "lose", "probability": 0.5, "seed": seed}
        identity = empty.control("POST", "faults", order)["id"]
        send(empty, receiver, *"abcdefghij")
        results(empty, 1)
        outcomes.append("".join(receiver.bodies))
        empty.control("DELETE", f"faults/{identity}")
    assert outcomes[0] == outcomes[1] != outcomes[2]
