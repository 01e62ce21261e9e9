"""A proxy between the command and the sandbox, for what no fault of the sandbox does: answers that lack something."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

HOP = {"connection", "content-length", "content-encoding", "transfer-encoding", "host", "keep-alive", "accept-encoding"}


@dataclass(slots=True)
class Between:
    """Where the proxy listens, and which fields its answers lack."""

    url: str = ""
    hidden: set[str] = field(default_factory=set)

    def without(self, tree: Any) -> Any:
        """Return an answer without the hidden fields: neither their values nor a word about them in the metadata."""
        match tree:
            case dict():
                return {key: self.without(value) for key, value in tree.items() if key not in self.hidden}
            case list():
                return [self.without(item) for item in tree if not self._tells(item)]
            case _:
                return tree

    def _tells(self, item: Any) -> bool:
        return isinstance(item, dict) and item.get("api_name") in self.hidden


@contextmanager
def between(target: str) -> Iterator[Between]:
    """Listen on a port of this machine and pass everything on to a system; ends with the block."""
    facts = Between()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            answer = httpx.request(
                self.command, target + self.path, headers=headers, content=body, timeout=30, trust_env=False
            )
            content = answer.content
            if content and "json" in answer.headers.get("Content-Type", ""):
                content = json.dumps(facts.without(json.loads(content))).encode()
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _pass  # noqa: N815 - the base class's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    facts.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield facts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
