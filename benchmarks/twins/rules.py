"""The rules over the two systems, and their schemas."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
from syncdsl.schema.types import DateTimeType, FieldSchema, IdType, MoneyType, PhoneType, TextType, UrlType

if TYPE_CHECKING:
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.types import FieldType

RULES = """language 1

connection crm: memory
connection books: memory

module customers: crm.Accounts <-> books.customers
    dedupe: Account_Name == contact_name
    on duplicate: overwrite in books
    on conflict: crm
    map:
        Account_Name <-> contact_name
        Phone <-> phone
        Website <-> website
        Description <-> notes
        Annual_Revenue <-> revenue
        group address:
            Billing_Street <-> street
            Billing_City <-> city
            Billing_Code <-> zip
            Billing_Country <-> country
"""


def _of(kind: FieldType, *, required: bool = False, unique: bool = False, read_only: bool = False) -> FieldSchema:
    return FieldSchema(label="", value=kind, required=required, unique=unique, read_only=read_only)


def _module(label: str, names: dict[str, str], *, key_field: str | None) -> ModuleSchema:
    kinds: dict[str, FieldType] = {"phone": PhoneType(), "website": UrlType(), "revenue": MoneyType(scale=2)}
    fields = {
        "id": _of(IdType(), unique=True, read_only=True),
        "Created_Time": _of(DateTimeType(), read_only=True),
        "Modified_Time": _of(DateTimeType(), read_only=True),
        **{name: _of(kinds.get(what, TextType()), required=what == "name") for what, name in names.items()},
    }
    if key_field is not None:
        fields[key_field] = _of(TextType(length=50), unique=True)
    return ModuleSchema(
        label=label,
        store=label,
        label_field=names["name"],
        key_field=key_field,
        created_field="Created_Time",
        modified_field="Modified_Time",
        fields=fields,
    )


_CRM = {
    "name": "Account_Name",
    "phone": "Phone",
    "website": "Website",
    "notes": "Description",
    "street": "Billing_Street",
    "city": "Billing_City",
    "zip": "Billing_Code",
    "country": "Billing_Country",
    "revenue": "Annual_Revenue",
}
_BOOKS = {**{name: name for name in _CRM}, "name": "contact_name"}
SCHEMAS = {
    "crm": SchemaSnapshot(
        adapter="memory",
        base_currency="EUR",
        modules={"Accounts": _module("Accounts", _CRM, key_field=None)},
    ),
    "books": SchemaSnapshot(
        adapter="memory",
        base_currency="EUR",
        modules={"customers": _module("Customers", _BOOKS, key_field="cf_key")},
    ),
}


@functools.cache
def compiled() -> Plan:
    """Return the plan of the rules."""
    from syncdsl.analysis import analyse  # noqa: PLC0415 - what is measured runs without it, as plans are cached
    from syncdsl.diagnostics import Severity, SourceFile  # noqa: PLC0415 - the same
    from syncdsl.syntax import parse  # noqa: PLC0415 - the same

    source = SourceFile(path="main.sync", text=RULES)
    parsed = parse(source)
    analysis = analyse([(source, parsed.program)], SCHEMAS)
    wrong = [item for item in (*parsed.diagnostics, *analysis.diagnostics) if item.level is Severity.ERROR]
    if wrong or analysis.plan is None:
        raise SystemExit("\n".join(f"{item.code}: {item.message}" for item in wrong))
    return analysis.plan
