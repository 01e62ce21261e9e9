"""`/_sandbox/faults`: orders for faults."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, given_object
from syncdsl.sandbox.faults import order_of
from syncdsl.sandbox.platform import Platform


class Faulting:
    """Takes orders, shows them, and lets them be taken back."""

    def __init__(self, platform: Platform) -> None:
        self._faults = platform.faults
        self._clock = platform.clock

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/faults", answering_bad_input(self._add), methods=["POST"]),
            Route("/_sandbox/faults", self._shown, methods=["GET"]),
            Route("/_sandbox/faults", self._take_back_all, methods=["DELETE"]),
            Route("/_sandbox/faults/{id:int}", self._take_back, methods=["DELETE"]),
        ]

    async def _add(self, request: Request) -> Response:
        return JSONResponse({"id": self._faults.add(order_of(await given_object(request)))})

    async def _shown(self, _request: Request) -> Response:
        return JSONResponse({"faults": self._faults.shown(), "landing": self._clock.scheduled})

    async def _take_back_all(self, _request: Request) -> Response:
        return JSONResponse({"removed": self._faults.take_back(None)})

    async def _take_back(self, request: Request) -> Response:
        removed = self._faults.take_back(request.path_params["id"])
        return JSONResponse({"removed": removed}, status_code=200 if removed else 404)
