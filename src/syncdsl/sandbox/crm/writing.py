"""Writing records: insert, update and upsert (Zoho CRM API v8, Insert / Update / Upsert Records).

Every record of a call succeeds or fails on its own. The HTTP status follows the whole: all well 201 or 200,
mixed 207, all failed 400 (412 when every failure is ALREADY_MODIFIED).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from syncdsl.sandbox.clock import Clock, second_of
from syncdsl.sandbox.crm.acceptance import RejectedError, accepted
from syncdsl.sandbox.crm.catalogue import MODULES_BY_NAME, Field, Module
from syncdsl.sandbox.crm.envelope import entry, invalid_identity, refused
from syncdsl.sandbox.crm.reading import module_of
from syncdsl.sandbox.crm.rendering import moment, person
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


@dataclass(frozen=True, slots=True)
class _Written:
    """What became of one record: its entry in the reply, and the id when it was created."""

    entry: dict[str, Any]
    created: str | None = None


class Writing:
    """The write calls of record modules."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def insert(self, call: Call) -> Reply:
        """Answer `POST /{module}`."""
        module = module_of(call)
        records = sent_records(call)
        written = [self._attempt(partial(self._create, module, sent, path)) for sent, path in _with_paths(records)]
        return _reply(module, written, all_well=201)

    def update(self, call: Call) -> Reply:
        """Answer `PUT /{module}` and `PUT /{module}/{id}`."""
        module = module_of(call)
        records = sent_records(call)
        if (identity := call.variables.get("id")) is not None:
            if row_key(identity) is None:
                raise invalid_identity()
            records = [{**sent, "id": identity} for sent in records[:1]]
        limit = _unmodified_since(call)
        written = [
            self._attempt(partial(self._change_identified, module, sent, path, limit))
            for sent, path in _with_paths(records)
        ]
        return _reply(module, written, all_well=200)

    def upsert(self, call: Call) -> Reply:
        """Answer `POST /{module}/upsert`; each entry says which action was taken and by which field."""
        module = module_of(call)
        records = sent_records(call)
        checks = _duplicate_checks(call, module)
        limit = _unmodified_since(call)
        written = [
            self._attempt(partial(self._upsert_one, module, sent, path, checks, limit))
            for sent, path in _with_paths(records)
        ]
        every_insert = all(item.created is not None for item in written)
        return _reply(module, written, all_well=201 if every_insert else 200)

    def _attempt(self, write: Callable[[], _Written]) -> _Written:
        try:
            with self._store.transaction():
                return write()
        except RejectedError as rejected:
            return _Written(rejected.entry)

    def _create(self, module: Module, sent: dict[str, Any], path: str) -> _Written:
        values = accepted(module, sent, path=path, creating=True, exists=self._exists)
        document: dict[str, Any] = {
            "Owner": CURRENT_USER.id,
            "Created_By": CURRENT_USER.id,
            "Modified_By": CURRENT_USER.id,
            "Currency": BASE_CURRENCY.code,
        }
        now = self._clock.now()
        number = self._store.next_number(RECORD_COUNTER, CRM_IDENTITY_BASE + RECORD_OFFSET)
        record = Record(id=number, created=now, modified=now, name="", document=document)
        keys = completed(module, record, values)
        self._forbid_duplicates(module, record, keys, path)
        self._store.insert(module.collection, record, keys)
        return _Written(_success(record, "record added"), created=str(number))

    def _change_identified(self, module: Module, sent: dict[str, Any], path: str, limit: int | None) -> _Written:
        identity = sent.get("id")
        if identity is None:
            details = {"api_name": "id", "json_path": f"{path}.id"}
            raise RejectedError(entry("MANDATORY_NOT_FOUND", "required field not found", details))
        record = self._store.get(module.collection, str(identity))
        if record is None:
            details = {"api_name": "id", "json_path": f"{path}.id"}
            raise RejectedError(entry("INVALID_DATA", "the id given seems to be invalid", details))
        return self._change(module, record, sent, path, limit)

    def _change(self, module: Module, record: Record, sent: dict[str, Any], path: str, limit: int | None) -> _Written:
        if limit is not None and record.modified > limit:
            details = {"id": str(record.id), "api_name": "id", "json_path": f"{path}.id"}
            message = "Record updated time has already passed if-unmodified-since time"
            raise RejectedError(entry("ALREADY_MODIFIED", message, details))
        values = accepted(module, sent, path=path, creating=False, exists=self._exists)
        record.modified = max(self._clock.now(), record.modified)
        record.document["Modified_By"] = CURRENT_USER.id
        keys = completed(module, record, values)
        self._forbid_duplicates(module, record, keys, path)
        self._store.replace(module.collection, record, keys)
        return _Written(_success(record, "record updated"))

    def _upsert_one(
        self, module: Module, sent: dict[str, Any], path: str, checks: list[str], limit: int | None
    ) -> _Written:
        for name in checks:
            value = sent.get(name)
            found = self._store.find(module.collection, name, value) if isinstance(value, str) else []
            if found:
                record = self._store.get(module.collection, found[0])
                if record is not None:
                    written = self._change(module, record, sent, path, limit)
                    return _Written({**written.entry, "action": "update", "duplicate_field": name})
        written = self._create(module, sent, path)
        return _Written({**written.entry, "action": "insert", "duplicate_field": None}, written.created)

    def _exists(self, module: str, identity: str) -> bool:
        return self._store.get(MODULES_BY_NAME[module].collection, identity) is not None

    def _forbid_duplicates(self, module: Module, record: Record, keys: Mapping[str, str], path: str) -> None:
        for field in module.fields.values():
            value = keys.get(field.api_name)
            if not (field.unique and value):
                continue
            others = [
                found for found in self._store.find(module.collection, field.api_name, value) if found != record.id
            ]
            if others:
                raise RejectedError(_duplicate(self._store, module, field, path, others))


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
    try:
        body = call.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        message = "either the request body or parameters is in wrong format"
        raise refused(400, "UNABLE_TO_PARSE_DATA_TYPE", message)
    records = body.get("data")
    details = {"api_name": "data", "json_path": "$.data"}
    if records is None:
        raise refused(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    if not isinstance(records, list) or not records or not all(isinstance(item, dict) for item in records):
        raise refused(400, "INVALID_DATA", "invalid data", {**details, "expected_data_type": "jsonarray"})
    if len(records) > BATCH_LIMIT:
        raise refused(400, "INVALID_DATA", "invalid data", {**details, "maximum_length": BATCH_LIMIT})
    return records


def _duplicate_checks(call: Call, module: Module) -> list[str]:
    """Return the fields an upsert compares, in order: the listed ones, then the remaining unique ones."""
    listed = call.json().get("duplicate_check_fields")
    unique = [field.api_name for field in module.fields.values() if field.unique]
    if not listed:
        return [module.duplicate_check_field, *unique]
    allowed = {module.duplicate_check_field, *unique}
    if not isinstance(listed, list) or not all(item in allowed for item in listed):
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


def _duplicate(store: Store, module: Module, field: Field, path: str, others: list[int]) -> dict[str, Any]:
    other = store.get(module.collection, others[0])
    owner = other.document["Owner"] if other else CURRENT_USER.id
    details = {
        "api_name": field.api_name,
        "json_path": f"{path}.{field.api_name}",
        "id": str(others[0]),
        "more_records": len(others) > 1,
        "duplicate_record": {
            "Owner": {**(person(owner) or {}), "zuid": owner},
            "module": {"api_name": module.api_name, "id": module.id},
            "id": str(others[0]),
        },
    }
    return entry("DUPLICATE_DATA", "duplicate data", details)


def _success(record: Record, message: str) -> dict[str, Any]:
    created_by, modified_by = record.document["Created_By"], record.document["Modified_By"]
    return {
        "code": "SUCCESS",
        "details": {
            "Modified_Time": moment(record.modified),
            "Modified_By": _name_and_id(modified_by),
            "Created_Time": moment(record.created),
            "id": str(record.id),
            "Created_By": _name_and_id(created_by),
            "$approval_state": "approved",
        },
        "message": message,
        "status": "success",
    }


def _name_and_id(identity: str) -> dict[str, str]:
    user = person(identity) or {"name": "", "id": identity}
    return {"name": user["name"], "id": user["id"]}


def _reply(module: Module, written: list[_Written], *, all_well: int) -> Reply:
    failures = [item.entry["code"] for item in written if item.entry["status"] == "error"]
    if not failures:
        status = all_well
    elif len(failures) < len(written):
        status = 207
    else:
        status = 412 if set(failures) == {"ALREADY_MODIFIED"} else 400
    created = tuple(item.created for item in written if item.created is not None)
    content = {"data": [item.entry for item in written]}
    return Reply(status=status, content=content, module=module.api_name, created=created)
