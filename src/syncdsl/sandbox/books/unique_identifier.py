"""`PUT` on a collection: update or upsert by a unique custom field named in headers (Zoho Books API v3)."""

from dataclasses import dataclass

from syncdsl.sandbox.books.custom_fields import unique_field
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What the headers point at: a record's id, or nothing; `create` says whether a miss creates."""

    id: int | None
    create: bool


def addressed(store: Store, call: Call, entity: str, collection: str) -> Addressed:
    """Return what `X-Unique-Identifier-Key`, `X-Unique-Identifier-Value` and `X-Upsert` ask for.

    The value is not written into a record that gets created: the body has to carry the custom field itself.
    """
    key = call.headers.get("x-unique-identifier-key", "")
    value = call.headers.get("x-unique-identifier-value", "").strip()
    field = unique_field(entity, key)
    if field is None:
        raise invalid_value("X-Unique-Identifier-Key")
    if not value:
        raise invalid_value("X-Unique-Identifier-Value")
    found = store.find(collection, field.api_name, value)
    create = call.headers.get("x-upsert", "").strip().lower() == "true"
    return Addressed(id=found[0] if found else None, create=create)
