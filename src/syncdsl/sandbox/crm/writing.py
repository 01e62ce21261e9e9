"""Writing records: insert, update and upsert (Zoho CRM API v8, Insert / Update / Upsert Records).

Every record of a call succeeds or fails on its own. The HTTP status follows the whole: all well 201 or 200,
mixed 207, all failed 400 (412 when every failure is ALREADY_MODIFIED).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from syncdsl.sandbox.clock import Clock, second_of
from syncdsl.sandbox.crm.acceptance import APPENDING, RejectedError, Rules, accepted, missing
from syncdsl.sandbox.crm.asking import module_of
from syncdsl.sandbox.crm.catalogue import Catalogue, Module
from syncdsl.sandbox.crm.envelope import entry, invalid_identity, refused
from syncdsl.sandbox.crm.external import by_external, external_field
from syncdsl.sandbox.crm.notifying import Change, Watching
from syncdsl.sandbox.crm.outcome import Written, duplicate, reply, success
from syncdsl.sandbox.crm.sent import sent_body, sent_objects
from syncdsl.sandbox.crm.stage_history import StageHistory
from syncdsl.sandbox.crm.subforms import merged
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import (
    BASE_CURRENCY,
    CRM_IDENTITY_BASE,
    CURRENCIES_BY_CODE,
    CURRENT_USER,
    RECORD_OFFSET,
)
from syncdsl.sandbox.store import Record, Store, row_key

BATCH_LIMIT = 100
RECORD_COUNTER = "crm.record"
ROW_COUNTER = "crm.row"
ROW_OFFSET = 900_000_000_000
"""Ids of the rows of subforms lie this far above those of metadata, out of the way of records."""


class Writing:
    """The write calls of record modules."""

    def __init__(
        self, store: Store, clock: Clock, catalogue: Catalogue, history: StageHistory, watching: Watching
    ) -> None:
        self._store = store
        self._clock = clock
        self._catalogue = catalogue
        self._history = history
        self._watching = watching

    def insert(self, call: Call) -> Reply:
        """Answer `POST /{module}`."""
        module = module_of(self._catalogue, call)
        records = sent_records(call)
        attempts = [partial(self._create, module, sent, path) for sent, path in _with_paths(records)]
        return self._written(call, module, attempts, all_well=201)

    def update(self, call: Call) -> Reply:
        """Answer `PUT /{module}` and `PUT /{module}/{id}`."""
        module = module_of(self._catalogue, call)
        records = sent_records(call)
        external = external_field(call, module)
        if (identity := call.variables.get("id")) is not None:
            if external is None and row_key(identity) is None:
                raise invalid_identity()
            records = [{**sent, external or "id": identity} for sent in records[:1]]
        limit = _unmodified_since(call)
        attempts = [
            partial(self._change_identified, module, sent, path, external, limit) for sent, path in _with_paths(records)
        ]
        return self._written(call, module, attempts, all_well=200)

    def upsert(self, call: Call) -> Reply:
        """Answer `POST /{module}/upsert`; each entry says which action was taken and by which field."""
        module = module_of(self._catalogue, call)
        records = sent_records(call)
        checks = _duplicate_checks(call, module)
        limit = _unmodified_since(call)
        attempts = [partial(self._upsert_one, module, sent, path, checks, limit) for sent, path in _with_paths(records)]
        answer = self._written(call, module, attempts, all_well=200)
        every_insert = len(answer.created) == len(records)
        return Reply(
            status=201 if every_insert else answer.status,
            content=answer.content,
            module=answer.module,
            created=answer.created,
        )

    def _written(
        self, call: Call, module: Module, attempts: Sequence[Callable[[], Written]], *, all_well: int
    ) -> Reply:
        written = [self._attempt(attempt) for attempt in attempts]
        self._watching.announce(call.base_url, module, [item.change for item in written if item.change is not None])
        return reply(module, written, all_well=all_well)

    def _attempt(self, write: Callable[[], Written]) -> Written:
        try:
            with self._store.transaction():
                return write()
        except RejectedError as rejected:
            return Written(rejected.entry)

    def _create(self, module: Module, sent: dict[str, Any], path: str) -> Written:
        values = accepted(module, sent, path=path, rules=self._rules(creating=True))
        document: dict[str, Any] = {
            "Owner": CURRENT_USER.id,
            "Created_By": CURRENT_USER.id,
            "Modified_By": CURRENT_USER.id,
            "Currency": BASE_CURRENCY.code,
        }
        now = self._clock.now()
        number = self._store.next_number(RECORD_COUNTER, CRM_IDENTITY_BASE + RECORD_OFFSET)
        record = Record(id=number, created=now, modified=now, name="", document=document)
        keys = completed(module, record, self._with_rows(module, record, values, path))
        self._forbid_duplicates(module, record, keys, path)
        self._store.insert(module.collection, record, keys)
        self._history.note(module, record, before=None)
        return Written(success(record, "record added"), Change(operation="insert", id=str(number)))

    def _change_identified(
        self, module: Module, sent: dict[str, Any], path: str, external: str | None, limit: int | None
    ) -> Written:
        name = external if external is not None and sent.get("id") is None else "id"
        identity = sent.get(name)
        if identity is None:
            raise RejectedError(missing(name, path))
        if external is not None and name == external:
            record = by_external(self._store, module, external, identity)
        else:
            record = self._store.get(module.collection, str(identity))
        if record is None:
            details = {"api_name": name, "json_path": f"{path}.{name}"}
            raise RejectedError(entry("INVALID_DATA", "the id given seems to be invalid", details))
        return self._change(module, record, sent, path, limit)

    def _change(self, module: Module, record: Record, sent: dict[str, Any], path: str, limit: int | None) -> Written:
        if limit is not None and record.modified > limit:
            details = {"id": str(record.id), "api_name": "id", "json_path": f"{path}.id"}
            message = "Record updated time has already passed if-unmodified-since time"
            raise RejectedError(entry("ALREADY_MODIFIED", message, details))
        values = accepted(module, sent, path=path, rules=self._rules(creating=False))
        before = dict(record.document)
        values = _appended(module, before, sent, values)
        record.modified = max(self._clock.now(), record.modified)
        record.document["Modified_By"] = CURRENT_USER.id
        keys = completed(module, record, self._with_rows(module, record, values, path))
        self._forbid_duplicates(module, record, keys, path)
        self._store.replace(module.collection, record, keys)
        self._history.note(module, record, before=before)
        change = Change(operation="update", id=str(record.id), fields=_differing(module, before, record.document))
        return Written(success(record, "record updated"), change)

    def _upsert_one(
        self, module: Module, sent: dict[str, Any], path: str, checks: list[str], limit: int | None
    ) -> Written:
        for name in checks:
            value = sent.get(name)
            comparable = isinstance(value, str | int) and not isinstance(value, bool)
            found = self._store.find(module.collection, name, str(value)) if comparable else []
            if found:
                record = self._store.get(module.collection, found[0])
                if record is not None:
                    written = self._change(module, record, sent, path, limit)
                    return Written({**written.entry, "action": "update", "duplicate_field": name}, written.change)
        written = self._create(module, sent, path)
        return Written({**written.entry, "action": "insert", "duplicate_field": None}, written.change)

    def _rules(self, *, creating: bool) -> Rules:
        return Rules(catalogue=self._catalogue, exists=self._exists, creating=creating)

    def _exists(self, module: str, identity: str) -> bool:
        return self._store.get(self._catalogue.described[module].collection, identity) is not None

    def _with_rows(self, module: Module, record: Record, values: dict[str, Any], path: str) -> dict[str, Any]:
        """Return accepted values with the rows of subforms as they are after the write."""
        whole = dict(values)
        for field in module.fields.values():
            name = field.api_name
            if field.subform is None or not values.get(name):
                continue
            held = record.document.get(name) or []
            whole[name] = merged(held, values[name], path=f"{path}.{name}", new_id=self._row_identity)
            if whole[name] is None and field.mandatory:
                raise RejectedError(missing(name, path))
        return whole

    def _row_identity(self) -> str:
        return str(self._store.next_number(ROW_COUNTER, CRM_IDENTITY_BASE + ROW_OFFSET))

    def _forbid_duplicates(self, module: Module, record: Record, keys: Mapping[str, str], path: str) -> None:
        for field in module.fields.values():
            value = keys.get(field.api_name)
            if not (field.unique and value):
                continue
            others = [
                found for found in self._store.find(module.collection, field.api_name, value) if found != record.id
            ]
            if others:
                raise RejectedError(duplicate(self._store, module, field, path, others))


def completed(module: Module, record: Record, values: Mapping[str, Any]) -> dict[str, str]:
    """Put accepted values into a record, derive the rest, and return the record's key values."""
    for name, value in values.items():
        if value is None:
            record.document.pop(name, None)
        else:
            record.document[name] = value
    currency = record.document.setdefault("Currency", BASE_CURRENCY.code)
    if "Currency" in values or "Exchange_Rate" not in record.document:
        rate = values.get("Exchange_Rate") or float(CURRENCIES_BY_CODE[currency].exchange_rate)
        record.document["Exchange_Rate"] = rate
    for derive in module.derivations:
        derive(record.document, values)
    record.name = str(record.document.get(module.name_field) or "")
    return {
        field.api_name: str(record.document[field.api_name])
        for field in module.fields.values()
        if field.indexed and record.document.get(field.api_name) is not None
    }


