"""What CRM accepts as the value of a field, and how it refuses the rest (Zoho CRM API v8, Insert Records)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from syncdsl.sandbox.clock import second_of
from syncdsl.sandbox.crm.catalogue import Catalogue, Field, Module
from syncdsl.sandbox.crm.envelope import entry
from syncdsl.sandbox.organisation import USERS_BY_ID

NONE_CHOICE = "-None-"
EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
ROW_DELETED = "_delete"
"""The key that takes a row out of a subform; its value says nothing."""
APPENDING = "$append_values"

Exists = Callable[[str, str], bool]
"""Says whether a module (by API name) has a record with an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What values are checked against. `creating`: mandatory fields have to be there."""

    catalogue: Catalogue
    exists: Exists
    creating: bool


class RejectedError(Exception):
    """A record is not written; `entry` is what its place in the reply says."""

    def __init__(self, entry: dict[str, Any]) -> None:
        super().__init__(entry["message"])
        self.entry = entry


def accepted(module: Module, sent: dict[str, Any], *, path: str, rules: Rules) -> dict[str, Any]:
    """Return the writable fields of a record as they are stored; None clears a field.

    Unknown and read-only fields are ignored. The rows of a subform come as they were sent, with their ids and with
    the mark of deleted ones. Raises RejectedError with one error, or with all of them as MULTIPLE_OR_MULTI_ERRORS.
    """
    values: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    for name, value in sent.items():
        field = module.fields.get(name)
        if field is None or not field.writable:
            continue
        stored = _stored(field, value, f"{path}.{name}", rules)
        if isinstance(stored, RejectedError):
            errors.append(stored.entry)
        else:
            values[name] = stored
    for field in module.fields.values():
        absent = field.api_name not in sent if rules.creating else False
        cleared = field.api_name in values and values[field.api_name] is None
        if field.mandatory and (absent or cleared):
            errors.append(missing(field.api_name, path))
    if len(errors) > 1:
        raise RejectedError(
            entry("MULTIPLE_OR_MULTI_ERRORS", "there are multiple errors in the record", {"errors": errors})
        )
    if errors:
        raise RejectedError(errors[0])
    return values


def missing(api_name: str, path: str) -> dict[str, Any]:
    """Return the entry of a record that lacks a field; `path` is where the record stands."""
    details = {"api_name": api_name, "json_path": f"{path}.{api_name}"}
    return entry("MANDATORY_NOT_FOUND", "required field not found", details)


def invalid(field: Field, path: str, **details: Any) -> RejectedError:
    """Return the rejection of a field's value."""
    return RejectedError(
        entry("INVALID_DATA", "invalid data", {**details, "api_name": field.api_name, "json_path": path})
    )


def _stored(field: Field, value: Any, path: str, rules: Rules) -> Any:
    """Return the stored form of a value, or the rejection of it."""
    if value is None or value == "":
        return None
    match field.data_type:
        case "text" | "textarea" | "phone" | "website":
            return _text(field, value, path)
        case "email":
            text = _text(field, value, path)
            fits = isinstance(text, RejectedError) or EMAIL.fullmatch(text)
            return text if fits else invalid(field, path, expected_data_type="email")
        case "picklist":
            return _choice(field, value, path)
        case "multiselectpicklist":
            return _choices(field, value, path)
        case "subform":
            return _rows(field, value, path, rules)
        case "integer" | "double" | "currency" | "percent":
            return _number(field, value, path)
        case "boolean":
            return value if isinstance(value, bool) else invalid(field, path, expected_data_type="boolean")
        case "date":
            return _date(field, value, path)
        case "datetime":
            second = second_of(value) if isinstance(value, str) else None
            return invalid(field, path, expected_data_type="datetime") if second is None else second
        case "lookup" | "ownerlookup":
            return _reference(field, value, path, rules.exists)
        case _:
            text = str(value)
            return (
                text
                if text.isascii() and text.isdigit() and len(text) <= field.longest
                else invalid(field, path, expected_data_type="bigint")
            )


def _text(field: Field, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return invalid(field, path, expected_data_type=field.traits.expected)
    if len(value) > field.longest:
        return invalid(field, path, maximum_length=field.longest)
    return value


def _choice(field: Field, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        return invalid(field, path, expected_data_type="text")
    if value == NONE_CHOICE:
        return None
    if value not in field.values:
        return invalid(field, path, supported_values=[choice.value for choice in field.choices])
    return value


def _choices(field: Field, value: Any, path: str) -> Any:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return invalid(field, path, expected_data_type="jsonarray")
    if not field.values.issuperset(value):
        return invalid(field, path, supported_values=[choice.value for choice in field.choices])
    return list(dict.fromkeys(value)) or None


def _rows(field: Field, value: Any, path: str, rules: Rules) -> Any:
    """Return the rows of a subform, each with its fields, its id and its mark as far as it has them."""
    if field.subform is None or not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return invalid(field, path, expected_data_type="jsonarray")
    described = rules.catalogue.described[field.subform]
    taken = []
    try:
        for index, row in enumerate(value):
            place = f"{path}[{index}]"
            known = row.get("id") is not None
            if known and ROW_DELETED in row:
                taken.append({"id": str(row["id"]), ROW_DELETED: None})
                continue
            values = accepted(described, row, path=place, rules=replace(rules, creating=not known))
            taken.append({"id": str(row["id"]), **values} if known else values)
    except RejectedError as rejected:
        return rejected
    return taken or None


def _number(field: Field, value: Any, path: str) -> Any:
    kinds = int if field.data_type == "integer" else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        return invalid(field, path, expected_data_type=field.traits.expected)
    if abs(value) >= 10**field.longest:
        return invalid(field, path, maximum_length=field.longest)
    return value


def _date(field: Field, value: Any, path: str) -> Any:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return invalid(field, path, expected_data_type="date")


def _reference(field: Field, value: Any, path: str, exists: Exists) -> Any:
    identity = value.get("id") if isinstance(value, dict) else value
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str):
        return invalid(field, path, expected_data_type="jsonobject")
    known = identity in USERS_BY_ID if field.lookup is None else exists(field.lookup, identity)
    if known:
        return identity
    details = {"api_name": field.api_name, "json_path": f"{path}.id"}
    return RejectedError(entry("INVALID_DATA", "the id given seems to be invalid", details))
