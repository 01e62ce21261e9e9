"""Contacts, that is customers and vendors (Zoho Books API v3, Contacts)."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.body import sent_object
from syncdsl.sandbox.books.custom_fields import forbid_duplicates
from syncdsl.sandbox.books.documents.partners import has_transactions
from syncdsl.sandbox.books.envelope import HAS_TRANSACTIONS, NAME_TAKEN, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import Listing, containing, document_text
from syncdsl.sandbox.books.numbering import next_id, next_record
from syncdsl.sandbox.books.unique_identifier import addressed
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import CURRENT_USER
from syncdsl.sandbox.store import Clause, Record, Store

MODULE = "contacts"

FILTERS = {
    "Status.All": Clause("1"),
    "Status.Active": Clause("status = 'active'"),
    "Status.Inactive": Clause("status = 'inactive'"),
    "Status.Crm": Clause(
        "coalesce(json_extract(document, '$.zcrm_account_id'), '') != ''"
        " OR coalesce(json_extract(document, '$.zcrm_contact_id'), '') != ''"
        " OR coalesce(json_extract(document, '$.zcrm_vendor_id'), '') != ''"
    ),
    "Status.Customers": Clause("kind = 'customer'"),
    "Status.Vendors": Clause("kind = 'vendor'"),
}

LISTING = Listing(
    resource="contacts",
    report="Contacts",
    collection=contact.COLLECTION,
    sorts={
        "contact_name": "fold(name)",
        "first_name": document_text("shown.first_name"),
        "last_name": document_text("shown.last_name"),
        "email": document_text("shown.email"),
        "company_name": document_text("company_name"),
        "created_time": "created",
        "last_modified_time": "modified",
    },
    texts={
        "contact_name": "fold(name)",
        "company_name": document_text("company_name"),
        "first_name": document_text("shown.first_name"),
        "last_name": document_text("shown.last_name"),
        "email": document_text("shown.email"),
        "phone": document_text("shown.phone"),
    },
    keys=frozenset(contact.KEYS),
    row=contact.row,
)


class Contacts:
    """The calls on contacts."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, call: Call) -> Reply:
        """Answer `GET /contacts`; inactive contacts show only where `filter_by` asks for them."""
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
        return Reply(content={"code": 0, "message": "success", "contact": self._shown(self._named(call))})

    def persons(self, call: Call) -> Reply:
        """Answer `GET /contacts/{id}/contactpersons`."""
        shown = contact.persons_shown(self._named(call))
        return Reply(content={"code": 0, "message": "success", "contact_persons": shown})

    def create(self, call: Call) -> Reply:
        """Answer `POST /contacts`."""
        return self._create(sent_object(call))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /contacts/{id}`: the keys that are sent replace the stored ones."""
        return self._update(self._named(call), sent_object(call))

    def upsert(self, call: Call) -> Reply:
        """Answer `PUT /contacts` with the unique identifier headers."""
        target = addressed(self._store, call, "contact", contact.COLLECTION)
        if target.id is None:
            if not target.create:
                raise unknown("Contact")
            return self._create(sent_object(call))
        return self._update(self._get(target.id), sent_object(call))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /contacts/{id}`; a contact with transactions stays."""
        self._delete(self._named(call))
        return Reply(content={"code": 0, "message": "The contact has been deleted."})

    def delete_many(self, call: Call) -> Reply:
        """Answer `DELETE /contacts?contact_ids=`: all of them, or none when one cannot be deleted."""
        identities = [item for item in call.query.get("contact_ids", "").split(",") if item]
        if not identities:
            raise invalid_value("contact_ids")
        for identity in identities:
            self._delete(self._get(identity))
        return Reply(content={"code": 0, "message": "The contacts have been deleted."})

    def activate(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/active`."""
        return self._set_status(call, "active")

    def deactivate(self, call: Call) -> Reply:
        """Answer `POST /contacts/{id}/inactive`."""
        return self._set_status(call, "inactive")

    def _listed(self, call: Call, kind: str | None) -> Reply:
        filter_by = call.query.get("filter_by", "Status.Active")
        if filter_by not in FILTERS:
            raise invalid_value("filter_by")
        where = [FILTERS[filter_by]]
        if kind is not None:
            where.append(Clause("kind = ?", (kind,)))
        if searched := call.query.get("search_text"):
            where.append(containing(["fold(name)", document_text("notes")], searched))
        return LISTING.answer(self._store, call, where, filter_by)

    def _create(self, sent: Mapping[str, Any]) -> Reply:
        record = contact.blank(self._clock.now(), next_record(self._store))
        contact.apply(record, sent, lambda: next_id(self._store))
        keys = self._checked_keys(record)
        self._store.insert(contact.COLLECTION, record, keys)
        content = {"code": 0, "message": "The contact has been added.", "contact": self._shown(record)}
        return Reply(status=201, content=content, module=MODULE, created=(str(record.id),))

    def _update(self, record: Record, sent: Mapping[str, Any]) -> Reply:
        contact.apply(record, sent, lambda: next_id(self._store))
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(contact.COLLECTION, record, self._checked_keys(record))
        message = "Contact information has been saved."
        return Reply(content={"code": 0, "message": message, "contact": self._shown(record)}, module=MODULE)

    def _checked_keys(self, record: Record) -> dict[str, str]:
        """Return a contact's key values. Names are one name space over customers and vendors."""
        taken = set(self._store.find(contact.COLLECTION, "contact_name", record.name)) - {record.id}
        if taken:
            message = f'The {record.kind} "{record.name}" already exists. Please specify a different name.'
            raise refused(NAME_TAKEN, message)
        forbid_duplicates(self._store, "contact", contact.COLLECTION, record.document["custom"], own=record.id)
        return contact.keys(record)

    def _set_status(self, call: Call, status: str) -> Reply:
        record = self._named(call)
        if record.status != status:
            record.status = status
            record.modified = max(self._clock.now(), record.modified)
            self._store.replace(contact.COLLECTION, record, contact.keys(record))
        return Reply(content={"code": 0, "message": f"The contact has been marked as {status}."}, module=MODULE)

    def _delete(self, record: Record) -> None:
        if self._has_transaction(record):
            raise refused(HAS_TRANSACTIONS, "This contact has transactions and cannot be deleted.")
        self._store.delete(contact.COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())

    def _shown(self, record: Record) -> dict[str, Any]:
        return contact.detail(record, has_transaction=self._has_transaction(record))

    def _has_transaction(self, record: Record) -> bool:
        return has_transactions(self._store, record.id)

    def _named(self, call: Call) -> Record:
        return self._get(call.variables["id"])

    def _get(self, identity: str | int) -> Record:
        record = self._store.get(contact.COLLECTION, identity)
        if record is None:
            raise unknown("Contact")
        return record
