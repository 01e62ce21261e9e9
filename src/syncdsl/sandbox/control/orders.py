"""The first orders of the sandbox: hold a response, fail the next calls, end tokens."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, bad_input, given_object
from syncdsl.sandbox.faults import HoldOrder, order_of
from syncdsl.sandbox.platform import Platform

SYSTEMS = frozenset({None, "crm", "books"})


def _is_pattern(text: object) -> bool:
    """Return whether something is a regular expression, or None."""
    if not isinstance(text, str):
        return text is None
    try:
        re.compile(text)
    except re.error:
        return False
    return True


class Orders:
    """Holds, fails and ends as ordered."""

    def __init__(self, platform: Platform) -> None:
        self._tokens = platform.tokens
        self._faults = platform.faults

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/health", self._health, methods=["GET"]),
            Route("/_sandbox/held", self._held, methods=["GET"]),
            Route("/_sandbox/hold-next-create", answering_bad_input(self._hold), methods=["POST"]),
            Route("/_sandbox/release", self._release, methods=["POST"]),
            Route("/_sandbox/fail-next", answering_bad_input(self._fail), methods=["POST"]),
            Route("/_sandbox/expire-tokens", self._expire, methods=["POST"]),
        ]

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _held(self, _request: Request) -> Response:
        return JSONResponse({"armed": self._faults.armed, "held": self._faults.held})

    async def _hold(self, request: Request) -> Response:
        given = await given_object(request)
        system, module, path = given.get("system"), given.get("module"), given.get("path")
        if system not in SYSTEMS or not isinstance(module, str | None) or not _is_pattern(path):
            return bad_input(
                "`system` is crm, books or null, `module` text or null, `path` a regular expression or null"
            )
        self._faults.arm(HoldOrder(system=system, module=module, path=path))
        return JSONResponse({"armed": True, "held": self._faults.held})

    async def _release(self, _request: Request) -> Response:
        return JSONResponse({"released": self._faults.release()})

    async def _fail(self, request: Request) -> Response:
        given = await given_object(request)
        order = order_of({"count": 1, **given, "kind": "status"})
        self._faults.add(order)
        return JSONResponse({"failing": order.count})

    async def _expire(self, _request: Request) -> Response:
        return JSONResponse({"expired": self._tokens.expire()})
