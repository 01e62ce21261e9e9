"""Request bodies of Books: groups, custom fields, lines, and contact persons.

Zoho Books API v3, Create a contact, Update a contact, Create an invoice, Update an invoice. An update
replaces what it names: lists are sent completely, with the ids of the entries that stay, so that nothing of
other people's is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncdsl.adapters.zoho_books.values import CUSTOM_PREFIX, write_value
from syncdsl.schema.values import is_empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.adapters.zoho_books.modules import Module
    from syncdsl.schema.snapshot import ModuleSchema
    from syncdsl.schema.values import Fields

ADDRESS_PARTS = (
    "attention",
    "address",
    "street2",
    "city",
    "state",
    "state_code",
    "zip",
    "country",
    "phone",
    "fax",
)

PERSON_PARTS = (
    "contact_person_id",
    "salutation",
    "first_name",
    "last_name",
    "email",
    "phone",
    "mobile",
    "designation",
    "department",
    "skype",
    "is_primary_contact",
)

LINE_PARTS = (
    "line_item_id",
    "item_id",
    "name",
    "description",
    "product_type",
    "item_order",
    "rate",
    "quantity",
    "unit",
    "discount",
    "tax_id",
    "location_id",
)


def create_body(module: Module, schema: ModuleSchema, fields: Fields, key: str | None) -> dict[str, Any]:
    """Return the body that creates a record; empty fields are left out."""
    filled: Fields = {name: value for name, value in fields.items() if not is_empty(value)}
    body, persons = _plain(module, schema, filled, key)
    if persons:
        body["contact_persons"] = [{**persons, "is_primary_contact": True}]
    return {**module.fixed, **body, **module.restricted}


def needs_current(module: Module, fields: Fields) -> bool:
    """Return whether an update needs the record as it is now: lists and groups are sent completely."""
    if set(fields) & set(module.person_fields):
        return True
    if module.lines_field is not None and (module.lines_resent or module.lines_field in fields):
        return True
    groups = {name.partition(".")[0] for name in fields if _is_grouped(name)}
    return any(not _whole(module, group, fields) for group in groups)


def _whole(module: Module, group: str, fields: Fields) -> bool:
    """Return whether a group is written with all of its parts; the code of a state then goes with the state."""
    return all(name in fields for name in module.fields if name.partition(".")[0] == group and _is_grouped(name))


def update_body(
    module: Module, schema: ModuleSchema, fields: Fields, key: str | None, current: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the body that changes `fields` of a record that is `current` now; None clears a field."""
    body, persons = _plain(module, schema, fields, key)
    for group in {name.partition(".")[0] for name in fields if _is_grouped(name)}:
        body[group] = {**_address(current.get(group), body[group]), **body[group]}
    if persons:
        body["contact_persons"] = _persons(current, persons)
        body |= _own_values(current, persons)
    if module.lines_field is not None:
        lines = _list(current.get(module.lines_field))
        if module.lines_field in body:
            body[module.lines_field] = _renewed(lines, body[module.lines_field])
        elif module.lines_resent:
            body[module.lines_field] = [_kept(line, LINE_PARTS) for line in lines]
    for name in module.resent:
        if name in current:
            body.setdefault(name, current[name])
    return body


def _plain(
    module: Module, schema: ModuleSchema, fields: Fields, key: str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the body without regard to what is there, and the values that belong into the contact person."""
    body: dict[str, Any] = {}
    persons: dict[str, Any] = {}
    customs: list[dict[str, Any]] = []
    for name, value in fields.items():
        raw = write_value(value)
        if name in module.person_fields:
            persons[name] = raw
        elif name.startswith(CUSTOM_PREFIX):
            customs.append({"api_name": name, "value": raw})
        elif _is_grouped(name):
            group, _, part = name.partition(".")
            body.setdefault(group, {})[part] = raw
        elif name == module.lines_field and raw == "":
            body[name] = []
        else:
            body[name] = raw
    if key is not None and schema.key_field is not None:
        customs = [entry for entry in customs if entry["api_name"] != schema.key_field]
        customs.append({"api_name": schema.key_field, "value": key})
    if customs:
        body["custom_fields"] = customs
    return body, persons


def _is_grouped(name: str) -> bool:
    return "." in name and not name.startswith(CUSTOM_PREFIX)


def _address(current: Any, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of an address that stay; the code of a state goes with the state."""
    held = current if isinstance(current, dict) else {}
    dropped = {"state_code"} if {"state", "country"} & set(changed) else set()
    return {part: held[part] for part in ADDRESS_PARTS if part in held and part not in dropped}


def _persons(current: Mapping[str, Any], changed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all contact persons with the primary one changed; those left out of an update would be removed."""
    persons = [_kept(person, PERSON_PARTS) for person in _list(current.get("contact_persons"))]
    primary = next((person for person in persons if person.get("is_primary_contact")), None)
    if primary is None:
        return [*persons, {**changed, "is_primary_contact": True}]
    return [{**person, **changed} if person is primary else person for person in persons]


def _own_values(current: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to write to the contact itself.

    A contact shows the values of its primary person. Where it shows another one, it has its own, which would
    go on hiding what is written into the person.
    """
    persons = _list(current.get("contact_persons"))
    primary: Mapping[str, Any] = next((person for person in persons if person.get("is_primary_contact")), {})
    return {name: value for name, value in changed.items() if (current.get(name) or "") != (primary.get(name) or "")}


def hidden_values(module: Module, fields: Fields, written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to write to a contact itself after its persons were written, seeing what it answered.

    Before the write nobody can tell a contact that shows its primary person's value from one that has the same value
    of its own. Afterwards the latter still shows the old one, although the person has the new one.
    """
    sent = {name: write_value(value) for name, value in fields.items() if name in module.person_fields}
    persons = _list(written.get("contact_persons"))
    primary: Mapping[str, Any] = next((person for person in persons if person.get("is_primary_contact")), {})
    return {
        name: value for name, value in sent.items() if (primary.get(name) or "") == value != (written.get(name) or "")
    }


def _renewed(current: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return wanted lines; one that takes the place of an existing line changes that line instead of replacing it.

    A line that says which item it is of takes the place of one of the same item, where there is one; else none, whose
    name, unit and discount are another item's. Any other line takes the place of the one that stands where it does.
    """
    free = dict(enumerate(current))
    lines: list[dict[str, Any]] = []
    for place, line in enumerate(wanted):
        same = [at for at, old in free.items() if (old.get("item_id") or "") == (line.get("item_id") or "")]
        fitting = place if place in same or "item_id" not in line else next(iter(same), None)
        old = free.pop(fitting, None) if fitting is not None else None
        lines.append({**(_kept(old, LINE_PARTS) if old is not None else {}), **line})
    return lines


def _kept(entry: Mapping[str, Any], parts: tuple[str, ...]) -> dict[str, Any]:
    return {part: entry[part] for part in parts if entry.get(part) not in (None, "")}


def _list(raw: Any) -> list[dict[str, Any]]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []
