"""The process: two listening sockets, one event loop, one thread.

A reply leaves in one write: headers and body are joined before they reach the socket, whose Nagle delay
asyncio has switched off. So a client never waits for a second packet.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from syncdsl.sandbox.application import Sandbox
from syncdsl.sandbox.options import SandboxOptions, Started

HOST = "127.0.0.1"
BACKLOG = 512
PARENT_POLL = 0.5
"""Seconds between two looks at whether the parent process still lives."""


def run(options: SandboxOptions, ready: Callable[[Started], None]) -> None:
    """Serve until SIGTERM or SIGINT (or until the parent dies, where the options say so), then return.

    `ready` is called once both ports accept connections. Raises OSError when a port is taken or the data file
    cannot be opened (`sqlite3.Error` when it is no database).
    """
    sandbox = Sandbox(options)
    try:
        crm, books = _listening(options.crm_port), _listening(options.books_port)
        started = Started(
            crm_url=_url(crm),
            books_url=_url(books),
            crm_organisation=options.crm_organisation,
            books_organisation=options.books_organisation,
            pid=os.getpid(),
        )
        sandbox.located(crm=started.crm_url, books=started.books_url)
        application = _ByPort({crm.getsockname()[1]: sandbox.crm, books.getsockname()[1]: sandbox.books})
        config = Config(
            application,
            http=_JoiningProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        server = _SandboxServer(config, sandbox, lambda: ready(started), with_parent=options.exit_with_parent)
        server.run(sockets=[crm, books])
    finally:
        sandbox.close()


class _ByPort:
    """Sends each connection to the application of the port it came in on."""

    def __init__(self, applications: dict[int, ASGIApp]) -> None:
        self._applications = applications

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._applications[scope["server"][1]](scope, receive, send)


class _SandboxServer(Server):
    """A uvicorn server that reports when it listens and ends silently on a signal."""

    def __init__(self, config: Config, sandbox: Sandbox, ready: Callable[[], None], *, with_parent: bool) -> None:
        super().__init__(config)
        self._sandbox = sandbox
        self._ready = ready
        self._parent = os.getppid() if with_parent else None
        self._watch: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._parent is not None:
            self._watch = asyncio.create_task(self._end_with_parent(self._parent))
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._sandbox.stop()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        # Not passed on to uvicorn, which would raise the signal again after the shutdown.
        self.should_exit = True

    async def _end_with_parent(self, parent: int) -> None:
        while os.getppid() == parent:  # noqa: ASYNC110 - no event tells of another process's death
            await asyncio.sleep(PARENT_POLL)
        self.should_exit = True


class _JoiningProtocol(H11Protocol):
    """HTTP over a transport that joins the writes of one turn of the event loop."""

    def connection_made(self, transport: Any) -> None:
        joining: Any = _JoiningTransport(transport, self.loop)
        # Part of each request's state, so that a fault can end the connection it came in on.
        self.app_state = {**self.app_state, "connection": joining}
        super().connection_made(joining)


class _JoiningTransport:
    """Collects writes until the current turn of the event loop ends; everything else is passed through."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pending: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._pending:
            self._loop.call_soon(self._flush)
        self._pending.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._pending:
            joined = b"".join(self._pending)
            self._pending.clear()
            if not self._transport.is_closing():
                self._transport.write(joined)


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"
