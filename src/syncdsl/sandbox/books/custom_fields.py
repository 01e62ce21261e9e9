"""Custom fields of Books: what exists, how values come in, how they are shown.

A further custom field is one more entry in `CUSTOM_FIELDS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncdsl.sandbox.books.body import objects, text
from syncdsl.sandbox.books.envelope import DUPLICATE_FIELD_VALUE, invalid_value, refused
from syncdsl.sandbox.organisation import books_identity
from syncdsl.sandbox.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField:
    """A custom text field; a unique one takes each value once (compared folded)."""

    number: int
    api_name: str
    label: str
    unique: bool = False
    longest: int = 255

    @property
    def id(self) -> str:
        """The `customfield_id`."""
        return books_identity(self.number)


CUSTOM_FIELDS: dict[str, tuple[CustomField, ...]] = {
    "contact": (CustomField(number=12845, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
    "invoice": (CustomField(number=12846, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
    "item": (CustomField(number=12847, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
    "estimate": (CustomField(number=12848, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
    "salesorder": (CustomField(number=12849, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
    "purchaseorder": (CustomField(number=12850, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
    "expense": (CustomField(number=12851, api_name="cf_syncdsl_key", label="Syncdsl Key", unique=True),),
}


def sent_custom_fields(entity: str, sent: Mapping[str, Any]) -> dict[str, str]:
    """Return the custom field values of a body by API name; entries name a field in any of the four ways."""
    values: dict[str, str] = {}
    for given in objects(sent.get("custom_fields") or [], "custom_fields"):
        field = _named(entity, given)
        if field is None:
            raise invalid_value("custom_fields")
        values[field.api_name] = text(given.get("value"), field.label, field.longest)
    return values


def forbid_duplicates(
    store: Store, entity: str, collection: str, values: Mapping[str, str], *, own: int | None
) -> None:
    """Refuse a value of a unique custom field that another record holds."""
    for field in CUSTOM_FIELDS[entity]:
        value = values.get(field.api_name)
        if field.unique and value and set(store.find(collection, field.api_name, value)) - {own}:
            message = f'The value "{value}" of the field {field.label} is already used by another record.'
            raise refused(DUPLICATE_FIELD_VALUE, message)


def unique_field(entity: str, api_name: str) -> CustomField | None:
    """Return the unique custom field with this API name."""
    for field in CUSTOM_FIELDS[entity]:
        if field.unique and field.api_name == api_name:
            return field
    return None


def shown(entity: str, values: Mapping[str, str]) -> dict[str, Any]:
    """Return `custom_fields` and `custom_field_hash`, of the fields that have a value."""
    filled = [(index, field) for index, field in enumerate(CUSTOM_FIELDS[entity], 1) if values.get(field.api_name)]
    return {
        "custom_fields": [
            {
                "customfield_id": field.id,
                "api_name": field.api_name,
                "label": field.label,
                "index": index,
                "data_type": "string",
                "value": values[field.api_name],
                "show_on_pdf": False,
            }
            for index, field in filled
        ],
        "custom_field_hash": promoted(entity, values),
    }


def promoted(entity: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values as list rows carry them: one `cf_…` key and its unformatted twin each."""
    keys: dict[str, str] = {}
    for field in CUSTOM_FIELDS[entity]:
        if value := values.get(field.api_name):
            keys[field.api_name] = value
            keys[f"{field.api_name}_unformatted"] = value
    return keys


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
