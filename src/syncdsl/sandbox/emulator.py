"""The pipeline every emulated call runs through: faults, limits, authorisation, handler, ledger, hold."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, compile_path

from syncdsl.sandbox.exchange import Call, Handler, RefusedError, Reply
from syncdsl.sandbox.faults import Struck, edits
from syncdsl.sandbox.limits import Entry
from syncdsl.sandbox.oauth import Accounts
from syncdsl.sandbox.platform import Platform
from syncdsl.sandbox.scopes import covers
from syncdsl.sandbox.wire import BrokenOff, Dropped, connection_of

LARGEST_BODY = 10 * 1024 * 1024
"""Bytes of a request body that are accepted."""

OAUTH = "/oauth/"
"""Start of the paths that need no token."""

log = logging.getLogger("syncdsl.sandbox")


class Envelope(Protocol):
    """How one system words what goes wrong before or around its handlers."""

    def unauthorised(self, *, token_given: bool) -> Reply:
        """Answer a call without a token, or with one that is not live."""

    def scope_mismatch(self) -> Reply:
        """Answer a call that the token's scopes do not cover."""

    def unknown_path(self) -> Reply:
        """Answer a call of a path that does not exist."""

    def wrong_method(self) -> Reply:
        """Answer a call of an existing path with a wrong method."""

    def too_large(self) -> Reply:
        """Answer a call whose body exceeds the limit."""

    def failure(self, status: int, code: int | None = None) -> Reply:
        """Answer with any other HTTP status, among them 429 and 500; `code` chooses among reasons for 429."""


