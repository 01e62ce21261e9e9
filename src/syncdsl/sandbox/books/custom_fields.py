"""Custom fields of Books: which exist, how values come in, how they are shown.

They are records of their own: the key fields are there from the start (unless the sandbox is told otherwise),
others come in over the control endpoint, which stands for the person who adds one in Books' settings, as Books
has no API for that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.books.body import objects
from syncdsl.sandbox.books.current import Current
from syncdsl.sandbox.books.custom_values import DATA_TYPES, UNIQUE_TYPES, coerced, is_empty
from syncdsl.sandbox.books.envelope import DUPLICATE_FIELD_VALUE, invalid_value, refused
from syncdsl.sandbox.organisation import BOOKS_IDENTITY_BASE, books_identity
from syncdsl.sandbox.store import Clause, Record, Store

COLLECTION = "books.custom_fields"
ENTITIES = ("contact", "invoice", "item", "estimate", "salesorder", "purchaseorder", "expense")
KEY_LABEL = "Syncdsl Key"
FIRST_KEY_NUMBER = 12845
LONGEST_LABEL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A custom field; a unique one takes each value once (compared folded).

    `longest` is the number of characters of text, `choices` are what a dropdown or a multiselect offers.
    """

    number: int
    api_name: str
    label: str
    data_type: str = "string"
    unique: bool = False
    mandatory: bool = False
    longest: int = 255
    choices: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The `customfield_id`."""
        return books_identity(self.number)


def _load(store: Store) -> dict[str, tuple[CustomField, ...]]:
    found: dict[str, list[CustomField]] = {entity: [] for entity in ENTITIES}
    for record in store.select(COLLECTION, Clause("1"), order="id", limit=10_000):
        choices = tuple(record.document.pop("choices"))
        number = record.id - BOOKS_IDENTITY_BASE
        found[record.kind].append(CustomField(number=number, choices=choices, **record.document))
    return {entity: tuple(fields) for entity, fields in found.items()}


CUSTOM_FIELDS: Current[tuple[CustomField, ...]] = Current(_load)
"""The custom fields of the current organisation, by entity, in the order of their making."""


def key_fields() -> list[tuple[str, CustomField]]:
    """Return the fields for syncdsl's keys, one for each entity."""
    return [
        (
            entity,
            CustomField(number=FIRST_KEY_NUMBER + place, api_name=api_name(KEY_LABEL), label=KEY_LABEL, unique=True),
        )
        for place, entity in enumerate(ENTITIES)
    ]


def add(store: Store, entity: str, field: CustomField, second: int) -> None:
    """Store a new custom field.

    Raises ValueError, with words for the person who asked, when it cannot exist.
    """
    if entity not in ENTITIES:
        raise ValueError(f"`entity` is one of {', '.join(ENTITIES)}")
    if field.data_type not in DATA_TYPES:
        raise ValueError(f"`data_type` is one of {', '.join(DATA_TYPES)}")
    if field.unique and field.data_type not in UNIQUE_TYPES:
        raise ValueError(f"only fields of type {', '.join(UNIQUE_TYPES)} can be unique")
    if not 0 < len(field.label) <= LONGEST_LABEL or not field.api_name.removeprefix("cf_"):
        raise ValueError(f"`label` has 1 to {LONGEST_LABEL} characters, a letter or digit among them")
    if field.data_type in {"dropdown", "multiselect"} and not field.choices:
        raise ValueError("`choices` names what the field offers")
    taken = store.select(COLLECTION, Clause("kind = ? AND name = ?", (entity, field.api_name)), order="id", limit=1)
    if taken:
        raise ValueError(f"the {entity} has a field {field.api_name} already")
    document = {
        "api_name": field.api_name,
        "label": field.label,
        "data_type": field.data_type,
        "unique": field.unique,
        "mandatory": field.mandatory,
        "longest": field.longest,
        "choices": list(field.choices),
    }
    record = Record(
        id=BOOKS_IDENTITY_BASE + field.number,
        created=second,
        modified=second,
        name=field.api_name,
        document=document,
        kind=entity,
        status="active",
    )
    store.insert(COLLECTION, record, {})


