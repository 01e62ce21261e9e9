"""An application on a port of its own: one listening socket, one event loop, one thread."""

from __future__ import annotations

import errno
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvicorn import Config, Server

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.service import PORT_TAKEN
from syncdsl.service.address import Address
from syncdsl.service.connections import bounded

if TYPE_CHECKING:
    from starlette.types import ASGIApp

BACKLOG = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a stranger may take of a port.

    `header_seconds` has the head of a request from the beginning of a connection or the answer before; one that grows
    beyond `header_bytes` before it is whole is refused. `idle_seconds` is how long a connection is kept for a next
    request, `grace_seconds` how long requests that are under way may take when the port is closed.
    """

    connections: int = 200
    header_seconds: float = 10.0
    header_bytes: int = 16 * 1024
    idle_seconds: int = 5
    grace_seconds: int = 3


class Port:
    """Serves an application at an address; `option` is what the address came from, for messages."""

    def __init__(self, name: str, application: ASGIApp, address: Address, *, option: str, limits: Limits) -> None:
        self._name = name
        self._application = application
        self._wanted = address
        self._option = option
        self._limits = limits
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        """Whether it is being served."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> Address:
        """Begin to serve and return the address, with the port that was chosen where any would do.

        Raises Fault SD872 when the address cannot be used.
        """
        listening = _listening(self._wanted, self._option)
        host, port = listening.getsockname()[:2]
        limits = self._limits
        config = Config(
            self._application,
            loop="asyncio",
            http=bounded(header_seconds=limits.header_seconds, most=limits.connections),
            ws="none",
            lifespan="off",
            interface="asgi3",
            # uvicorn's own messages name paths, and a stranger causes as many as he likes.
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            h11_max_incomplete_event_size=limits.header_bytes,
            timeout_keep_alive=limits.idle_seconds,
            timeout_graceful_shutdown=limits.grace_seconds,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.serve_at, args=(listening,), name=self._name, daemon=True)
        self._thread.start()
        self._server.ready.wait()
        return Address(host=str(host), port=int(port))

    def stop(self) -> None:
        """Accept nothing more, let requests that are under way end, and return when all is closed."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()


class _Server(Server):
    """A uvicorn server that tells when it listens, or will not."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    def serve_at(self, listening: socket.socket) -> None:
        try:
            self.run([listening])
        finally:
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _listening(address: Address, option: str) -> socket.socket:
    try:
        [family, _, _, _, where] = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(where[:2], family=family, backlog=BACKLOG)
    except socket.gaierror:
        problem, advice = "there is no such host", "name an address of this machine, such as `127.0.0.1`"
    except OSError as error:
        problem, advice = _PROBLEMS.get(error.errno or 0, (str(error.strerror or error).lower(), _OTHER))
    raise Fault(PORT_TAKEN, f"`{option}`: `{address}` cannot be listened on: {problem}", help=advice)


_OTHER = "choose another address or port"
_PROBLEMS = {
    errno.EADDRINUSE: (
        "another program has the port",
        "stop that program (perhaps another daemon), or choose another port; port 0 is any that is free",
    ),
    errno.EACCES: ("ports below 1024 are the system's", "choose a higher port, and let the proxy have 443"),
    errno.EADDRNOTAVAIL: (
        "this machine does not have that address",
        "name an address of this machine, such as `127.0.0.1`",
    ),
}
