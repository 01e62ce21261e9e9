"""Values of fields, and how they stand in files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A reference to record `id` of `module` in the same system as the record that holds it."""

    module: str
    id: str


@dataclass(frozen=True, slots=True)
class PartnerOf:
    """The partner, in another connection, of a record there is no partner id for yet.

    Stands in effects where a reference is to a record that the same change set creates; it becomes a `Ref` to
    `module` when that create has been linked.
    """

    connection: str
    source_module: str
    source_id: str
    module: str


@dataclass(frozen=True, slots=True)
class Erased:
    """A personal value that was erased: what is left is a keyed digest, equal for equal values.

    It stands in the state only, never in a record.
    """

    digest: str


Row: TypeAlias = tuple[tuple[str, "Value"], ...]
"""One row of a list field: (field, value) pairs sorted by field."""

Value: TypeAlias = (
    bool
    | int
    | Decimal
    | str
    | dt.date
    | dt.datetime
    | Ref
    | PartnerOf
    | Erased
    | tuple[str, ...]
    | tuple[Row, ...]
    | None
)
"""A field's value. Missing, null and "" are one value: None, *empty*. Several choices are a sorted tuple of text."""

Fields: TypeAlias = dict[str, Value]
"""Values by field name. The name of a field inside a group of fields is dotted (`billing_address.city`)."""


_PLAIN = (bool, int, str)  # made once: a union in `isinstance` is built anew by every call


def is_empty(value: Value) -> bool:
    """Return whether a value counts as empty."""
    return value is None or value in ("", ())


def partners_in(value: Value) -> Iterator[PartnerOf]:
    """Return the partners to come that a value refers to, itself or in its rows."""
    if isinstance(value, PartnerOf):
        yield value
    elif isinstance(value, tuple):
        for row in value:
            for _, item in row if isinstance(row, tuple) else ():
                yield from partners_in(item)


def to_json(value: Value) -> Any:
    """Return the JSON form of a value: unambiguous, and stable for digests."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"decimal": format(value, "f")}
        case dt.datetime():
            return {"datetime": value.astimezone(dt.UTC).isoformat(timespec="seconds")}
        case dt.date():
            return {"date": value.isoformat()}
        case Ref():
            return {"ref": [value.module, value.id]}
        case PartnerOf():
            return {"partner_of": [value.connection, value.source_module, value.source_id, value.module]}
        case Erased():
            return {"erased": value.digest}
        case tuple():
            if value and isinstance(value[0], tuple):
                return {"rows": [{name: to_json(item) for name, item in row} for row in value]}
            return {"choices": list(value)}
        case _:
            assert_never(value)


def from_json(data: Any) -> Value:
    """Return the value of a JSON form made by `to_json`.

    Raises ValueError when it is of no such form.
    """
    if data is None or isinstance(data, _PLAIN):
        return data
    if isinstance(data, dict) and len(data) == 1:
        ((kind, body),) = data.items()
        if kind == "decimal" and body.__class__ is str:  # what is most frequent besides text
            return Decimal(body)
        match kind, body:
            case "datetime", str():
                return dt.datetime.fromisoformat(body)
            case "date", str():
                return dt.date.fromisoformat(body)
            case "ref", [str() as module, str() as identifier]:
                return Ref(module, identifier)
            case "partner_of", [str() as connection, str() as source, str() as identifier, str() as module]:
                return PartnerOf(connection, source, identifier, module)
            case "erased", str():
                return Erased(body)
            case "choices", list():
                return tuple(str(item) for item in body)
            case "rows", list():
                return tuple(tuple(sorted((name, from_json(item)) for name, item in row.items())) for row in body)
    raise ValueError(f"not a value: {data!r}")


def fields_to_json(fields: Fields) -> dict[str, Any]:
    """Return the JSON form of a record's fields, sorted by name."""
    # Most values are text, which is its own form.
    return {name: value if (value := fields[name]).__class__ is str else to_json(value) for name in sorted(fields)}


def fields_from_json(data: dict[str, Any]) -> Fields:
    """Return the fields of a form made by `fields_to_json`."""
    return {name: from_json(value) for name, value in data.items()}


def show(value: Value) -> str:
    """Return a value as people read it; empty is an empty text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        case dt.date():
            return value.isoformat()
        case Ref():
            return f"{value.module}/{value.id}"
        case PartnerOf():
            return f"the partner of {value.source_module}/{value.source_id}"
        case Erased():
            return f"erased {value.digest[:8]}"
        case tuple():
            if value and isinstance(value[0], tuple):
                return f"{len(value)} row" + ("s" if len(value) != 1 else "")
            return ", ".join(str(item) for item in value)
        case int() | str():
            return str(value)
        case _:
            assert_never(value)
