"""A web server for one call: the browser comes back to this machine with the answer of a consent page."""

from __future__ import annotations

import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.onboarding import CONSENT_FAILED
from syncdsl.diagnostics.codes.project import USAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST, PATH = "127.0.0.1", "/callback"
WAIT_SECONDS = 300.0
"""How long a person may take to sign in and consent."""

_PAGE = b"<!doctype html><title>syncdsl</title><p>syncdsl has the answer. You can close this window.</p>"


class Loopback:
    """Waits at a port of 127.0.0.1 for the one call to the redirect URI; others (icons, scanners) are turned away."""

    def __init__(self, server: HTTPServer, answers: list[dict[str, str]]) -> None:
        self._server = server
        self._answers = answers

    @property
    def redirect_uri(self) -> str:
        """The address the browser is sent back to."""
        return f"http://{HOST}:{self._server.server_address[1]}{PATH}"

    def wait(self, seconds: float = WAIT_SECONDS) -> dict[str, str]:
        """Return the parameters of the call; raises Fault SD722 when none comes in time."""
        deadline = time.monotonic() + seconds
        while not self._answers:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Fault(
                    CONSENT_FAILED,
                    f"no browser came back to {self.redirect_uri} within {seconds / 60:.0f} minutes",
                    help="the browser has to run on this machine; without one use the self client: `syncdsl login` "
                    "without `--browser`",
                )
            self._server.timeout = left
            self._server.handle_request()
        return self._answers[0]


@contextmanager
def listening(port: int) -> Iterator[Loopback]:
    """Listen at a port (0: a free one) until the block ends; raises Fault SD610 when it is taken."""
    answers: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 5.0  # a caller that says nothing must not keep the browser waiting

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path != PATH:
                self.send_error(404)
                return
            answers.append(dict(parse_qsl(parts.query)))
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(_PAGE)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(_PAGE)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Log nothing: the line would hold the code."""

    try:
        server = HTTPServer((HOST, port), Handler)
    except OSError as error:
        raise Fault(
            USAGE,
            f"port {port} of this machine cannot be listened at: {error.strerror}",
            help="choose another with `--port`, and register its address with the client",
        ) from None
    try:
        yield Loopback(server, answers)
    finally:
        server.server_close()
