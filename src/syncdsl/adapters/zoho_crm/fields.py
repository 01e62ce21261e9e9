"""From the CRM's field metadata to field types (Zoho CRM API v8, Fields metadata).

What a layout requires beyond the fields the system requires is left out: the CRM asks for it on its forms, and of API
calls only when they say so (`apply_feature_execution`), which ours do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho_crm.modules import FILLED, KEY_FIELD, KEY_LABEL, USERS
from syncdsl.schema.snapshot import StageClass, StageSchema
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
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    Rows = Callable[[str], list[dict[str, Any]]]

NO_CHOICE = "-None-"
"""The pick list entry that stands for empty."""


def fields_of(metas: Iterable[dict[str, Any]], modules: Collection[str], rows: Rows) -> dict[str, FieldSchema]:
    """Return the fields of a module or subform from their metadata.

    `rows` gives the metadata of the fields of a subform by the name of its module.
    """
    found = {str(meta["api_name"]): field_schema(meta, modules, rows) for meta in metas}
    return {name: schema for name, schema in found.items() if schema is not None}


def field_schema(meta: dict[str, Any], modules: Collection[str], rows: Rows) -> FieldSchema | None:
    """Return the schema of a field from its metadata.

    None: the field is of a kind that is not offered (files, rich text, tags, layouts, lookups of modules that are not
    among `modules`, subforms whose fields cannot be read).
    """
    name = str(meta.get("api_name", ""))
    kind = _subform(meta, modules, rows) if meta.get("data_type") == "subform" else _kind(name, meta, modules)
    if kind is None:
        return None
    operations = meta.get("operation_type") or {}
    creatable = operations.get("api_create", True) is not False
    updatable = operations.get("api_update", True) is not False
    derived = meta.get("data_type") in {"autonumber", "formula", "rollup_summary"} or name == "id"
    read_only = bool(meta.get("field_read_only") or meta.get("read_only")) or derived or not (creatable or updatable)
    return FieldSchema(
        label=KEY_LABEL if name == KEY_FIELD else str(meta.get("field_label") or meta.get("display_label") or name),
        value=kind,
        required=bool(meta.get("system_mandatory")) and not read_only,
        read_only=read_only,
        create_only=creatable and not updatable and not read_only,
        unique=bool(meta.get("unique")) or _external(meta) or name == "id",
        default=name in FILLED and not read_only,
        sensitive=bool(meta.get("private") or meta.get("hipaa_compliance_enabled")),
    )


def _external(meta: dict[str, Any]) -> bool:
    """Return whether a field holds an external id that no two records of the organisation share.

    One of type `user` is unique for each user only.
    """
    external = meta.get("external")
    return isinstance(external, dict) and external.get("type") == "org"


def _subform(meta: dict[str, Any], modules: Collection[str], rows: Rows) -> RowsType | None:
    """Return the rows of a subform; a subform inside another is not offered."""
    module = (meta.get("associated_module") or {}).get("module")
    inner = [row for row in rows(str(module)) if row.get("data_type") != "subform"] if module else []
    fields = fields_of(inner, modules, rows)
    return RowsType(fields={name: fields[name] for name in sorted(fields)}) if fields else None


def _kind(name: str, meta: dict[str, Any], modules: Collection[str]) -> FieldType | None:
    if name == "id":
        return IdType()
    length = _number(meta.get("length"))
    scale = _number(meta.get("decimal_place"))
    match meta.get("data_type"):
        case "text" | "textarea" | "autonumber" if meta.get("json_type") in {"string", None}:
            return TextType(length=length)
        case "email":
            return EmailType(length=length)
        case "phone":
            return PhoneType(length=length)
        case "website":
            return UrlType(length=length)
        case "integer" | "bigint":
            return IntegerType(digits=length)
        case "double" | "percent":
            return DecimalType(digits=length, scale=scale)
        case "currency":
            return MoneyType(scale=_precision(meta, scale))
        case "boolean":
            return BooleanType()
        case "date":
            return DateType()
        case "datetime":
            return DateTimeType()
        case "picklist":
            return ChoiceType(options=_options(meta))
        case "multiselectpicklist":
            return ChoicesType(options=_options(meta))
        case "ownerlookup" | "userlookup":
            return ReferenceType(modules=(USERS,))
        case "lookup":
            target = ((meta.get("lookup") or {}).get("module") or {}).get("api_name")
            return ReferenceType(modules=(str(target),)) if target in modules else None
        case _:
            return None


def stages(meta: dict[str, Any], forecasts: Mapping[str, str] | None = None) -> tuple[StageSchema, ...]:
    """Return the stages of a stage field.

    What a stage means is its category (`deal_category`, else `forecast_type`, here or in `forecasts`, which gives it by
    stage) where there is one, else its probability: 100 is won, 0 is lost, anything between is open.
    """
    found = []
    for choice in meta.get("pick_list_values") or []:
        value = choice.get("actual_value")
        if not value or value == NO_CHOICE:
            continue
        probability = _number(choice.get("probability"))
        category = choice.get("deal_category") or choice.get("forecast_type") or (forecasts or {}).get(value)
        found.append(
            StageSchema(
                value=value,
                stage_class=_meaning(str(category or "").lower(), probability),
                category=str(category) if category else None,
                probability=probability,
                deprecated=choice.get("type") == "unused",
            )
        )
    return tuple(found)


def needs_forecasts(meta: dict[str, Any]) -> bool:
    """Return whether a stage field has a stage that says neither its category nor its probability."""
    return any(stage.category is None and stage.probability is None for stage in stages(meta))


def _meaning(category: str, probability: int | None) -> StageClass:
    for word, meaning in (("won", StageClass.WON), ("lost", StageClass.LOST), ("open", StageClass.OPEN)):
        if word in category:
            return meaning
    return {100: StageClass.WON, 0: StageClass.LOST}.get(-1 if probability is None else probability, StageClass.OPEN)


def _options(meta: dict[str, Any]) -> tuple[str, ...]:
    values = (choice.get("actual_value") for choice in meta.get("pick_list_values") or [])
    return tuple(dict.fromkeys(value for value in values if value and value != NO_CHOICE))


def _precision(meta: dict[str, Any], scale: int | None) -> int:
    stated = _number((meta.get("currency") or {}).get("precision"))
    return next((number for number in (scale, stated) if number is not None), 2)


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() else None
