"""Web hooks of Books as the sandbox sends them, read by the adapter."""

from __future__ import annotations

import queue
import secrets
import threading
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from syncdsl.adapters.notifications import Callback, ForgedError, Notice
from syncdsl.adapters.protocol import NewRecord, Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_books.connection import BooksConnection
    from syncdsl.schema.values import Fields

SECRET = "canary0webhook0secret"
SECONDS = 10


@pytest.fixture
def received() -> Iterator[tuple[str, queue.Queue[Callback]]]:
    """Listen on a free port; give its address and the calls that arrive."""
    arrived: queue.Queue[Callback] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
            arrived.put(Callback(method="POST", headers=headers, query=query, body=body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?zone=eu&a=b%20c", arrived
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("shape", ["json", "form"])
def test_a_signed_hook_names_its_record_and_a_changed_one_is_refused(
    shape: str, sandbox: Sandbox, received: tuple[str, queue.Queue[Callback]]
) -> None:
    """Whatever the form of its body."""
    url, arrived = received
    hooks = f"{sandbox.books_url}/_sandbox/books/webhooks"
    hook = {"entity": "item", "events": ["create"], "url": url, "secret": SECRET, "format": shape}
    made = httpx.post(hooks, json=hook, trust_env=False).raise_for_status().json()
    books = cast("BooksConnection", sandbox.connect("books"))
    try:
        fields: Fields = {"name": f"Größe {secrets.token_hex(6)}", "rate": Decimal(1)}
        [item] = books.create("items", [NewRecord(fields=fields, key=None)], safe=False)
        callback = arrived.get(timeout=SECONDS)
        assert isinstance(item, Written)
        assert books.listen(callback, secret=SECRET) == (Notice(module="items", ids=(item.id,)),)
        forged = replace(callback, body=callback.body.replace(item.id.encode(), b"1"))
        assert forged.body != callback.body
        with pytest.raises(ForgedError):
            books.listen(forged, secret=SECRET)
    finally:
        httpx.delete(f"{hooks}/{made['id']}", trust_env=False).raise_for_status()
        books.close()
