"""`/_sandbox/ledger`: what was asked of both systems."""

import json
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from syncdsl.sandbox.control.answers import answering_bad_input, parameter_number
from syncdsl.sandbox.ledger import Filter
from syncdsl.sandbox.platform import Platform

FILTERS = frozenset({"after", "system", "method", "path", "status", "writes", "limit"})
CHUNK = 200
"""Entries that leave together."""


class Recording:
    """Shows, counts and empties the ledger."""

    def __init__(self, platform: Platform) -> None:
        self._ledger = platform.ledger

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/ledger", answering_bad_input(self._entries), methods=["GET"]),
            Route("/_sandbox/ledger", self._clear, methods=["DELETE"]),
            Route("/_sandbox/ledger/open", self._open, methods=["GET"]),
            Route("/_sandbox/ledger/summary", answering_bad_input(self._summary), methods=["GET"]),
        ]

    async def _entries(self, request: Request) -> Response:
        limit = parameter_number(request, "limit")
        entries = self._ledger.entries(_filter(request), limit)
        return StreamingResponse(_streamed(entries), media_type="application/json")

    async def _open(self, _request: Request) -> Response:
        return JSONResponse({"open": self._ledger.begun()})

    async def _summary(self, request: Request) -> Response:
        return JSONResponse(self._ledger.summary(_filter(request)))

    async def _clear(self, _request: Request) -> Response:
        return JSONResponse({"removed": self._ledger.clear()})


async def _streamed(entries: Iterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    # Asynchronous although nothing is awaited: a plain generator would be run on another thread.
    yield b'{"entries":['
    separator = ""
    while chunk := list(islice(entries, CHUNK)):
        yield (separator + ",".join(json.dumps(entry, ensure_ascii=False) for entry in chunk)).encode()
        separator = ","
    yield b"]}"


def _filter(request: Request) -> Filter:
    given = request.query_params
    if unknown := sorted(set(given) - FILTERS):
        raise ValueError(f"`{unknown[0]}` is no filter; there are {', '.join(sorted(FILTERS))}")
    return Filter(
        after=parameter_number(request, "after") or 0,
        system=given.get("system"),
        method=given.get("method"),
        path=given.get("path"),
        status=parameter_number(request, "status"),
        writes=given.get("writes", "false") == "true",
    )
