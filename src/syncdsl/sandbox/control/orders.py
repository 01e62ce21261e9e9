"""The first orders of the sandbox: hold a response, fail the next calls, end tokens; and the ledger."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, bad_input, given_object, sequence_number
from syncdsl.sandbox.faults import FailOrder, HoldOrder
from syncdsl.sandbox.platform import Platform

SYSTEMS = frozenset({None, "crm", "books"})


class Orders:
    """Arms faults and shows the ledger."""

    def __init__(self, platform: Platform) -> None:
        self._ledger = platform.ledger
        self._tokens = platform.tokens
        self._faults = platform.faults

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/health", self._health, methods=["GET"]),
            Route("/_sandbox/ledger", answering_bad_input(self._entries), methods=["GET"]),
            Route("/_sandbox/held", self._held, methods=["GET"]),
            Route("/_sandbox/hold-next-create", answering_bad_input(self._hold), methods=["POST"]),
            Route("/_sandbox/release", self._release, methods=["POST"]),
            Route("/_sandbox/fail-next", answering_bad_input(self._fail), methods=["POST"]),
            Route("/_sandbox/expire-tokens", self._expire, methods=["POST"]),
        ]

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _entries(self, request: Request) -> Response:
        entries = self._ledger.after(sequence_number(request), request.query_params.get("system"))
        return JSONResponse({"entries": entries})

    async def _held(self, _request: Request) -> Response:
        return JSONResponse({"armed": self._faults.armed, "held": self._faults.held})

    async def _hold(self, request: Request) -> Response:
        given = await given_object(request)
        system, module = given.get("system"), given.get("module")
        if system not in SYSTEMS or not isinstance(module, str | None):
            return bad_input("`system` is crm, books or null; `module` is text or null")
        self._faults.arm(HoldOrder(system=system, module=module))
        return JSONResponse({"armed": True, "held": self._faults.held})

    async def _release(self, _request: Request) -> Response:
        return JSONResponse({"released": self._faults.release()})

    async def _fail(self, request: Request) -> Response:
        given = await given_object(request)
        system, method = given.get("system"), given.get("method")
        status, count, wait = given.get("status"), given.get("count", 1), given.get("retry_after")
        if system not in SYSTEMS or not isinstance(method, str | None):
            return bad_input("`system` is crm, books or null; `method` is an HTTP method or null")
        if not isinstance(status, int) or not 400 <= status <= 599:
            return bad_input("`status` is an HTTP status from 400 to 599")
        if not isinstance(count, int) or count < 1 or not isinstance(wait, int | None):
            return bad_input("`count` is a number from 1; `retry_after` is seconds or null")
        self._faults.fail(FailOrder(system=system, method=method, status=status, retry_after=wait, count=count))
        return JSONResponse({"failing": count})

    async def _expire(self, _request: Request) -> Response:
        return JSONResponse({"expired": self._tokens.expire()})
