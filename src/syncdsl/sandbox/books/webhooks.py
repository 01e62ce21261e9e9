"""Webhooks of Books: what is sent to whom when a record changes (Zoho Books help, Automation, Webhooks).

In the real system a person sets up a workflow rule and a webhook; here the control endpoint does. The signature
covers the query and form pairs, sorted by key, each key followed by its value, and then the raw body where it is
JSON (Zoho Billing knowledge base, Securing webhooks).
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from syncdsl.sandbox.books.custom_fields import ENTITIES
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.deliveries import Deliveries, Delivery, is_loopback
from syncdsl.sandbox.store import Clause, Record, Store

COLLECTION = "books.webhooks"
EVENTS = {"created": "create", "updated": "edit", "deleted": "delete"}
"""What a rule can wait for, by what happened."""

METHODS = ("POST", "PUT", "DELETE")
FORMATS = ("json", "form")
SIGNATURE = "X-Zoho-Webhook-Signature"
SECRET_LENGTHS = range(12, 51)
FORM_KEY = "JSONString"
"""The form field that holds the payload (assumed: the one in which Books takes bodies as well)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One webhook: `events` of `entity` are sent to `url`, signed when there is a `secret`.

    Raises ValueError, with words for the person who asked, when it cannot exist.
    """

    entity: str
    events: tuple[str, ...]
    url: str
    secret: str = ""
    method: str = "POST"
    format: str = "json"

    def __post_init__(self) -> None:
        if self.entity not in ENTITIES:
            raise ValueError(f"`entity` is one of {', '.join(ENTITIES)}")
        if not self.events or not set(self.events) <= set(EVENTS.values()):
            raise ValueError(f"`events` are some of {', '.join(EVENTS.values())}")
        if self.method not in METHODS:
            raise ValueError(f"`method` is one of {', '.join(METHODS)}")
        if self.format not in FORMATS:
            raise ValueError(f"`format` is one of {', '.join(FORMATS)}")
        fits = self.secret.isascii() and self.secret.isalnum() and len(self.secret) in SECRET_LENGTHS
        if self.secret and not fits:
            raise ValueError("`secret` has 12 to 50 letters and digits")
        if not is_loopback(self.url):
            raise ValueError("`url` is an http address on this machine")


class Webhooks:
    """The webhooks of the organisation."""

    def __init__(self, store: Store, clock: Clock, deliveries: Deliveries) -> None:
        self._store = store
        self._clock = clock
        self._deliveries = deliveries

    def add(self, webhook: Webhook) -> str:
        """Store a webhook and return its id."""
        second = self._clock.now()
        document = {
            "events": list(webhook.events),
            "url": webhook.url,
            "secret": webhook.secret,
            "method": webhook.method,
            "format": webhook.format,
        }
        record = Record(
            id=next_record(self._store),
            created=second,
            modified=second,
            name=webhook.url,
            document=document,
            kind=webhook.entity,
            status="active",
        )
        self._store.insert(COLLECTION, record, {})
        return str(record.id)

    def all(self) -> list[tuple[str, Webhook]]:
        """Return all webhooks with their ids."""
        records = self._store.select(COLLECTION, Clause("1"), order="id", limit=1_000)
        return [(str(record.id), _webhook(record)) for record in records]

    def remove(self, identity: str) -> bool:
        """Remove a webhook; return whether there was one."""
        record = self._store.get(COLLECTION, identity)
        if record is not None:
            self._store.delete(COLLECTION, record, created_by="", at=self._clock.now())
        return record is not None

    def emit(self, entity: str, action: str, document: dict[str, Any]) -> None:
        """Queue a call for every webhook that waits for an action ("created", "updated", "deleted")."""
        waiting = self._store.select(COLLECTION, Clause("kind = ?", (entity,)), order="id", limit=1_000)
        for webhook in map(_webhook, waiting):
            if EVENTS[action] in webhook.events:
                self._deliveries.queue(_delivery(webhook, {entity: document}))


def signature(secret: str, url: str, form: list[tuple[str, str]], raw: bytes) -> str:
    """Return the signature of a call: HMAC-SHA256 in hex over the sorted pairs and the raw JSON body."""
    pairs = sorted([*parse_qsl(urlsplit(url).query, keep_blank_values=True), *form])
    base = "".join(key + value for key, value in pairs).encode() + raw
    return hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _delivery(webhook: Webhook, payload: dict[str, Any]) -> Delivery:
    content = json.dumps(payload, ensure_ascii=False)
    form = [(FORM_KEY, content)] if webhook.format == "form" else []
    raw = b"" if form else content.encode()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"Content-Type": kind}
    if webhook.secret:
        headers[SIGNATURE] = signature(webhook.secret, webhook.url, form, raw)
    return Delivery(
        system="books", method=webhook.method, url=webhook.url, headers=headers, body=raw or urlencode(form).encode()
    )


def _webhook(record: Record) -> Webhook:
    document = dict(record.document)
    return Webhook(entity=record.kind, events=tuple(document.pop("events")), **document)
