"""A scripted HTTP server for what no emulator answers, and retries without waiting."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.protocol import ConnectionSettings
from syncdsl.adapters.services import Services
from syncdsl.adapters.zoho.connect import Line, connect
from syncdsl.adapters.zoho.limits import CRM
from syncdsl.adapters.zoho_crm.dialect import CrmDialect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.transport.client import Client

SECRETS = {
    "client_id": "the-client",
    "client_secret": "canary-client-secret",
    "refresh_token": "canary-refresh-token",
}


class Clock:
    """A clock that stands still but for those who wait: their time passes at once."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.waits: list[float] = []

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Return the same."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self.waits.append(seconds)
            self._now += seconds


DROP = object()
"""Scripted in place of an answer: the connection is closed without one."""


@dataclass
class Script:
    """What the server answers, call by call: (status, body, headers) or DROP; token requests are answered apart."""

    url: str
    answers: list[Any] = field(default_factory=list)
    tokens: list[Any] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    issued: int = 0
    lines: list[Line] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    services: Services = field(init=False)

    def __post_init__(self) -> None:
        self.services = Services(clock=self.clock)

    def settings(self, **changes: Any) -> ConnectionSettings:
        """Return settings of a connection to this server."""
        given: dict[str, Any] = {
            "name": "here",
            "adapter": "zoho_crm",
            "data_centre": None,
            "organization": None,
            "url": self.url,
        }
        given |= {"credentials_hint": "HERE_REFRESH_TOKEN", "services": self.services}
        return ConnectionSettings(**{**given, "secrets": SECRETS, **changes})

    def client(self, url: str | None = None, **changes: Any) -> Client:
        """Return a client of this server, or of another address, that speaks the CRM's dialect."""
        settings = self.settings(url=url or self.url, **changes)
        self.lines.append(connect(settings, root="", dialect=CrmDialect(), limits=CRM))
        return self.lines[-1].client


@pytest.fixture
def script() -> Iterator[Script]:
    """Start a server that answers as its script says."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/oauth/v2/token":
                scripted.issued += 1
                token = {"access_token": f"canary-access-token-{scripted.issued}", "expires_in": 3600}
                answer = scripted.tokens.pop(0) if scripted.tokens else (200, token, {})
            else:
                token_number = (self.headers.get("Authorization") or "").rpartition("-")[2]
                scripted.calls.append(f"{self.command} {self.path} {token_number} {body.decode()}".strip())
                answer = scripted.answers.pop(0) if scripted.answers else (200, {"data": []}, {})
            if answer is DROP:
                self.close_connection = True
                return
            status, data, headers = answer
            text = data if isinstance(data, str) else json.dumps(data)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names http.server looks for

        def log_message(self, *_args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scripted = Script(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield scripted
    for line in scripted.lines:
        line.close()
    server.shutdown()
    server.server_close()
    thread.join()
