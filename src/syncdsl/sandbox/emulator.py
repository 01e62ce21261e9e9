"""The pipeline every emulated call runs through: fault, authorisation, handler, ledger, hold."""

import contextlib
import logging
from collections.abc import Iterable
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from syncdsl.sandbox.exchange import Call, Handler, RefusedError, Reply
from syncdsl.sandbox.platform import Platform

LARGEST_BODY = 10 * 1024 * 1024
"""Bytes of a request body that are accepted."""

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 - a path, not a secret

log = logging.getLogger("syncdsl.sandbox")


class Envelope(Protocol):
    """How one system words what goes wrong before or around its handlers."""

    def unauthorised(self, *, token_given: bool) -> Reply:
        """Answer a call without a token, or with one that is not live."""

    def unknown_path(self) -> Reply:
        """Answer a call of a path that does not exist."""

    def wrong_method(self) -> Reply:
        """Answer a call of an existing path with a wrong method."""

    def too_large(self) -> Reply:
        """Answer a call whose body exceeds the limit."""

    def failure(self, status: int) -> Reply:
        """Answer with any other HTTP status, among them 429 and 500."""


class Emulator:
    """One emulated system: its name, its envelope, and what it shares with the other one."""

    def __init__(self, system: str, envelope: Envelope, platform: Platform) -> None:
        self._system = system
        self._envelope = envelope
        self._store = platform.store
        self._ledger = platform.ledger
        self._tokens = platform.tokens
        self._faults = platform.faults
        self._clock = platform.clock
        self._deliveries = platform.deliveries

    def application(self, handlers: Iterable[tuple[str, str, Handler]], control: Iterable[BaseRoute]) -> Starlette:
        """Return the ASGI application for (method, path, handler) triples; the first path that fits wins."""
        routes: list[BaseRoute] = [*control]
        routes.append(Route(TOKEN_PATH, self._endpoint(self._tokens.issue), methods=["POST"]))
        routes.extend(Route(path, self._endpoint(handler), methods=[method]) for method, path, handler in handlers)
        return Starlette(routes=routes, exception_handlers={HTTPException: self._unrouted})

    def _endpoint(self, handler: Handler) -> Any:
        async def endpoint(request: Request) -> Response:
            return await self._serve(request, handler)

        return endpoint

    async def _unrouted(self, request: Request, error: Exception) -> Response:
        wrong_method = isinstance(error, HTTPException) and error.status_code == 405

        def refuse(_call: Call) -> Reply:
            return self._envelope.wrong_method() if wrong_method else self._envelope.unknown_path()

        return await self._serve(request, refuse)

    async def _serve(self, request: Request, handler: Handler) -> Response:
        try:
            call = await _call(request)
        except ClientDisconnect:
            return Response(status_code=400)
        reply = self._answer(call, handler)
        gate = self._faults.takes(self._system, reply)
        if gate is not None:
            await self._faults.wait(gate, request.receive)
        return self._response(reply)

    def _answer(self, call: Call, handler: Handler) -> Reply:
        with self._store.transaction():
            reply = self._outcome(call, handler)
            self._ledger.append(self._system, call, reply)
        return reply

    def _outcome(self, call: Call, handler: Handler) -> Reply:
        if len(call.body) > LARGEST_BODY:
            return self._envelope.too_large()
        if call.path != TOKEN_PATH:
            if (order := self._faults.failure(self._system, call)) is not None:
                reply = self._envelope.failure(order.status)
                wait = {} if order.retry_after is None else {"Retry-After": str(order.retry_after)}
                return Reply(status=reply.status, content=reply.content, headers=wait)
            authorization = call.headers.get("authorization")
            if not self._tokens.accepts(authorization):
                return self._envelope.unauthorised(token_given=bool(authorization))
        try:
            with self._store.transaction():
                return handler(call)
        except RefusedError as refused:
            self._deliveries.discard()
            return refused.reply
        except Exception:
            self._deliveries.discard()
            log.exception("%s %s failed inside the sandbox", call.method, call.path)
            return self._envelope.failure(500)

    def _response(self, reply: Reply) -> Response:
        headers = {**reply.headers, "Date": self._clock.http_date()}
        if reply.content is None:
            return Response(status_code=reply.status, headers=headers)
        return JSONResponse(reply.content, status_code=reply.status, headers=headers)


async def _call(request: Request) -> Call:
    body = await request.body()
    form: dict[str, str] = {}
    if request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        with contextlib.suppress(HTTPException):
            form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    return Call(
        method=request.method,
        path=request.url.path,
        base_url=str(request.base_url).rstrip("/"),
        variables={key: str(value) for key, value in request.path_params.items()},
        query=dict(request.query_params),
        headers=dict(request.headers),
        form=form,
        body=body,
    )
