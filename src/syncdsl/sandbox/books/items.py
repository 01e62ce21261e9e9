"""Items (Zoho Books API v3, Items)."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books import item
from syncdsl.sandbox.books.body import sent_list, sent_object
from syncdsl.sandbox.books.custom_fields import forbid_duplicates
from syncdsl.sandbox.books.documents.emission import Emit
from syncdsl.sandbox.books.envelope import HAS_TRANSACTIONS, ITEM_TAKEN, invalid_value, refused, unknown
from syncdsl.sandbox.books.item_list import listed
from syncdsl.sandbox.books.listing import paged
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.books.unique_identifier import addressed
from syncdsl.sandbox.books.usage import is_used
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Record, Store

MODULE = "items"
MOST_DETAILS = 200
"""Items that `GET /itemdetails` shows at once (assumed)."""


class Items:
    """The calls on items."""

    def __init__(self, store: Store, clock: Clock, emit: Emit) -> None:
        self._store = store
        self._clock = clock
        self._emit = emit

    def list(self, call: Call) -> Reply:
        """Answer `GET /items`."""
        return listed(self._store, call)

    def detail(self, call: Call) -> Reply:
        """Answer `GET /items/{id}`."""
        return _answer("success", item=item.row(self._named(call)))

    def details(self, call: Call) -> Reply:
        """Answer `GET /itemdetails?item_ids=`: several items at once, in the order asked for."""
        identities = [part for part in call.query.get("item_ids", "").split(",") if part]
        if not 0 < len(identities) <= MOST_DETAILS:
            raise invalid_value("item_ids")
        rows = [item.row(self._get(identity)) for identity in identities]
        return paged(call, "items", "Items", rows, sort_column="name", sort_order="A")

    def create(self, call: Call) -> Reply:
        """Answer `POST /items`."""
        return self._created(self.add(sent_object(call)))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /items/{id}`: the keys that are sent replace the stored ones."""
        return self._updated(self._named(call), sent_object(call))

    def set_custom_fields(self, call: Call) -> Reply:
        """Answer `PUT /item/{id}/customfields`, whose body is the list of values itself."""
        self.change(self._named(call), {"custom_fields": sent_list(call)})
        return _answer("Custom Fields Updated Successfully")

    def upsert(self, call: Call) -> Reply:
        """Answer `PUT /items` with the unique identifier headers."""
        target = addressed(self._store, call, "item", item.COLLECTION)
        if target.id is not None:
            return self._updated(self._get(target.id), sent_object(call))
        if not target.create:
            raise unknown("Item")
        return self._created(self.add(sent_object(call)))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /items/{id}`; an item with transactions stays."""
        record = self._named(call)
        if is_used(self._store, "item_id", str(record.id)):
            raise refused(HAS_TRANSACTIONS, "This item has transactions and cannot be deleted.")
        self._emit("item", "deleted", item.row(record))
        self._store.delete(item.COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())
        return _answer("The item has been deleted.")

    def activate(self, call: Call) -> Reply:
        """Answer `POST /items/{id}/active`."""
        return self._set_status(call, "active")

    def deactivate(self, call: Call) -> Reply:
        """Answer `POST /items/{id}/inactive`."""
        return self._set_status(call, "inactive")

    def find(self, key: str, value: str) -> Record | None:
        """Return the first item whose key field has this value."""
        found = self._store.find(item.COLLECTION, key, value) if value else []
        return self._get(found[0]) if found else None

    def add(self, sent: Mapping[str, Any]) -> Record:
        """Add an item."""
        record = item.blank(self._clock.now(), next_record(self._store))
        item.apply(record, sent)
        self._store.insert(item.COLLECTION, record, self._checked_keys(record))
        self._emit("item", "created", item.row(record))
        return record

    def change(self, record: Record, sent: Mapping[str, Any]) -> None:
        """Put what a client sent into an item."""
        item.apply(record, sent)
        self._save(record)

    def _save(self, record: Record) -> None:
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(item.COLLECTION, record, self._checked_keys(record))
        self._emit("item", "updated", item.row(record))

    def _created(self, record: Record) -> Reply:
        content = {"code": 0, "message": "The item has been added.", "item": item.row(record)}
        return Reply(status=201, content=content, module=MODULE, created=(str(record.id),))

    def _updated(self, record: Record, sent: Mapping[str, Any]) -> Reply:
        self.change(record, sent)
        return _answer("Item details have been saved.", item=item.row(record))

    def _checked_keys(self, record: Record) -> dict[str, str]:
        """Return an item's key values; names and SKUs are taken once each."""
        keys = item.keys(record)
        for field, label in (("name", "Item"), ("sku", "SKU")):
            if keys[field] and set(self._store.find(item.COLLECTION, field, keys[field])) - {record.id}:
                raise refused(ITEM_TAKEN, f'{label} "{keys[field]}" already exists.')
        forbid_duplicates(self._store, "item", item.COLLECTION, record.document["custom"], own=record.id)
        return keys

    def _set_status(self, call: Call, status: str) -> Reply:
        record = self._named(call)
        if record.status != status:
            record.status = status
            self._save(record)
        return _answer(f"The item has been marked as {status}.")

    def _named(self, call: Call) -> Record:
        return self._get(call.variables["id"])

    def _get(self, identity: str | int) -> Record:
        record = self._store.get(item.COLLECTION, identity)
        if record is None:
            raise unknown("Item")
        return record


def _answer(message: str, **content: Any) -> Reply:
    return Reply(content={"code": 0, "message": message, **content}, module=MODULE)
