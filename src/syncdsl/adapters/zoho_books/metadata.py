"""Reads the identity and the schema of a Books organisation.

Zoho Books API v3, Organizations. The list of custom fields (`GET /settings/fields`) is not documented but
answers everywhere it was seen; where it does not, there are no custom fields and no key field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.protocol import Identity
from syncdsl.adapters.zoho.stamps import zone_name
from syncdsl.adapters.zoho_books.custom_fields import read_custom_fields
from syncdsl.adapters.zoho_books.dialect import succeeded
from syncdsl.adapters.zoho_books.modules import KEY_FIELD, KEY_LABEL, MODULES, Module
from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldSchema,
    FieldType,
    IntegerType,
    MoneyType,
    PhoneType,
    TextType,
    UrlType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.transport.client import Client
    from syncdsl.adapters.zoho_books.api import Api


def read_organisation(client: Client, *, wanted: str | None) -> dict[str, Any]:
    """Return the wanted organisation as Books describes it, or the only one.

    Raises Fault SD706 when the wanted one is not open to the token, or none is chosen of several.
    """
    rows = read_organizations(client)
    found = [row for row in rows if wanted is None or str(row.get("organization_id")) == wanted]
    if len(found) != 1:
        seen = [f"{row.get('organization_id')} ({row.get('name')})" for row in rows]
        raise client.problems.unknown_organisation(wanted, seen)
    return found[0]


def read_organizations(client: Client) -> list[dict[str, Any]]:
    """Return the organisations that the token opens, as Books lists them."""
    answer = client.read("GET", "/organizations")
    rows = answer.data.get("organizations") if isinstance(answer.data, dict) else None
    if not succeeded(answer) or not isinstance(rows, list):
        raise client.problems.unexpected(f"HTTP {answer.status} to `/organizations`: {client.words(answer)}")
    return [row for row in rows if isinstance(row, dict)]


def identity_of(organisation: Mapping[str, Any], *, data_centre: str) -> Identity:
    """Return who an organisation is."""
    return Identity(
        organization=str(organisation.get("organization_id")),
        name=str(organisation.get("name") or ""),
        base_currency=str(organisation.get("currency_code") or ""),
        time_zone=zone_name(organisation.get("time_zone")),
        data_centre=data_centre,
    )


def read_schema(api: Api, *, adapter: str, base_currency: str) -> SchemaSnapshot:
    """Return the schema: the standard fields and the organisation's custom ones."""
    customs = {entity: _custom_fields(api, entity) for entity in {m.entity for m in MODULES.values() if m.entity}}
    modules = {name: _module(module, customs.get(module.entity or "", {})) for name, module in MODULES.items()}
    return SchemaSnapshot(adapter=adapter, base_currency=base_currency, modules=modules)


def _module(module: Module, customs: dict[str, FieldSchema]) -> ModuleSchema:
    fields = {**module.fields, **customs}
    key = customs.get(KEY_FIELD)
    return ModuleSchema(
        label=module.label,
        store=module.store,
        label_field=module.label_field,
        key_field=KEY_FIELD if key is not None and key.unique else None,
        created_field="created_time" if "created_time" in fields else None,
        modified_field="last_modified_time" if "last_modified_time" in fields else None,
        currency_field="currency_code" if "currency_id" in fields and module.id_field != "currency_id" else None,
        status_field=module.status_field,
        lines_field=module.lines_field,
        parent_field=module.parent_field,
        creatable=module.creatable,
        updatable=module.updatable,
        fields=fields,
    )


def _custom_fields(api: Api, entity: str) -> dict[str, FieldSchema]:
    rows, _ = read_custom_fields(api, entity)
    found: dict[str, FieldSchema] = {}
    for row in rows or ():
        name = str(row["api_name"])
        kind = _kind(row)
        if kind is None:
            continue
        found[name] = FieldSchema(
            label=KEY_LABEL if name == KEY_FIELD else str(row.get("label") or name),
            value=kind,
            required=bool(row.get("is_mandatory")),
            read_only=row.get("data_type") in {"autonumber", "formula"},
            unique=bool(row.get("is_unique")),
        )
    return found


def _kind(row: dict[str, Any]) -> FieldType | None:
    """Return the type of a custom field; None for kinds that are not offered (lookups, attachments)."""
    length = row.get("max_length")
    match row.get("data_type"):
        case "string" | "multiline" | "autonumber":
            return TextType(length=length if isinstance(length, int) and length > 0 else None)
        case "email":
            return EmailType()
        case "url":
            return UrlType()
        case "phone":
            return PhoneType()
        case "number":
            return IntegerType()
        case "decimal" | "percent":
            return DecimalType()
        case "amount":
            return MoneyType()
        case "date":
            return DateType()
        case "date_time" | "datetime":
            return DateTimeType()
        case "check_box" | "boolean":
            return BooleanType()
        case "dropdown":
            return ChoiceType(options=_options(row))
        case "multiselect":
            return ChoicesType(options=_options(row))
        case _:
            return None


def _options(row: dict[str, Any]) -> tuple[str, ...]:
    values = row.get("values") or []
    names = (value.get("name") if isinstance(value, dict) else value for value in values)
    return tuple(str(name) for name in names if name)