class Emulator:
    """One emulated system: its name, its envelope, and what it shares with the other one."""

    def __init__(self, system: str, envelope: Envelope, platform: Platform) -> None:
        self._system = system
        self._envelope = envelope
        self._platform = platform
        self._store = platform.store
        self._tokens = platform.tokens
        self._faults = platform.faults
        self._clock = platform.clock
        self._updates: list[tuple[str, Handler]] = []

    def application(self, handlers: Iterable[tuple[str, str, Handler]], control: Iterable[BaseRoute]) -> Starlette:
        """Return the ASGI application for (method, path, handler) triples; the first path that fits wins."""
        endpoints = [*Accounts(self._tokens).endpoints(), *handlers]
        self._updates = [(path, handler) for method, path, handler in endpoints if method == "PUT"]
        routes: list[BaseRoute] = [*control]
        routes += [Route(path, self._endpoint(path, handler), methods=[method]) for method, path, handler in endpoints]
        return Starlette(routes=routes, exception_handlers={HTTPException: self._unrouted})

    def _endpoint(self, template: str, handler: Handler) -> Any:
        async def endpoint(request: Request) -> Response:
            return await self._serve(request, template, handler)

        return endpoint

    async def _unrouted(self, request: Request, error: Exception) -> Response:
        wrong_method = isinstance(error, HTTPException) and error.status_code == 405

        def refuse(_call: Call) -> Reply:
            return self._envelope.wrong_method() if wrong_method else self._envelope.unknown_path()

        return await self._serve(request, "", refuse)

    async def _serve(self, request: Request, template: str, handler: Handler) -> Response:
        try:
            call = await _call(request, template)
        except ClientDisconnect:
            return Response(status_code=400)
        struck = Struck(self._faults.strike(self._system, call))
        if struck.request_lost:
            self._platform.ledger.append(self._system, call, None, struck.names)
            return Dropped(connection_of(request))
        if struck.landing is not None:
            moment = self._clock.moment() + struck.landing
            self._clock.schedule(moment, partial(self._answer, call, handler, struck))
            return Dropped(connection_of(request))
        entry = self._platform.gate.enter(self._system, call)
        try:
            with self._platform.ledger.open(self._system, call):
                return await self._served(request, call, handler, struck, entry)
        finally:
            self._platform.gate.leave(entry)

    async def _served(self, request: Request, call: Call, handler: Handler, struck: Struck, entry: Entry) -> Response:
        await self._delay(struck.latency)
        if entry.refusal is None:
            seq, reply = self._answer(call, handler, struck)
        else:
            reply = self._refused(429, entry.refusal.code, entry.refusal.retry_after)
            seq = self._platform.ledger.append(self._system, call, reply, struck.names)
        gate = self._faults.takes(self._system, reply, call)
        if gate is not None:
            await self._faults.wait(gate, request.receive)
        if connection_of(request).is_closing():
            self._platform.ledger.client_gone(seq)
        if struck.response_lost:
            return Dropped(connection_of(request))
        response = self._response(reply, entry.headers, struck.skew)
        if struck.cut is not None and struck.cut.how == "bytes" and reply.content is not None:
            return BrokenOff(connection_of(request), response, struck.cut.keep)
        return response

    async def _delay(self, seconds: float) -> None:
        if seconds and self._clock.frozen:
            self._clock.advance(seconds)
        elif seconds:
            await asyncio.sleep(seconds)

    def _answer(self, call: Call, handler: Handler, struck: Struck) -> tuple[int, Reply]:
        with self._store.transaction():
            reply = self._outcome(call, handler, struck)
            seq = self._platform.ledger.append(self._system, call, reply, struck.names)
        return seq, reply

    def _outcome(self, call: Call, handler: Handler, struck: Struck) -> Reply:
        if len(call.body) > LARGEST_BODY:
            return self._envelope.too_large()
        if (order := struck.refusal) is not None:
            return self._refused(order.status, order.code, order.retry_after)
        if (reply := self._unauthorised(call, token_ends=struck.token_ends)) is not None:
            return reply
        with self._faults.lagging(struck.lag), self._clock.skewed(struck.stamp_skew):
            reply = self._run(call, partial(struck.handled, handler=handler))
        for workflow in struck.edits:
            for edit in edits(self._system, workflow, call, reply, self._platform.options.books_organisation):
                self._edit(edit)
        return reply

    def _refused(self, status: int, code: int | None, retry_after: int | None) -> Reply:
        reply = self._envelope.failure(status, code)
        wait = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return Reply(status=reply.status, content=reply.content, headers=wait)

    def _unauthorised(self, call: Call, *, token_ends: bool) -> Reply | None:
        if call.path.startswith(OAUTH):
            return None
        authorization = call.headers.get("authorization")
        if token_ends:
            self._tokens.end(authorization)
        scopes = self._tokens.scopes_of(authorization)
        if scopes is None:
            return self._envelope.unauthorised(token_given=bool(authorization))
        # A path that does not exist is nobody's: it is answered as such.
        if call.template and not covers(scopes, self._system, call):
            return self._envelope.scope_mismatch()
        return None

    def _run(self, call: Call, handler: Handler) -> Reply:
        deliveries = self._platform.deliveries
        queued = deliveries.queued
        try:
            with self._store.transaction():
                return handler(call)
        except RefusedError as refused:
            deliveries.discard(queued)
            return refused.reply
        except Exception:
            deliveries.discard(queued)
            log.exception("%s %s failed inside the sandbox", call.method, call.path)
            return self._envelope.failure(500)

    def _edit(self, call: Call) -> None:
        """Carry out a server's own edit. Its stamp is a second later, so that it differs from the call's."""
        for template, handler in self._updates:
            fit = compile_path(template)[0].match(call.path)
            if fit is not None:
                with self._clock.skewed(1.0):
                    reply = self._run(replace(call, variables=fit.groupdict()), handler)
                if reply.status >= 300:
                    log.warning("the workflow's edit of %s was refused: %s", call.path, reply.content)
                return

    def _response(self, reply: Reply, more: Mapping[str, str], skew: float) -> Response:
        headers = {**reply.headers, **more, "Date": self._clock.http_date(skew)}
        if reply.content is None:
            return Response(status_code=reply.status, headers=headers)
        return JSONResponse(reply.content, status_code=reply.status, headers=headers)


async def _call(request: Request, template: str) -> Call:
    body = await request.body()
    form: dict[str, str] = {}
    if request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        with contextlib.suppress(HTTPException):
            form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    variables = {key: str(value) for key, value in request.path_params.items()}
    return Call(
        method=request.method,
        path=request.url.path,
        base_url=str(request.base_url).rstrip("/"),
        template=template.replace("{module}", variables.get("module", "{module}")),
        variables=variables,
        query=dict(request.query_params),
        headers=dict(request.headers),
        form=form,
        body=body,
    )
