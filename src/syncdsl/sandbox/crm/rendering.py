"""Records as CRM shows them: the shapes of values, and what accompanies a single record."""

from collections.abc import Iterable
from typing import Any

from syncdsl.sandbox.clock import stamp_with_colon
from syncdsl.sandbox.crm.catalogue import Catalogue, Field, Module
from syncdsl.sandbox.organisation import CRM_ZONE, CURRENCIES_BY_CODE, USERS_BY_ID
from syncdsl.sandbox.store import Record, Store


def rendered(store: Store, module: Module, records: list[Record], fields: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of a list: the id and the named fields, without subforms; unknown names are left out."""
    named = [module.fields[name] for name in dict.fromkeys(("id", *fields)) if name in module.fields]
    wanted = [field for field in named if field.subform is None]
    names = _referenced_names(store, wanted, records)
    return [{field.api_name: _value(field, record, names) for field in wanted} for record in records]


def rendered_whole(store: Store, catalogue: Catalogue, module: Module, record: Record) -> dict[str, Any]:
    """Return one record with all its fields and the system's remarks (Zoho CRM API v8, Get Records)."""
    [row] = rendered(store, module, [record], module.fields)
    row |= _subforms(store, catalogue, module, record)
    currency = CURRENCIES_BY_CODE[record.document["Currency"]]
    row["Layout"] = {"name": "Standard", "id": module.layout_id}
    row["Tag"] = []
    row["Record_Status__s"] = "Available"
    row["Locked__s"] = False
    row["$currency_symbol"] = currency.symbol
    row["$editable"] = True
    row["$approved"] = True
    row["$approval_state"] = "approved"
    row["$approval"] = {"delegate": False, "approve": False, "reject": False, "resubmit": False}
    row["$in_merge"] = False
    row["$locked_for_me"] = False
    row["$review_process"] = None
    row["$review"] = None
    row["$field_states"] = None
    row["$orchestration"] = False
    row["$has_more"] = {name: False for name, field in module.fields.items() if field.subform is not None}
    return row


def person(identity: str) -> dict[str, str] | None:
    """Return a user as values of records refer to one."""
    user = USERS_BY_ID.get(identity)
    return {"name": user.full_name, "id": user.id, "email": user.email} if user else None


def name_and_id(identity: str) -> dict[str, str]:
    """Return a user as replies to writes refer to one; one that is gone has no name."""
    user = person(identity) or {"name": "", "id": identity}
    return {"name": user["name"], "id": user["id"]}


def moment(second: int) -> str:
    """Return a stamp in the organisation's zone."""
    return stamp_with_colon(second, CRM_ZONE)


def _subforms(store: Store, catalogue: Catalogue, module: Module, record: Record) -> dict[str, Any]:
    """Return the rows of each subform, a lookup in a row with the name of its record."""
    found: dict[str, Any] = {}
    for field in module.fields.values():
        if field.subform is None:
            continue
        described = catalogue.described[field.subform].fields
        lookups = [name for name, item in described.items() if item.lookup is not None]
        held = record.document.get(field.api_name) or []
        names = store.names({row[name] for row in held for name in lookups if row.get(name)})
        found[field.api_name] = [
            row | {name: {"name": names.get(row[name]), "id": row[name]} for name in lookups if row.get(name)}
            for row in held
        ]
    return found


def _referenced_names(store: Store, fields: list[Field], records: list[Record]) -> dict[str, str]:
    lookups = [field.api_name for field in fields if field.data_type == "lookup"]
    identities = {record.document[name] for record in records for name in lookups if record.document.get(name)}
    return store.names(identities) if identities else {}


def _value(field: Field, record: Record, names: dict[str, str]) -> Any:
    match field.api_name:
        case "id":
            return str(record.id)
        case "Created_Time":
            return moment(record.created)
        case "Modified_Time":
            return moment(record.modified)
        case _:
            stored = record.document.get(field.api_name)
    if stored is None:
        return False if field.data_type == "boolean" else None
    match field.data_type:
        case "ownerlookup":
            return person(stored)
        case "lookup":
            # A lookup of a deleted record reads as empty.
            return {"name": names[stored], "id": stored} if stored in names else None
        case "datetime":
            return moment(stored)
        case _:
            return stored