def sent_records(call: Call) -> list[dict[str, Any]]:
    """Return the records of a write call's body (1 to 100). Raises the refusal of anything else."""
    body = sent_body(call)
    records = sent_objects(body, "data", most=BATCH_LIMIT)
    trigger = body.get("trigger")
    if trigger is not None and (not isinstance(trigger, list) or not all(isinstance(item, str) for item in trigger)):
        details = {"api_name": "trigger", "json_path": "$.trigger", "expected_data_type": "jsonarray"}
        raise refused(400, "INVALID_DATA", "invalid data", details)
    return records


def _appended(
    module: Module, before: Mapping[str, Any], sent: Mapping[str, Any], values: dict[str, Any]
) -> dict[str, Any]:
    """Return the values with those of `$append_values` added to what the record has."""
    wanted = sent.get(APPENDING)
    names = [name for name, chosen in wanted.items() if chosen is True] if isinstance(wanted, dict) else []
    whole = dict(values)
    for name in names:
        field = module.fields.get(name)
        if field is not None and field.data_type == "multiselectpicklist" and values.get(name):
            whole[name] = list(dict.fromkeys([*(before.get(name) or []), *values[name]]))
    return whole


def _differing(module: Module, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in module.fields if name != "Modified_By" and before.get(name) != after.get(name))


def _duplicate_checks(call: Call, module: Module) -> list[str]:
    """Return the fields an upsert compares, in order: the listed ones, then the remaining unique ones."""
    listed = call.json().get("duplicate_check_fields")
    unique = [field.api_name for field in module.fields.values() if field.unique]
    if not listed:
        return [module.duplicate_check_field, *unique]
    allowed = {module.duplicate_check_field, *unique}
    if not isinstance(listed, list) or not all(isinstance(item, str) and item in allowed for item in listed):
        details = {
            "api_name": "duplicate_check_fields",
            "json_path": "$.duplicate_check_fields",
            "supported_values": sorted(allowed),
        }
        raise refused(400, "INVALID_DATA", "invalid data", details)
    return [*listed, *(name for name in unique if name not in listed)]


def _unmodified_since(call: Call) -> int | None:
    header = call.headers.get("if-unmodified-since")
    if header is None:
        return None
    second = second_of(header)
    if second is None:
        details = {"expected_data_type": "datetime", "header": "If-Unmodified-Since"}
        raise refused(400, "INVALID_DATA", "invalid data", details)
    return second


def _with_paths(records: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    return [(sent, f"$.data[{index}]") for index, sent in enumerate(records)]
