"""HTTP as a stranger may speak it: whoever does not get to the point is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol with the limits that it lacks.

    A connection has `header_seconds` to send the head of a request, from its beginning and after every answer, however
    slowly bytes come in. One that is answered before its body is there is closed, and one beyond `most` at once.
    """

    header_seconds = 10.0
    most = 200

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, or refuse."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came in; a mistake that comes when it can no longer be answered ends the connection."""
        try:
            super().data_received(data)
        except h11.LocalProtocolError:
            self.transport.abort()
        if self.conn.their_state is not h11.IDLE:
            self._expect_nothing()

    def on_response_complete(self) -> None:
        """Go on to the next request, if this one is there to its end."""
        if self.conn.their_state is h11.SEND_BODY:
            # What is still to come would have to be read to find the next request behind it.
            self.transport.close()
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self._expect_head()

    def _expect_head(self) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(self.header_seconds, self.transport.abort)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def bounded(*, header_seconds: float, most: int) -> type[BoundedProtocol]:
    """Return the protocol with other limits; uvicorn makes one for each connection and takes only a class."""
    return type("Protocol", (BoundedProtocol,), {"header_seconds": header_seconds, "most": most})
