"""Merging contacts (Zoho Books API v3, Merge contacts): all transactions go to the master, the other becomes inactive.

The API's description names the call and nothing else. The help pages say that the master keeps the transactions of
both, that the other is marked inactive and can be made active again, and that both need one currency and are of one
type. Assumed: the path names the contact that is merged, and `master_contact_id` (in the query or the body) the one
it goes into.
"""

from typing import Any

from syncdsl.sandbox.books.contact_file import MODULE, ContactFile
from syncdsl.sandbox.books.documents.partners import DOCUMENTS_OF
from syncdsl.sandbox.books.envelope import NOT_MERGEABLE, invalid_value, refused
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.store import Record, Store

MASTER = "master_contact_id"
HELD_AS = {
    ("vendor_id", "books.expenses"): "vendor_id",
}
"""Where documents keep the id of a contact, apart from `partner_id`."""


class ContactMerging:
    """The merge call of contacts."""

    def __init__(self, store: Store, clock: Clock, contacts: ContactFile) -> None:
        self._store = store
        self._clock = clock
        self._file = contacts

    def merge(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/merge`."""
        merged = self._file.named(call)
        identity = _master_id(call)
        if not identity or identity == str(merged.id):
            raise invalid_value(MASTER)
        master = self._file.get(identity, status=400)
        if (master.kind, _currency(master)) != (merged.kind, _currency(merged)):
            raise refused(NOT_MERGEABLE, "Only contacts of the same type and currency can be merged.")
        for key, collections in DOCUMENTS_OF.items():
            for collection in collections:
                for number in self._store.find(collection, key, str(merged.id)):
                    self._hand_over(collection, key, number, master)
        merged.status = "inactive"
        self._file.save(merged)
        return Reply(content={"code": 0, "message": "success"}, module=MODULE)

    def _hand_over(self, collection: str, key: str, number: int, master: Record) -> None:
        record = self._store.get(collection, number)
        if record is None:
            return
        record.document[HELD_AS.get((key, collection), "partner_id")] = str(master.id)
        record.modified = max(self._clock.now(), record.modified)
        found = self._store.rows("SELECT field, value FROM record_key WHERE id = ?", (number,))
        self._store.replace(collection, record, {**dict(found), key: str(master.id)})


def _master_id(call: Call) -> str:
    if call.query.get(MASTER):
        return call.query[MASTER]
    try:
        body: Any = call.json()
    except ValueError:
        return ""
    return str(body.get(MASTER) or "") if isinstance(body, dict) else ""


def _currency(record: Record) -> Any:
    return record.document["currency_id"]
