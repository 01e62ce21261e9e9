"""Creates and updates records (Zoho CRM API v8, Insert records, Upsert records, Update records)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Ambiguous, Change, MovedOn, NewRecord, NotSent, Outcome, Record
from syncdsl.adapters.transport.answer import Answer
from syncdsl.adapters.transport.pool import each
from syncdsl.adapters.zoho.stamps import write_instant
from syncdsl.adapters.zoho_crm.dialect import results
from syncdsl.adapters.zoho_crm.outcomes import STALE, is_stale, outcomes
from syncdsl.adapters.zoho_crm.values import write_fields
from syncdsl.diagnostics import Fault
from syncdsl.schema.canonical import canonical

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from syncdsl.adapters.zoho_crm.api import Api
    from syncdsl.adapters.zoho_crm.reading import Reader
    from syncdsl.schema.snapshot import ModuleSchema

BATCH = 100
"""Most records of one call."""

ROUNDS = 3
"""How often an update of a record that others keep touching (in fields we do not write) is tried."""


class Writer:
    """Writes records of one connection."""

    def __init__(self, api: Api, reader: Reader, *, at_once: int) -> None:
        self._api = api
        self._reader = reader
        self._at_once = at_once

    def create(self, module: str, records: Sequence[NewRecord], *, safe: bool) -> list[Outcome]:
        """Create records; with `safe` those that carry a key are upserted by it, so that none can come twice."""
        schema = self._api.module(module)
        bodies = [self._body(schema, record.fields, record.key) for record in records]
        upserted = [
            index for index, record in enumerate(records) if safe and schema.key_field and record.key is not None
        ]
        inserted = [index for index in range(len(records)) if index not in set(upserted)]
        calls = [
            (upserted, f"/{module}/upsert", {"duplicate_check_fields": [schema.key_field]}),
            (inserted, f"/{module}", {}),
        ]
        calls = [call for call in calls if call[0]]
        answers = [
            self._write("POST", path, {"data": [bodies[index] for index in indexes], **more})
            for indexes, path, more in calls
        ]
        found: dict[int, Outcome] = {}
        for (indexes, _, _), answer in zip(calls, _unless_all_faults(answers), strict=True):
            told = outcomes(answer, len(indexes), key_field=schema.key_field, clean=self._api.client.clean)
            found |= dict(zip(indexes, told, strict=True))
        return [found[index] for index in range(len(records))]

    def update(self, module: str, changes: Sequence[Change]) -> list[Outcome]:
        """Update records; each only while it is as its change was decided on."""
        schema = self._api.module(module)
        found: dict[int, Outcome] = {}
        stamps = {index: _stamp(change) for index, change in enumerate(changes)}
        waiting = [index for index, change in enumerate(changes) if change.based_on and stamps[index] is None]
        for round_number in range(ROUNDS):
            # Without a stamp to rely on, and after the CRM said that the stamp is old, the fields themselves decide.
            stamps |= self._compare(module, schema, changes, waiting, found)
            todo = [index for index in range(len(changes)) if index not in found]
            waiting = self._send(module, schema, changes, todo, stamps, found)
            if not waiting:
                break
            if round_number == ROUNDS - 1:
                found |= dict.fromkeys(waiting, MovedOn())
        return [found[index] for index in range(len(changes))]

    def _send(
        self,
        module: str,
        schema: ModuleSchema,
        changes: Sequence[Change],
        todo: Sequence[int],
        stamps: Mapping[int, dt.datetime | None],
        found: dict[int, Outcome],
    ) -> list[int]:
        """Send one call per stamp, because the stamp is a header; return the changes whose stamp was old."""
        groups: dict[dt.datetime | None, list[int]] = {}
        for index in todo:
            groups.setdefault(stamps[index], []).append(index)

        def send(group: tuple[dt.datetime | None, list[int]]) -> Answer | NotSent | Ambiguous | Fault:
            stamp, indexes = group
            data = [
                {"id": changes[index].id, **self._body(schema, changes[index].fields, changes[index].key)}
                for index in indexes
            ]
            headers = {} if stamp is None else {"If-Unmodified-Since": write_instant(stamp)}
            return self._write("PUT", f"/{module}", {"data": data}, headers)

        stale: list[int] = []
        sent = each(send, list(groups.items()), at_once=self._at_once)
        answers = _unless_all_faults(sent, others=bool(found))
        for indexes, answer in zip(groups.values(), answers, strict=True):
            entries = results(answer) if isinstance(answer, Answer) else None
            told = outcomes(answer, len(indexes), key_field=None, clean=self._api.client.clean)
            for position, index in enumerate(indexes):
                if _was_stale(answer, entries, position, len(indexes)):
                    stale.append(index)
                else:
                    found[index] = told[position]
        return stale

    def _compare(
        self,
        module: str,
        schema: ModuleSchema,
        changes: Sequence[Change],
        indexes: Sequence[int],
        found: dict[int, Outcome],
    ) -> dict[int, dt.datetime | None]:
        """Read records again and compare the fields to be written; return the stamps the unchanged ones have now."""
        if not indexes:
            return {}
        names = tuple(dict.fromkeys(name for index in indexes for name in changes[index].fields))
        current = self._reader.fetch(module, [changes[index].id for index in indexes], names)
        stamps: dict[int, dt.datetime | None] = {}
        for index in indexes:
            record, based_on = current.get(changes[index].id), changes[index].based_on
            if record is None or (based_on and not _same(schema, changes[index].fields, record, based_on)):
                found[index] = MovedOn()
            else:
                stamps[index] = record.modified
        return stamps

    def _body(self, schema: ModuleSchema, fields: Mapping[str, Any], key: str | None) -> dict[str, Any]:
        body = write_fields(dict(fields), schema)
        if key is not None and schema.key_field is not None:
            body[schema.key_field] = key
        return body

    def _write(
        self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Answer | NotSent | Ambiguous | Fault:
        """Make a writing call; a fault is returned, so that it does not hide what other calls of the batch did."""
        try:
            return self._api.client.write(method, path, headers=headers or {}, body=body)
        except Fault as fault:
            return fault


def _unless_all_faults(
    answers: Sequence[Answer | NotSent | Ambiguous | Fault], *, others: bool = False
) -> list[Answer | NotSent | Ambiguous]:
    """Return answers in which a fault means that the call had no effect.

    Raises the fault when nothing else came of the batch; `others`: outcomes of earlier calls must not be lost.
    """
    faults = [answer for answer in answers if isinstance(answer, Fault)]
    if faults and len(faults) == len(answers) and not others:
        raise faults[0]
    return [NotSent(reason=answer.message) if isinstance(answer, Fault) else answer for answer in answers]


def _stamp(change: Change) -> dt.datetime | None:
    """Return the stamp an update may rely on: none when the record was so fresh that the stamp proves nothing."""
    based_on = change.based_on
    return based_on.modified if based_on is not None and based_on.version is not None else None


def _same(schema: ModuleSchema, names: Mapping[str, Any], one: Record, other: Record) -> bool:
    return all(
        canonical(one.fields.get(name), schema.fields[name].value)
        == canonical(other.fields.get(name), schema.fields[name].value)
        for name in names
    )


def _was_stale(
    answer: Answer | NotSent | Ambiguous, entries: list[dict[str, Any]] | None, position: int, count: int
) -> bool:
    if entries is not None:
        return len(entries) == count and is_stale(entries[position])
    data = answer.data if isinstance(answer, Answer) else None
    return isinstance(data, dict) and data.get("code") == STALE
