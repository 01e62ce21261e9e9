"""Values between the CRM's JSON and typed values, in both directions (Zoho CRM API v8, "Field types")."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho.stamps import read_day, read_instant, write_instant
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
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
from syncdsl.schema.values import Ref, Value, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

_OF_TEXT: frozenset[type] = frozenset({TextType, ChoiceType, EmailType, IdType, PhoneType, UrlType})
_WIDE = 9
"""Integers of more digits than this travel as text."""


def read_fields(row: Mapping[str, Any], module: ModuleSchema, wanted: Iterable[str]) -> Fields:
    """Return the wanted fields of a record's JSON, empty ones left out."""
    found = {name: read_value(row.get(name), module.fields[name].value) for name in wanted}
    return {name: value for name, value in found.items() if not is_empty(value)}


def read_value(raw: Any, kind: FieldType) -> Value:
    """Return one value; what does not fit the type keeps its text form, so that a difference stays a difference."""
    if raw.__class__ is str and kind.__class__ in _OF_TEXT:  # what is most frequent
        return raw or None
    if raw is None or raw in ("", []):
        return None
    match kind:
        case ReferenceType():
            identifier = raw.get("id") if isinstance(raw, dict) else raw
            return Ref(kind.modules[0], str(identifier)) if identifier else None
        case RowsType():
            return tuple(_row(item, kind) for item in raw if isinstance(item, dict)) if isinstance(raw, list) else None
        case ChoicesType():
            return tuple(sorted(str(item) for item in raw)) if isinstance(raw, list) else (str(raw),)
        case IntegerType():
            number = _number(raw)
            whole = number is not None and number == number.to_integral_value()
            return int(number) if number is not None and whole else number or str(raw)
        case DecimalType() | MoneyType():
            number = _number(raw)
            return str(raw) if number is None else number
        case BooleanType():
            return raw if isinstance(raw, bool) else str(raw)
        case DateTimeType():
            return read_instant(raw) or str(raw)
        case DateType():
            return read_day(raw) or str(raw)
        case _:
            return raw if isinstance(raw, str) else str(raw)


def write_fields(fields: Fields, module: ModuleSchema) -> dict[str, Any]:
    """Return the JSON of fields to write; None clears a field."""
    return {name: write_value(value, module.fields[name].value) for name, value in fields.items()}


def write_value(value: Value, kind: FieldType) -> Any:
    """Return the JSON of one value; for rows, of rows that are all new.

    Raises ValueError for a reference to a record that does not exist yet.
    """
    match value:
        case None | "" | ():
            # An empty list is what takes all rows out of a subform.
            return [] if isinstance(kind, RowsType) else None
        case tuple() if isinstance(kind, RowsType):
            return [write_row(dict(row), kind) for row in value if isinstance(row, tuple)]
        case Ref():
            return {"id": value.id}
        case dt.datetime():
            return write_instant(value)
        case dt.date():
            return value.isoformat()
        case bool() | str() | Decimal():
            return value
        case int():
            return str(value) if isinstance(kind, IntegerType) and (kind.digits or 0) > _WIDE else value
        case tuple():
            return [str(item) for item in value]
        case _:
            raise ValueError("a reference to a record that does not exist yet cannot be sent")


def write_row(row: Mapping[str, Value], kind: RowsType) -> dict[str, Any]:
    """Return the JSON of the fields of a row that can be written."""
    return {
        name: write_value(value, kind.fields[name].value)
        for name, value in row.items()
        if name in kind.fields and not kind.fields[name].read_only
    }


def _row(item: Mapping[str, Any], kind: RowsType) -> tuple[tuple[str, Value], ...]:
    found = {name: read_value(item.get(name), field.value) for name, field in kind.fields.items()}
    return tuple(sorted((name, value) for name, value in found.items() if not is_empty(value)))


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    try:
        number = Decimal(raw) if isinstance(raw, int | str | Decimal) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
