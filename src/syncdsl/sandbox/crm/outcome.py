"""What the reply to a write says: one entry for each record, and the HTTP status that follows from all of them."""

from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.crm.catalogue import Field, Module
from syncdsl.sandbox.crm.envelope import entry
from syncdsl.sandbox.crm.notifying import Change
from syncdsl.sandbox.crm.rendering import moment, name_and_id, person
from syncdsl.sandbox.exchange import Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Record, Store


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one record: its entry in the reply, and the change where there was one."""

    entry: dict[str, Any]
    change: Change | None = None


def success(record: Record, message: str) -> dict[str, Any]:
    """Return the entry of a record that was written."""
    created_by, modified_by = record.document["Created_By"], record.document["Modified_By"]
    return {
        "code": "SUCCESS",
        "details": {
            "Modified_Time": moment(record.modified),
            "Modified_By": name_and_id(modified_by),
            "Created_Time": moment(record.created),
            "id": str(record.id),
            "Created_By": name_and_id(created_by),
            "$approval_state": "approved",
        },
        "message": message,
        "status": "success",
    }


def duplicate(store: Store, module: Module, field: Field, path: str, others: list[int]) -> dict[str, Any]:
    """Return the entry of a record whose unique value others have."""
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


def reply(module: Module, written: list[Written], *, all_well: int) -> Reply:
    """Return the reply: all well as given, mixed 207, all failed 400 (412 when all were modified meanwhile)."""
    failures = [item.entry["code"] for item in written if item.entry["status"] == "error"]
    if not failures:
        status = all_well
    elif len(failures) < len(written):
        status = 207
    else:
        status = 412 if set(failures) == {"ALREADY_MODIFIED"} else 400
    created = tuple(item.change.id for item in written if item.change is not None and item.change.operation == "insert")
    content = {"data": [item.entry for item in written]}
    return Reply(status=status, content=content, module=module.api_name, created=created)
