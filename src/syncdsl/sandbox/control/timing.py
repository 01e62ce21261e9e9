"""`/_sandbox/clock` and `/_sandbox/deliveries`: what tests wait for without sleeping."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, given_object, number, parameter_number
from syncdsl.sandbox.outgoing import Delivery
from syncdsl.sandbox.platform import Platform


class Timing:
    """Reads and moves the clock, and waits for outgoing calls."""

    def __init__(self, platform: Platform) -> None:
        self._clock = platform.clock
        self._deliveries = platform.deliveries

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/clock", self._read, methods=["GET"]),
            Route("/_sandbox/clock", answering_bad_input(self._set), methods=["PUT"]),
            Route("/_sandbox/clock/advance", answering_bad_input(self._advance), methods=["POST"]),
            Route("/_sandbox/deliveries", answering_bad_input(self._tried), methods=["GET"]),
            Route("/_sandbox/deliveries", answering_bad_input(self._send), methods=["POST"]),
            Route("/_sandbox/deliveries/flush", self._flush, methods=["POST"]),
        ]

    async def _read(self, _request: Request) -> Response:
        return self._shown()

    async def _set(self, request: Request) -> Response:
        given = await given_object(request)
        frozen = given.get("frozen")
        if not isinstance(frozen, bool | None):
            raise ValueError("`frozen` is true, false or null")  # noqa: TRY004 - answered as bad input
        self._clock.set(moment=number(given, "now"), frozen=frozen)
        return self._shown()

    async def _advance(self, request: Request) -> Response:
        seconds = number(await given_object(request), "seconds")
        if seconds is None or seconds < 0:
            raise ValueError("`seconds` is a number from 0")
        self._clock.advance(seconds)
        return self._shown()

    async def _tried(self, request: Request) -> Response:
        deliveries = self._deliveries.after(parameter_number(request, "after") or 0)
        return JSONResponse({"waiting": self._deliveries.waiting, "deliveries": deliveries})

    async def _send(self, request: Request) -> Response:
        """Send any call to this machine, as a stranger could."""
        given = await given_object(request)
        headers = given.get("headers", {})
        texts = [given.get("system"), given.get("method", "POST"), given.get("url"), given.get("body", "")]
        if not all(isinstance(item, str) for item in [*texts, *headers, *headers.values()]):
            raise ValueError("`system`, `url`, `method`, `headers` and `body` are texts")
        system, method, url, body = texts
        self._deliveries.queue(Delivery(system=system, method=method, url=url, headers=headers, body=body.encode()))
        return JSONResponse({"waiting": self._deliveries.waiting})

    async def _flush(self, _request: Request) -> Response:
        return JSONResponse({"tried": await self._deliveries.flush()})

    def _shown(self) -> Response:
        return JSONResponse({"now": self._clock.moment(), "frozen": self._clock.frozen})
