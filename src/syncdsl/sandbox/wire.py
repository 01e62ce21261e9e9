"""Answers that a broken connection makes: none at all, or the first part of one."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Connection(Protocol):
    """The part of a transport that is needed to end it, and to see that the client did."""

    def close(self) -> None:
        """Send what is written so far and close."""

    def is_closing(self) -> bool:
        """Return whether either end has closed it."""


def connection_of(request: Request) -> Connection:
    """Return the connection a request came in on; the server puts it into the state of each request."""
    connection: Connection = request.state.connection
    return connection


class Dropped(Response):
    """No answer: the connection is closed."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Close the connection and wait until the server has noticed, so that it answers nothing in our stead."""
        self._connection.close()
        await _gone(receive)


class BrokenOff(Response):
    """An answer whose body ends before the length that its header promises."""

    def __init__(self, connection: Connection, whole: Response, keep: float) -> None:
        super().__init__()
        self._connection = connection
        self._whole = whole
        self._kept = bytes(whole.body)[: int(len(whole.body) * keep)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Send the head and a part of the body, then close."""
        await send(
            {"type": "http.response.start", "status": self._whole.status_code, "headers": self._whole.raw_headers}
        )
        await send({"type": "http.response.body", "body": self._kept, "more_body": True})
        self._connection.close()
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
