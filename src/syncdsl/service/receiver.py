"""What listens to the systems: a call that proves where it comes from marks records, and is answered before any work.

Nothing of a call is kept, logged or applied: its body is read, hints at records, and is gone. A path that is none of
ours is answered the same whatever is wrong with it, in a time that does not depend on how much of it is right.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from syncdsl.adapters.notifications import Callback
from syncdsl.project.call_backs import HOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import Receive, Scope, Send

    from syncdsl.service.hooks import Hook

METHODS = ("POST", "PUT", "DELETE")
"""The CRM posts; a person may have chosen the others for a web hook of Books."""

BODY_BYTES = 64 * 1024
"""More than any call-back of ids needs, and than one record of Books takes."""

BODY_SECONDS = 5.0
"""How long a body may take to arrive. Behind a proxy it comes at once."""

log = logging.getLogger(__name__)


class Receiver:
    """The ASGI application that is called back; answers have no body.

    202 the call is proven (what it hints at is marked), 401 it is not, 404 nothing is here, 405 another method, 408 the
    body took longer than `body_seconds`, 413 it is longer than `body_bytes`.
    """

    def __init__(
        self, hooks: Sequence[Hook], *, body_bytes: int = BODY_BYTES, body_seconds: float = BODY_SECONDS
    ) -> None:
        self._lock = threading.Lock()
        self._hooks = tuple(hooks)
        self._body_bytes = body_bytes
        self._body_seconds = body_seconds

    def replace(self, environment: str, hooks: Sequence[Hook]) -> None:
        """Serve these hooks of an environment in place of those it had; from any thread."""
        with self._lock:
            self._hooks = (*(hook for hook in self._hooks if hook.environment != environment), *hooks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        request = Request(scope, receive)
        try:
            status = await self._status(request)
        except ClientDisconnect:
            return
        headers = {} if status == 202 else {"connection": "close"}
        if status == 405:
            headers["allow"] = ", ".join(METHODS)
        await Response(status_code=status, headers=headers)(scope, receive, send)

    async def _status(self, request: Request) -> int:
        # The body comes first, so that neither an answer nor its time tells whether something is at the path.
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await self._body(request)
        except TimeoutError:
            return 408
        if body is None:
            return 413
        hooks = self._at(request.scope["path"])
        if not hooks:
            return 404
        if request.method not in METHODS:
            return 405
        callback = Callback(
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
            query=parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True),
            body=body,
        )
        return max(_taken(hook, callback) for hook in hooks)

    def _at(self, path: str) -> list[Hook]:
        """Return the hooks at a path; each of ours is compared, in constant time.

        Whatever a proxy leaves before `/hooks/` does not matter.
        """
        given = (HOOKS + path.rpartition(HOOKS)[2]).encode()
        return [hook for hook in self._hooks if hmac.compare_digest(given, hook.path.encode())]

    async def _body(self, request: Request) -> bytes | None:
        """Return the body; None as soon as it is too long, which a length that is told shows before any of it came."""
        if int(request.headers.get("content-length", "0")) > self._body_bytes:
            return None
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > self._body_bytes:
                return None
        return bytes(body)


def _taken(hook: Hook, callback: Callback) -> int:
    """Return how a call is answered; a mistake of ours is 500, so that the system may call again."""
    try:
        return 202 if hook.take(callback) else 401
    except Exception as error:  # noqa: BLE001 - whatever it is, the next call is another one
        # Its text and traceback could hold what the call said.
        log.error(  # noqa: TRY400 - see above
            "a call-back of %s in %s could not be taken: %s", hook.connection, hook.environment, type(error).__name__
        )
        return 500
