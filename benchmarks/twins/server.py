"""Serves a world over loopback HTTP from a process of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twins.world import World


def handler_of(world: World) -> type[BaseHTTPRequestHandler]:
    """Return what answers requests about a world."""

    class Handler(BaseHTTPRequestHandler):
        """Answers one connection after another request by request."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            """Answer a reading."""
            self._send(world.answer(self.path))

        def do_POST(self) -> None:
            """Answer an edit or a write."""
            self._send(world.answer(self.path, self.rfile.read(int(self.headers["Content-Length"] or "0"))))

        def _send(self, body: bytes) -> None:
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Say nothing."""

    return Handler


@contextmanager
def served(records: int) -> Iterator[str]:
    """Serve a world of so many records on each side; the value is its address."""
    command = [sys.executable, "-m", "twins.server", str(records)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Serve until the process is ended."""
    from twins.world import World  # noqa: PLC0415 - found where this runs as a program

    with ThreadingHTTPServer(("127.0.0.1", 0), handler_of(World(number=int(sys.argv[1])))) as server:
        server.daemon_threads = True
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
