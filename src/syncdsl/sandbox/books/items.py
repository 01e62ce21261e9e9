"""Items (Zoho Books API v3, Items)."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books import item
from syncdsl.sandbox.books.body import sent_object
from syncdsl.sandbox.books.custom_fields import forbid_duplicates
from syncdsl.sandbox.books.envelope import ITEM_TAKEN, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import Listing, containing, document_text
from syncdsl.sandbox.books.numbering import next_record
from syncdsl.sandbox.books.unique_identifier import addressed
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Clause, Record, Store

MODULE = "items"

FILTERS = {
    "Status.All": Clause("1"),
    "Status.Active": Clause("status = 'active'"),
    "Status.Inactive": Clause("status = 'inactive'"),
}

LISTING = Listing(
    resource="items",
    report="Items",
    collection=item.COLLECTION,
    sorts={"name": "fold(name)", "created_time": "created", "last_modified_time": "modified"},
    texts={"name": "fold(name)", "description": document_text("description")},
    keys=frozenset({"zcrm_product_id"}),
    row=item.row,
)


class Items:
    """The calls on items."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, call: Call) -> Reply:
        """Answer `GET /items`; inactive items show only where `filter_by` asks for them."""
        filter_by = call.query.get("filter_by", "Status.Active")
        if filter_by not in FILTERS:
            raise invalid_value("filter_by")
        where = [FILTERS[filter_by]]
        if searched := call.query.get("search_text"):
            where.append(containing(["fold(name)", document_text("description")], searched))
        return LISTING.answer(self._store, call, where, filter_by)

    def detail(self, call: Call) -> Reply:
        """Answer `GET /items/{id}`."""
        return Reply(content={"code": 0, "message": "success", "item": item.row(self._named(call))})

    def create(self, call: Call) -> Reply:
        """Answer `POST /items`."""
        return self._create(sent_object(call))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /items/{id}`: the keys that are sent replace the stored ones."""
        return self._update(self._named(call), sent_object(call))

    def upsert(self, call: Call) -> Reply:
        """Answer `PUT /items` with the unique identifier headers."""
        target = addressed(self._store, call, "item", item.COLLECTION)
        if target.id is None:
            if not target.create:
                raise unknown("Item")
            return self._create(sent_object(call))
        return self._update(self._get(target.id), sent_object(call))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /items/{id}`."""
        self._store.delete(item.COLLECTION, self._named(call), created_by=CURRENT_USER.id, at=self._clock.now())
        return Reply(content={"code": 0, "message": "The item has been deleted."})

    def activate(self, call: Call) -> Reply:
        """Answer `POST /items/{id}/active`."""
        return self._set_status(call, "active")

    def deactivate(self, call: Call) -> Reply:
        """Answer `POST /items/{id}/inactive`."""
        return self._set_status(call, "inactive")

    def _create(self, sent: Mapping[str, Any]) -> Reply:
        record = item.blank(self._clock.now(), next_record(self._store))
        item.apply(record, sent)
        self._store.insert(item.COLLECTION, record, self._checked_keys(record))
        content = {"code": 0, "message": "The item has been added.", "item": item.row(record)}
        return Reply(status=201, content=content, module=MODULE, created=(str(record.id),))

    def _update(self, record: Record, sent: Mapping[str, Any]) -> Reply:
        item.apply(record, sent)
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(item.COLLECTION, record, self._checked_keys(record))
        content = {"code": 0, "message": "Item details have been saved.", "item": item.row(record)}
        return Reply(content=content, module=MODULE)

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
            record.modified = max(self._clock.now(), record.modified)
            self._store.replace(item.COLLECTION, record, item.keys(record))
        return Reply(content={"code": 0, "message": f"The item has been marked as {status}."}, module=MODULE)

    def _named(self, call: Call) -> Record:
        return self._get(call.variables["id"])

    def _get(self, identity: str | int) -> Record:
        record = self._store.get(item.COLLECTION, identity)
        if record is None:
            raise unknown("Item")
        return record