def remove(store: Store, entity: str, name: str, second: int) -> bool:
    """Take a custom field away; return whether there was one.

    Records keep its values and show them no more, until a field of that name is there again.
    """
    found = store.select(COLLECTION, Clause("kind = ? AND name = ?", (entity, name)), order="id", limit=1)
    for record in found:
        store.delete(COLLECTION, record, created_by="", at=second)
    return bool(found)


def api_name(label: str) -> str:
    """Return the API name Books makes of a label: `cf_` and its letters and digits, joined by underscores."""
    return "cf_" + re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")


def sent_custom_fields(entity: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the custom field values of a body by API name; entries name a field in any of the four ways.

    Raises RefusedError for a field that does not exist and for a value that does not fit.
    """
    values: dict[str, Any] = {}
    for given in objects(sent.get("custom_fields") or [], "custom_fields"):
        field = _named(entity, given)
        if field is None:
            raise invalid_value("custom_fields")
        values[field.api_name] = coerced(given.get("value"), field.label, field.data_type, field.longest, field.choices)
    return values


def forbid_duplicates(
    store: Store, entity: str, collection: str, values: Mapping[str, Any], *, own: int | None
) -> None:
    """Refuse a value of a unique custom field that another record holds, and mandatory ones that are empty."""
    for field in CUSTOM_FIELDS[entity]:
        value = values.get(field.api_name)
        if field.mandatory and is_empty(value):
            raise invalid_value(field.label)
        if field.unique and not is_empty(value) and set(store.find(collection, field.api_name, str(value))) - {own}:
            message = f'The value "{value}" of the field {field.label} is already used by another record.'
            raise refused(DUPLICATE_FIELD_VALUE, message)


def unique_field(entity: str, api_name: str) -> CustomField | None:
    """Return the unique custom field with this API name."""
    for field in CUSTOM_FIELDS[entity]:
        if field.unique and field.api_name == api_name:
            return field
    return None


def custom_keys(entity: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the custom values that records are found by: those of unique fields and of other text."""
    keys = {}
    for field in CUSTOM_FIELDS[entity]:
        value = values.get(field.api_name)
        if not is_empty(value) and not isinstance(value, list | bool):
            keys[field.api_name] = str(value)
    return keys


def shown(entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return `custom_fields` and `custom_field_hash`, of the fields that have a value."""
    filled = [
        (index, field)
        for index, field in enumerate(CUSTOM_FIELDS[entity], 1)
        if not is_empty(values.get(field.api_name))
    ]
    return {
        "custom_fields": [
            {
                "customfield_id": field.id,
                "api_name": field.api_name,
                "label": field.label,
                "index": index,
                "data_type": field.data_type,
                "value": values[field.api_name],
                "show_on_pdf": False,
            }
            for index, field in filled
        ],
        "custom_field_hash": promoted(entity, values),
    }


def promoted(entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as list rows carry them: one `cf_…` key, always text, and its unformatted twin each."""
    keys: dict[str, Any] = {}
    for field in CUSTOM_FIELDS[entity]:
        value = values.get(field.api_name)
        if not is_empty(value):
            keys[field.api_name] = _formatted(value)
            keys[f"{field.api_name}_unformatted"] = value
    return keys


def described(field: CustomField, index: int) -> dict[str, Any]:
    """Return a field as `GET /settings/fields` shows it."""
    choices = {"values": [{"name": name, "order": order} for order, name in enumerate(field.choices)]}
    return {
        "field_id": field.id,
        "customfield_id": field.id,
        "api_name": field.api_name,
        "field_name": field.api_name,
        "label": field.label,
        "field_name_formatted": field.label,
        "data_type": field.data_type,
        "index": index,
        "is_active": True,
        "is_custom_field": True,
        "is_mandatory": field.mandatory,
        "is_unique": field.unique,
        "max_length": field.longest,
        **(choices if field.choices else {}),
    }


def _formatted(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return str(value)


def _named(entity: str, given: Mapping[str, Any]) -> CustomField | None:
    for index, field in enumerate(CUSTOM_FIELDS[entity], 1):
        if (
            str(given.get("customfield_id", "")) == field.id
            or given.get("api_name") == field.api_name
            or given.get("label") == field.label
            or ("index" in given and given["index"] == index)
        ):
            return field
    return None
