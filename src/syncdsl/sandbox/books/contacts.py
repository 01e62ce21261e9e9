"""Contacts, that is customers and vendors (Zoho Books API v3, Contacts)."""

from typing import Any

from syncdsl.sandbox.books import contact, users
from syncdsl.sandbox.books.body import sent_object
from syncdsl.sandbox.books.contact_file import MODULE, ContactFile
from syncdsl.sandbox.books.contact_list import listed
from syncdsl.sandbox.books.envelope import invalid_value, unknown
from syncdsl.sandbox.books.unique_identifier import addressed
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import BOOKS_ZONE
from syncdsl.sandbox.store import Record, Store

MOST_OWNED = 200
"""Contacts that `POST /contacts/owner` takes at once."""


class Contacts:
    """The calls on contacts."""

    def __init__(self, store: Store, clock: Clock, contacts: ContactFile) -> None:
        self._store = store
        self._clock = clock
        self._file = contacts

    def list(self, call: Call) -> Reply:
        """Answer `GET /contacts`."""
        kind = call.query.get("contact_type")
        if kind is not None and kind not in contact.TYPES:
            raise invalid_value("contact_type")
        return self._listed(call, kind)

    def customers(self, call: Call) -> Reply:
        """Answer `GET /customers`."""
        return self._listed(call, "customer")

    def vendors(self, call: Call) -> Reply:
        """Answer `GET /vendors`."""
        return self._listed(call, "vendor")

    def detail(self, call: Call) -> Reply:
        """Answer `GET /contacts/{id}`."""
        return _answer("success", contact=self._file.shown(self._file.named(call)))

    def create(self, call: Call) -> Reply:
        """Answer `POST /contacts`."""
        return self._created(self._file.create(sent_object(call)))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /contacts/{id}`: the keys that are sent replace the stored ones."""
        return self._updated(call, self._file.named(call))

    def upsert(self, call: Call) -> Reply:
        """Answer `PUT /contacts` with the unique identifier headers."""
        target = addressed(self._store, call, "contact", contact.COLLECTION)
        if target.id is not None:
            return self._updated(call, self._file.get(target.id))
        if not target.create:
            raise unknown("Contact")
        return self._created(self._file.create(sent_object(call)))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /contacts/{id}`; a contact with transactions stays."""
        self._file.delete(self._file.named(call))
        return _answer("The contact has been deleted.")

    def delete_many(self, call: Call) -> Reply:
        """Answer `DELETE /contacts?contact_ids=`: all of them, or none when one cannot be deleted."""
        for identity in _identities(call):
            self._file.delete(self._file.get(identity))
        return _answer("The contacts have been deleted.")

    def activate(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/active`."""
        return self._set_status(call, "active")

    def deactivate(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/inactive`."""
        return self._set_status(call, "inactive")

    def set_owner(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/owner?owner_id=`; without `owner_id` the owner is taken away."""
        self._own(self._file.named(call), self._owner(call))
        return _answer("The contact owner has been assigned.")

    def set_owner_of_many(self, call: Call) -> Reply:
        """Answer `POST /contacts/owner?contact_ids=&owner_id=`."""
        identities = _identities(call)
        if len(identities) > MOST_OWNED:
            raise invalid_value("contact_ids")
        owner = self._owner(call)
        for identity in identities:
            self._own(self._file.get(identity), owner)
        return _answer("The contact owner has been assigned.")

    def _listed(self, call: Call, kind: str | None) -> Reply:
        return listed(self._store, call, kind, self._clock.today(BOOKS_ZONE))

    def _created(self, record: Record) -> Reply:
        content = {"code": 0, "message": "The contact has been added.", "contact": self._file.shown(record)}
        return Reply(status=201, content=content, module=MODULE, created=(str(record.id),))

    def _updated(self, call: Call, record: Record) -> Reply:
        self._file.update(record, sent_object(call))
        return _answer("Contact has been updated successfully", contact=self._file.shown(record))

    def _set_status(self, call: Call, status: str) -> Reply:
        record = self._file.named(call)
        if record.status != status:
            record.status = status
            self._file.save(record)
        return _answer(f"The contact has been marked as {status}.")

    def _owner(self, call: Call) -> Record | None:
        identity = call.query.get("owner_id")
        if not identity:
            return None
        owner = self._store.get(users.COLLECTION, identity)
        if owner is None:
            raise unknown("User", status=400)
        return owner

    def _own(self, record: Record, owner: Record | None) -> None:
        record.document["owner_id"] = str(owner.id) if owner else ""
        record.document["owner_name"] = owner.name if owner else ""
        self._file.save(record)


def _identities(call: Call) -> list[str]:
    identities = [item for item in call.query.get("contact_ids", "").split(",") if item]
    if not identities:
        raise invalid_value("contact_ids")
    return identities


def _answer(message: str, **content: Any) -> Reply:
    return Reply(content={"code": 0, "message": message, **content}, module=MODULE)
