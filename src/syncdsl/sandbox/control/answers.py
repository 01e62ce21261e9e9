"""What the control endpoints share: reading an order, and answering a bad one."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Endpoint = Callable[[Request], Awaitable[Response]]


def answering_bad_input(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with every ValueError answered as HTTP 400 with its message."""

    async def answering(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ValueError as error:
            return bad_input(str(error))

    return answering


async def given_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of the body; none is an empty one. Raises ValueError for anything else."""
    body = await request.body()
    given = json.loads(body) if body.strip() else {}
    if not isinstance(given, dict):
        raise ValueError("the body is a JSON object")  # noqa: TRY004 - answered as bad input like any other
    return given


def parameter_number(request: Request, name: str) -> int | None:
    """Return a whole number of the query, None where it is absent. Raises ValueError for anything else."""
    value = request.query_params.get(name)
    if value is not None and not (value.isascii() and value.isdigit() and len(value) < 19):
        raise ValueError(f"`{name}` is a whole number")
    return None if value is None else int(value)


def number(given: dict[str, Any], name: str) -> float | None:
    """Return a number of the order, None where it is absent. Raises ValueError for anything else."""
    value = given.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e11):
        raise ValueError(f"`{name}` is a number of seconds")
    return value


def bad_input(message: str) -> Response:
    """Answer an order that cannot be carried out."""
    return JSONResponse({"error": message}, status_code=400)
