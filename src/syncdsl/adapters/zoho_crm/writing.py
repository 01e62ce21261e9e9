"""Creates and updates records (Zoho CRM API v8, Insert records, Upsert records, Update records)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho_crm.sending import Sender, raise_if_all_faults
from syncdsl.adapters.zoho_crm.updating import Updater
from syncdsl.adapters.zoho_crm.values import write_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.protocol import Change, NewRecord, Outcome
    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.automation import Automation
    from syncdsl.adapters.zoho_crm.outcomes import Result
    from syncdsl.adapters.zoho_crm.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema

BATCH = 100
"""Most records of one call."""


class Writer:
    """Writes records of one connection."""

    def __init__(self, api: Api, reader: Reader, automation: Automation, *, at_once: int) -> None:
        self._api = api
        self._sender = Sender(api, automation)
        self._updater = Updater(api, reader, self._sender, at_once=at_once)
        self._at_once = at_once

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records; with `safe` those that carry a key are upserted by it, so that none can come twice."""
        schema = self._api.module(module)
        bodies = [_body(schema, record) for record in records]
        upserted = [
            index for index, record in enumerate(records) if safe and schema.key_field and record.key is not None
        ]
        inserted = [index for index in range(len(records)) if index not in set(upserted)]
        by_key: tuple[list[int], str, Mapping[str, Any]]
        by_key = upserted, f"/{module}/upsert", {"duplicate_check_fields": [schema.key_field]}
        calls = [call for call in (by_key, (inserted, f"/{module}", {})) if call[0]]

        def send(call: tuple[list[int], str, Mapping[str, Any]]) -> list[Result]:
            indexes, path, more = call
            return self._sender.send("POST", path, [bodies[index] for index in indexes], more=more)

        sent = each(send, calls, at_once=self._at_once)
        raise_if_all_faults([result for part in sent for result in part])
        found: dict[int, Outcome] = {}
        for (indexes, _, _), answered in zip(calls, sent, strict=True):
            told = [self._sender.outcome(result, key_field=schema.key_field) for result in answered]
            found |= dict(zip(indexes, told, strict=True))
        return [found[index] for index in range(len(records))]

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records; each only while it is as its change was decided on."""
        return self._updater.update(module, changes)


def _body(schema: ModuleSchema, record: NewRecord) -> dict[str, Any]:
    body = write_fields(dict(record.fields), schema)
    if record.key is not None and schema.key_field is not None:
        body[schema.key_field] = record.key
    return body
