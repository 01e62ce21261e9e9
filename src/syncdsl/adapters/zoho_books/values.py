"""Values between Books' JSON and typed values, in both directions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho.stamps import read_day, read_instant, write_instant
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    DateTimeType,
    DateType,
    DecimalType,
    FieldType,
    IntegerType,
    MoneyType,
    ReferenceType,
    RowsType,
)
from syncdsl.schema.values import Ref, Value, is_empty

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

CUSTOM_PREFIX = "cf_"


def tells(row: Mapping[str, Any], name: str) -> bool:
    """Return whether a list row tells a field at all; rows lack addresses, persons, lines and much else."""
    if name.startswith(CUSTOM_PREFIX):
        return "custom_fields" in row or name in row
    group, dot, _ = name.partition(".")
    return isinstance(row.get(group), dict) if dot else name in row


def raw_value(row: Mapping[str, Any], name: str) -> Any:
    """Return the JSON of a field: from its group where the name is dotted, from the custom fields where it is one."""
    if name.startswith(CUSTOM_PREFIX):
        customs = row.get("custom_fields")
        for entry in customs if isinstance(customs, list) else []:
            if isinstance(entry, dict) and entry.get("api_name") == name:
                return entry.get("value")
        return row.get(name)
    group, dot, part = name.partition(".")
    if not dot:
        return row.get(name)
    inner = row.get(group)
    return inner.get(part) if isinstance(inner, dict) else None


def read_fields(row: Mapping[str, Any], module: ModuleSchema, wanted: Iterable[str]) -> Fields:
    """Return the wanted fields of a record's JSON, empty ones left out."""
    found = {name: read_value(raw_value(row, name), module.fields[name].value) for name in wanted}
    return {name: value for name, value in found.items() if not is_empty(value)}


def read_value(raw: Any, kind: FieldType) -> Value:
    """Return one value; what does not fit the type keeps its text form, so that a difference stays a difference."""
    if raw is None or raw in ("", []):
        return None
    match kind:
        case ReferenceType():
            return Ref(kind.modules[0], str(raw))
        case RowsType():
            rows = raw if isinstance(raw, list) else []
            return tuple(_row(item, kind) for item in rows if isinstance(item, dict))
        case ChoicesType():
            return tuple(sorted(str(item) for item in raw)) if isinstance(raw, list) else (str(raw),)
        case IntegerType():
            number = _number(raw)
            if number is None:
                return str(raw)
            return int(number) if number == number.to_integral_value() else number
        case DecimalType() | MoneyType():
            number = _number(raw)
            return str(raw) if number is None else number
        case BooleanType():
            return {"true": True, "false": False}.get(str(raw).lower(), str(raw))
        case DateTimeType():
            return read_instant(raw) or str(raw)
        case DateType():
            return read_day(raw) or str(raw)
        case _:
            return raw if isinstance(raw, str) else str(raw)


def _row(item: Mapping[str, Any], kind: RowsType) -> tuple[tuple[str, Value], ...]:
    found = {name: read_value(item.get(name), field.value) for name, field in kind.fields.items()}
    return tuple(sorted((name, value) for name, value in found.items() if not is_empty(value)))


def write_value(value: Value) -> Any:
    """Return the JSON of one value; empty is "", which is how Books clears and shows it.

    Raises ValueError for a reference to a record that does not exist yet.
    """
    match value:
        case None | "" | ():
            return ""
        case Ref():
            return value.id
        case dt.datetime():
            return write_instant(value)
        case dt.date():
            return value.isoformat()
        case bool() | str() | int() | Decimal():
            return value
        case tuple():
            if isinstance(value[0], tuple):
                return [dict(_pairs(row)) for row in value]
            return [str(item) for item in value]
        case _:
            raise ValueError("a reference to a record that does not exist yet cannot be sent")


def _pairs(row: Any) -> Iterator[tuple[str, Any]]:
    for name, item in row:
        yield name, write_value(item)


def _number(raw: Any) -> Decimal | None:
    if isinstance(raw, bool):
        return None
    try:
        number = Decimal(raw) if isinstance(raw, int | str | Decimal) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
