"""Records addressed by the value of an external field in place of their id (Zoho CRM API v8, External ID)."""

from typing import Any

from syncdsl.sandbox.crm.catalogue import Module
from syncdsl.sandbox.crm.envelope import invalid_identity, refused
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.store import Record, Store, row_key

HEADER = "x-external"


def external_field(call: Call, module: Module) -> str | None:
    """Return the field that the X-EXTERNAL header names for this module, or None without the header.

    Raises the refusal of a header that names no external field of the module.
    """
    header = call.headers.get(HEADER)
    if header is None:
        return None
    for name in (part.strip() for part in header.split(",")):
        owner, _, api_name = name.partition(".")
        field = module.fields.get(api_name)
        if owner == module.api_name and field is not None and field.external:
            return api_name
    details = {"External": header, "param_name": "X-EXTERNAL"}
    raise refused(400, "INVALID_DATA", "The value of the external field is invalid.", details)


def addressed(store: Store, call: Call, module: Module, value: str) -> Record | None:
    """Return the record that a path names, or None. Raises the refusal of a value that is no id."""
    field = external_field(call, module)
    if field is not None:
        return by_external(store, module, field, value)
    if row_key(value) is None:
        raise invalid_identity()
    return store.get(module.collection, value)


def by_external(store: Store, module: Module, field: str, value: Any) -> Record | None:
    """Return the record with this value of an external field."""
    found = store.find(module.collection, field, str(value))
    return store.get(module.collection, found[0]) if found else None
