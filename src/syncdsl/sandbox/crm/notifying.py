"""Telling subscribers about changes: the callbacks of notification channels (Zoho CRM API v8, Notifications).

A callback carries ids and the names of changed fields, no data; the channel's token is the only proof of its origin.
One call of the API makes one callback for each channel and kind of change. The callback leaves once the reply that
caused it is committed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.catalogue import Module
from syncdsl.sandbox.deliveries import Deliveries
from syncdsl.sandbox.outgoing import Delivery
from syncdsl.sandbox.store import Store

TABLE = """CREATE TABLE IF NOT EXISTS crm_channel (
    id TEXT PRIMARY KEY,
    expires INTEGER NOT NULL,
    document TEXT NOT NULL
) WITHOUT ROWID"""

Operation = Literal["insert", "update", "delete"]
EVENTS: dict[Operation, str] = {"insert": "create", "update": "edit", "delete": "delete"}
"""Kinds of change, and the words by which channels ask for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one record; `fields` are those with another value than before."""

    operation: Operation
    id: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Only edits of these fields of a module are told: of any of them, or with `every` of all together."""

    module: str
    fields: tuple[str, ...]
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A subscription. `events` are words like `Deals.edit`; `expires` is a second."""

    id: str
    events: tuple[str, ...]
    notify_url: str
    token: str | None
    expires: int
    values: bool = False
    related: bool = False
    conditions: tuple[Condition, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that the channel watches, in the order of its events."""
        return tuple(dict.fromkeys(event.partition(".")[0] for event in self.events))

    def wants(self, module: str, change: Change) -> bool:
        """Return whether a change is one to tell."""
        if not {f"{module}.{EVENTS[change.operation]}", f"{module}.all"}.intersection(self.events):
            return False
        conditions = [condition for condition in self.conditions if condition.module == module]
        if change.operation != "update" or not conditions:
            return True
        return any(
            set(condition.fields).issubset(change.fields)
            if condition.every
            else not set(condition.fields).isdisjoint(change.fields)
            for condition in conditions
        )


class Watching:
    """Keeps the channels and queues their callbacks."""

    def __init__(self, store: Store, clock: Clock, deliveries: Deliveries) -> None:
        self._store = store
        self._clock = clock
        self._deliveries = deliveries
        store.rows(TABLE)

    def channels(self) -> list[Channel]:
        """Return the channels that have not expired, by id."""
        rows = self._store.rows("SELECT document FROM crm_channel WHERE expires > ? ORDER BY id", (self._clock.now(),))
        return [_channel(json.loads(row[0])) for row in rows]

    def channel(self, identity: str) -> Channel | None:
        """Return a channel that has not expired, or None."""
        return next((channel for channel in self.channels() if channel.id == identity), None)

    def keep(self, channel: Channel) -> None:
        """Store a channel in the place of the one with its id."""
        self._store.rows(
            "INSERT OR REPLACE INTO crm_channel VALUES (?, ?, ?)",
            (channel.id, channel.expires, json.dumps(asdict(channel))),
        )

    def forget(self, identity: str) -> None:
        """End a channel."""
        self._store.rows("DELETE FROM crm_channel WHERE id = ?", (identity,))

    def announce(self, base_url: str, module: Module, changes: Sequence[Change]) -> None:
        """Queue the callbacks of the changes that one call made; `base_url` is where the call came in."""
        if not changes:
            return
        for channel in self.channels():
            for operation in EVENTS:
                told = [
                    item for item in changes if item.operation == operation and channel.wants(module.api_name, item)
                ]
                if told:
                    body = self._callback(base_url, module, channel, told)
                    self._deliveries.queue(
                        Delivery(
                            system="crm",
                            method="POST",
                            url=channel.notify_url,
                            headers={"Content-Type": "application/json"},
                            body=json.dumps(body, ensure_ascii=False).encode(),
                        )
                    )

    def _callback(self, base_url: str, module: Module, channel: Channel, told: list[Change]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "server_time": self._clock.now() * 1000,
            "query_params": {},
            "module": module.api_name,
            "resource_uri": f"{base_url}/crm/v8/{module.api_name}",
            "ids": [change.id for change in told],
            "affected_fields": [{change.id: list(change.fields)} for change in told if change.fields],
            "operation": told[0].operation,
            "channel_id": channel.id,
            "token": channel.token,
        }
        if channel.values:
            body["affected_values"] = [
                {"record_id": change.id, "values": self._values(module, change)} for change in told if change.fields
            ]
        return body

    def _values(self, module: Module, change: Change) -> dict[str, Any]:
        record = self._store.get(module.collection, change.id)
        return {} if record is None else {name: record.document.get(name) for name in change.fields}


def _channel(document: dict[str, Any]) -> Channel:
    conditions = tuple(
        Condition(module=item["module"], fields=tuple(item["fields"]), every=item["every"])
        for item in document["conditions"]
    )
    return Channel(**{**document, "events": tuple(document["events"]), "conditions": conditions})
