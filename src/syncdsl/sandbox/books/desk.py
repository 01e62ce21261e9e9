"""The control endpoints of Books: what a person does in its settings, where the API has no call for it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from syncdsl.sandbox.books.current import serving
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS, CustomField, add, api_name, described, remove
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.books.webhooks import Webhook, Webhooks
from syncdsl.sandbox.control.answers import answering_bad_input, given_object
from syncdsl.sandbox.organisation import BOOKS_IDENTITY_BASE
from syncdsl.sandbox.platform import Platform


class Desk:
    """Creates and removes custom fields and webhooks."""

    def __init__(self, platform: Platform) -> None:
        self._store = platform.store
        self._clock = platform.clock
        self._webhooks = Webhooks(platform.store, platform.clock, platform.deliveries)

    def routes(self) -> list[Route]:
        """Return the routes of these endpoints."""
        return [
            Route("/_sandbox/books/custom-fields", self._fields, methods=["GET"]),
            Route("/_sandbox/books/custom-fields", answering_bad_input(self._add_field), methods=["POST"]),
            Route("/_sandbox/books/custom-fields/{entity}/{name}", self._remove_field, methods=["DELETE"]),
            Route("/_sandbox/books/webhooks", self._list, methods=["GET"]),
            Route("/_sandbox/books/webhooks", answering_bad_input(self._add_webhook), methods=["POST"]),
            Route("/_sandbox/books/webhooks/{id}", self._remove_webhook, methods=["DELETE"]),
        ]

    async def _fields(self, _request: Request) -> Response:
        with serving(self._store):
            shown = {
                entity: [described(field, index) for index, field in enumerate(fields, 1)]
                for entity, fields in CUSTOM_FIELDS.items()
            }
        return JSONResponse(shown)

    async def _add_field(self, request: Request) -> Response:
        given = await _object(request, {"entity", "label", "data_type", "unique", "mandatory", "choices"})
        entity, label = _text(given, "entity"), _text(given, "label").strip()
        choices = given.get("choices") or []
        if not isinstance(choices, list) or not all(isinstance(choice, str) for choice in choices):
            raise ValueError("`choices` is a list of texts")
        with self._store.transaction():
            field = CustomField(
                number=next_record(self._store) - BOOKS_IDENTITY_BASE,
                api_name=api_name(label),
                label=label,
                data_type=_text(given, "data_type", "string"),
                unique=_flag(given, "unique"),
                mandatory=_flag(given, "mandatory"),
                choices=tuple(choices),
            )
            add(self._store, entity, field, self._clock.now())
            with serving(self._store):
                index = len(CUSTOM_FIELDS[entity])
        return JSONResponse(described(field, index))

    async def _remove_field(self, request: Request) -> Response:
        entity, name = request.path_params["entity"], request.path_params["name"]
        with self._store.transaction():
            removed = remove(self._store, entity, name, self._clock.now())
        return JSONResponse({"removed": removed}, status_code=200 if removed else 404)

    async def _list(self, _request: Request) -> Response:
        shown = [
            {"id": identity, "entity": webhook.entity, "events": webhook.events, "url": webhook.url}
            for identity, webhook in self._webhooks.all()
        ]
        return JSONResponse({"webhooks": shown})

    async def _add_webhook(self, request: Request) -> Response:
        given = await _object(request, {"entity", "events", "url", "secret", "method", "format"})
        events = given.get("events")
        if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
            raise ValueError("`events` is a list of texts")
        webhook = Webhook(
            entity=_text(given, "entity"),
            events=tuple(events),
            url=_text(given, "url"),
            secret=_text(given, "secret", ""),
            method=_text(given, "method", "POST").upper(),
            format=_text(given, "format", "json"),
        )
        with self._store.transaction():
            identity = self._webhooks.add(webhook)
        return JSONResponse({"id": identity})

    async def _remove_webhook(self, request: Request) -> Response:
        with self._store.transaction():
            removed = self._webhooks.remove(request.path_params["id"])
        return JSONResponse({"removed": removed}, status_code=200 if removed else 404)


async def _object(request: Request, known: set[str]) -> dict[str, Any]:
    given = await given_object(request)
    if unknown := sorted(given.keys() - known):
        raise ValueError(f"`{unknown[0]}` is not known here; there are {', '.join(sorted(known))}")
    return given


def _text(given: dict[str, Any], name: str, default: str | None = None) -> str:
    value = given.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is a text")  # noqa: TRY004 - answered as bad input like any other
    return value


def _flag(given: dict[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` is true or false")  # noqa: TRY004 - answered as bad input like any other
    return value
