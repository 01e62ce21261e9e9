"""`/_sandbox/limits` and `/_sandbox/grants`: how much is allowed, and to whom."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, given_object
from syncdsl.sandbox.limits import limits_of
from syncdsl.sandbox.platform import Platform


class Permitting:
    """Puts limits in force, and hands out tokens with few scopes."""

    def __init__(self, platform: Platform) -> None:
        self._gate = platform.gate
        self._tokens = platform.tokens

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/limits", self._shown, methods=["GET"]),
            Route("/_sandbox/limits", answering_bad_input(self._set), methods=["PUT"]),
            Route("/_sandbox/grants", answering_bad_input(self._grant), methods=["POST"]),
        ]

    async def _shown(self, _request: Request) -> Response:
        return JSONResponse(self._gate.shown())

    async def _set(self, request: Request) -> Response:
        self._gate.set(limits_of(json.loads(await request.body() or b"null")))
        return JSONResponse(self._gate.shown())

    async def _grant(self, request: Request) -> Response:
        given = (await given_object(request)).get("scopes")
        if not isinstance(given, list) or not given or not all(isinstance(item, str) for item in given):
            raise ValueError("`scopes` is a list of scopes such as ZohoCRM.modules.accounts.READ")
        scopes = tuple(given)
        # The code is what Zoho's console shows to a self-client; the refresh token saves its exchange.
        return JSONResponse(
            {
                "scopes": given,
                "code": self._tokens.new_code(scopes),
                "refresh_token": self._tokens.new_refresh_token(scopes),
            }
        )
