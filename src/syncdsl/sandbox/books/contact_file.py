"""The contacts in the store: found, checked, saved, removed, and reported to webhooks."""

from collections.abc import Callable, Mapping
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.custom_fields import forbid_duplicates
from syncdsl.sandbox.books.documents.emission import Emit
from syncdsl.sandbox.books.envelope import HAS_TRANSACTIONS, NAME_TAKEN, refused, unknown
from syncdsl.sandbox.books.numbering import next_id, next_record
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Record, Store

MODULE = "contacts"


class ContactFile:
    """All contacts of the organisation."""

    def __init__(self, store: Store, clock: Clock, *, is_used: Callable[[str], bool], emit: Emit) -> None:
        """Remember what tells whether a transaction names a contact, and what hears of every change."""
        self._store = store
        self._clock = clock
        self._is_used = is_used
        self._emit = emit

    def named(self, call: Call) -> Record:
        """Return the contact that the path names. Raises RefusedError when there is none."""
        return self.get(call.variables["id"])

    def get(self, identity: str | int, *, status: int = 404) -> Record:
        """Return a contact by its id. Raises RefusedError with this HTTP status when there is none."""
        record = self._store.get(contact.COLLECTION, identity)
        if record is None:
            raise unknown("Contact", status=status)
        return record

    def of_person(self, identity: str) -> Record:
        """Return the contact that a person belongs to. Raises RefusedError when there is no such person."""
        for number in self._store.find(contact.COLLECTION, contact.person_key(identity), "1"):
            return self.get(number)
        raise unknown("Contact person")

    def find(self, key: str, value: str) -> Record | None:
        """Return the first contact whose key field has this value."""
        found = self._store.find(contact.COLLECTION, key, value)
        return self.get(found[0]) if found else None

    def create(self, sent: Mapping[str, Any]) -> Record:
        """Add a contact."""
        record = contact.blank(self._clock.now(), next_record(self._store))
        contact.apply(record, sent, self.new_id)
        self._store.insert(contact.COLLECTION, record, self._checked_keys(record))
        self._emit("contact", "created", self.shown(record))
        return record

    def update(self, record: Record, sent: Mapping[str, Any]) -> None:
        """Put what a client sent into a contact."""
        contact.apply(record, sent, self.new_id)
        self.save(record)

    def save(self, record: Record) -> None:
        """Store a contact that was changed."""
        contact.settle(record)
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(contact.COLLECTION, record, self._checked_keys(record))
        self._emit("contact", "updated", self.shown(record))

    def delete(self, record: Record) -> None:
        """Remove a contact; one with transactions stays."""
        if self._is_used(str(record.id)):
            raise refused(HAS_TRANSACTIONS, "This contact has transactions and cannot be deleted.")
        self._emit("contact", "deleted", self.shown(record))
        self._store.delete(contact.COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())

    def shown(self, record: Record) -> dict[str, Any]:
        """Return a contact as its detail call shows it."""
        return contact.detail(record, has_transaction=self._is_used(str(record.id)))

    def new_id(self) -> str:
        """Return the id of a new person or address."""
        return next_id(self._store)

    def _checked_keys(self, record: Record) -> dict[str, str]:
        """Return a contact's key values. Names are one name space over customers and vendors."""
        taken = set(self._store.find(contact.COLLECTION, "contact_name", record.name)) - {record.id}
        if taken:
            message = f'The {record.kind} "{record.name}" already exists. Please specify a different name.'
            raise refused(NAME_TAKEN, message)
        forbid_duplicates(self._store, "contact", contact.COLLECTION, record.document["custom"], own=record.id)
        return contact.keys(record)
