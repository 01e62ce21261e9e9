"""A receiver on a free port of this machine, with what it marked."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syncdsl.adapters.zoho_books.notifications import listen as listen_to_books
from syncdsl.adapters.zoho_crm.notifications import listen as listen_to_crm
from syncdsl.project.call_backs import call_back_path
from syncdsl.service.address import Address
from syncdsl.service.hooks import Hook, Tally
from syncdsl.service.receiver import Receiver
from syncdsl.service.serving import Limits, Port
from syncdsl.state.operating import CallBack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from syncdsl.adapters.notifications import Callback, Notice

SECRET = "canary0secret0of0ours"
GOOD = {"module": "Accounts", "ids": ["1", "2"], "token": SECRET}
"""A call of the CRM."""


@dataclass
class World:
    """A receiver that listens: its address, the paths of both systems, what was marked, and what came."""

    url: str
    hooks: dict[str, Hook]
    receiver: Receiver
    marked: list[tuple[str, Notice]] = field(default_factory=list)

    def at(self, connection: str) -> str:
        """Return the address of a connection."""
        return self.url + self.hooks[connection].path

    def came(self, connection: str) -> CallBack:
        """Return what came for a connection."""
        return self.hooks[connection].tally.snapshot()

    def socket(self) -> socket.socket:
        """Return a connection to the receiver."""
        parts = urlsplit(self.url)
        return socket.create_connection((parts.hostname, parts.port), timeout=10)

    def raw(self, request: bytes) -> bytes:
        """Send bytes and return all that comes until the other side closes."""
        with self.socket() as connected:
            with suppress(ConnectionError):
                connected.sendall(request)
            return read_all(connected)


def read_all(connected: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    answer = b""
    try:
        while piece := connected.recv(65_536):
            answer += piece
    except ConnectionError:
        pass
    return answer


def trickled(connected: socket.socket, byte: bytes) -> bytes:
    """Send a byte again and again until the other side closes, and return what it said."""
    connected.settimeout(0.02)
    answer, deadline = b"", time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            connected.sendall(byte)
            piece = connected.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return answer
        if not piece:
            return answer
        answer += piece
    raise AssertionError("the connection stays open")


@contextmanager
def receiving(
    *,
    limits: Limits | None = None,
    body_seconds: float = 5.0,
    listen: Callable[[Callback], tuple[Notice, ...]] | None = None,
) -> Iterator[World]:
    """Listen on a free port until the block ends; `listen` takes the place of what reads the calls of the CRM."""
    marked: list[tuple[str, Notice]] = []

    def mark(connection: str, notices: Iterable[Notice]) -> None:
        marked.extend((connection, notice) for notice in notices)

    listeners = {
        "crm": listen or partial(listen_to_crm, secret=SECRET),
        "books": partial(listen_to_books, secret=SECRET),
    }
    hooks = {
        name: Hook(
            environment="production",
            connection=name,
            path=call_back_path("production", name, SECRET),
            listen=listener,
            mark=partial(mark, name),
            tally=Tally(CallBack(connection=name)),
        )
        for name, listener in listeners.items()
    }
    application = Receiver(tuple(hooks.values()), body_seconds=body_seconds)
    port = Port(
        "receiver", application, Address(host="127.0.0.1", port=0), option="--listen", limits=limits or Limits()
    )
    address = port.start()
    try:
        yield World(url=f"http://{address}", hooks=hooks, receiver=application, marked=marked)
    finally:
        port.stop()
        assert not port.alive
