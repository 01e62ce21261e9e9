"""Webhooks of Books: what arrives, when, in which form, and under which signature."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

SECRET = "abcdefgh1234"


@dataclass
class Receiver:
    """A server that remembers what it gets, as (method, path, headers, body)."""

    url: str = ""
    calls: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listen on a free port."""
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.calls.append((self.command, self.path, headers, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_POST  # noqa: N815 - the base class calls these names

        def log_message(self, *_args: object) -> None:
            """Keep the test output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    received.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield received
    server.shutdown()
    thread.join()
    server.server_close()


def hooked(running: Any, entity: str, url: str, *events: str, **more: Any) -> str:
    body = {"entity": entity, "events": list(events), "url": url, **more}
    return str(running.control("POST", "books/webhooks", body)["id"])


def test_changes_of_a_contact_are_sent(empty: Any, receiver: Receiver, eventually: Any) -> None:
    """Create, edit and delete each send the contact as its detail call shows it."""
    hook = hooked(empty, "contact", f"{receiver.url}/hook", "create", "edit", "delete")
    identity = empty.customer("Hooked")
    empty.books.put(f"/contacts/{identity}", json={"notes": "edited"})
    empty.books.post(f"/contacts/{identity}/inactive")
    empty.books.delete(f"/contacts/{identity}")
    eventually(lambda: len(receiver.calls) == 4)
    contacts = [json.loads(body)["contact"] for _, _, _, body in receiver.calls]
    assert {contact["contact_id"] for contact in contacts} == {identity}
    assert [contact["notes"] for contact in contacts] == ["", "edited", "edited", "edited"]
    assert contacts[2]["status"] == "inactive"
    assert all("x-zoho-webhook-signature" not in headers for _, _, headers, _ in receiver.calls)
    assert empty.control("DELETE", f"books/webhooks/{hook}")["removed"] is True


def test_a_refused_change_sends_nothing(empty: Any, receiver: Receiver, eventually: Any) -> None:
    """What is rolled back is not reported, and events that were not asked for are not either."""
    hook = hooked(empty, "item", receiver.url, "create")
    assert empty.books.post("/items", json={"name": "Only one", "rate": 1}).status_code == 201
    assert empty.books.post("/items", json={"name": "Only one", "rate": 1}).status_code == 400
    found = empty.books.get("/items", params={"name": "Only one"}).json()["items"][0]
    empty.books.put(f"/items/{found['item_id']}", json={"rate": 2})
    empty.books.post("/items", json={"name": "Another", "rate": 1})
    eventually(lambda: len(receiver.calls) == 2)
    assert [json.loads(body)["item"]["name"] for _, _, _, body in receiver.calls] == ["Only one", "Another"]
    empty.control("DELETE", f"books/webhooks/{hook}")


def test_the_signature_covers_the_query_and_the_raw_body(empty: Any, receiver: Receiver, eventually: Any) -> None:
    """JSON: pairs of the query sorted by key, then the body byte for byte."""
    hook = hooked(empty, "contact", f"{receiver.url}/h?b=2&a=%C3%B6", "create", secret=SECRET, method="PUT")
    empty.customer("Signed Ökonom")
    eventually(lambda: len(receiver.calls) == 1)
    [(method, path, headers, body)] = receiver.calls
    assert (method, headers["content-type"]) == ("PUT", "application/json")
    assert path == "/h?b=2&a=%C3%B6"
    expected = hmac.new(SECRET.encode(), "aöb2".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-zoho-webhook-signature"] == expected
    empty.control("DELETE", f"books/webhooks/{hook}")


def test_the_signature_of_a_form_covers_its_pairs(empty: Any, receiver: Receiver, eventually: Any) -> None:
    """Form: query and form pairs sorted together, and no raw body behind them."""
    hook = hooked(empty, "contact", f"{receiver.url}/h?Zone=eu", "create", secret=SECRET, format="form")
    empty.customer("Form & signed")
    eventually(lambda: len(receiver.calls) == 1)
    [(_, path, headers, body)] = receiver.calls
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    pairs = sorted(parse_qsl(urlsplit(path).query) + parse_qsl(body.decode()))
    assert json.loads(dict(pairs)["JSONString"])["contact"]["contact_name"] == "Form & signed"
    base = "".join(key + value for key, value in pairs)
    assert headers["x-zoho-webhook-signature"] == hmac.new(SECRET.encode(), base.encode(), hashlib.sha256).hexdigest()
    empty.control("DELETE", f"books/webhooks/{hook}")


def test_documents_are_sent_too(empty: Any, receiver: Receiver, eventually: Any) -> None:
    """A status change of an estimate is an edit of it."""
    hook = hooked(empty, "estimate", receiver.url, "create", "edit")
    body = {"customer_id": empty.customer("Estimated"), "line_items": [{"name": "Work", "rate": 10}]}
    estimate = empty.books.post("/estimates", json=body).json()["estimate"]["estimate_id"]
    empty.books.post(f"/estimates/{estimate}/status/sent")
    eventually(lambda: len(receiver.calls) == 2)
    assert [json.loads(body)["estimate"]["status"] for _, _, _, body in receiver.calls] == ["draft", "sent"]
    empty.control("DELETE", f"books/webhooks/{hook}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "https://example.com/hook"},
        {"url": "http://192.0.2.1/hook"},
        {"url": "nonsense"},
        {"entity": "moon"},
        {"events": []},
        {"events": ["sneeze"]},
        {"events": "create"},
        {"secret": "short"},
        {"secret": "has blanks in it"},
        {"method": "GET"},
        {"format": "xml"},
        {"colour": "red"},
    ],
)
def test_webhooks_that_cannot_exist_are_refused(empty: Any, wrong: dict[str, Any]) -> None:
    """Nothing leaves this machine, secrets have their form, and every word has to be known."""
    body = {"entity": "contact", "events": ["create"], "url": "http://127.0.0.1:9/"} | wrong
    answer = httpx.post(f"{empty.books_url}/_sandbox/books/webhooks", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert empty.control("GET", "books/webhooks") == {"webhooks": []}
