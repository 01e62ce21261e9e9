"""Invoices (Zoho Books API v3, Invoices). Taxes, payments and the overdue status are not emulated."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books import contact, invoice
from syncdsl.sandbox.books.body import sent_object, text
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS, forbid_duplicates
from syncdsl.sandbox.books.envelope import (
    AUTOMATIC_NUMBER,
    NUMBER_TAKEN,
    WRONG_STATUS,
    invalid_value,
    refused,
    unknown,
)
from syncdsl.sandbox.books.listing import Listing, containing, document_text
from syncdsl.sandbox.books.numbering import next_id, next_invoice_number, next_record
from syncdsl.sandbox.books.unique_identifier import addressed
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Reply
from syncdsl.sandbox.organisation import BOOKS_ZONE, CURRENT_USER
from syncdsl.sandbox.store import Clause, Record, Store

MODULE = "invoices"
STATUSES = ("draft", "sent", "void")
FILTERS = {
    "Status.All": Clause("1"),
    "Status.Draft": Clause("status = 'draft'"),
    "Status.Sent": Clause("status = 'sent'"),
    "Status.Void": Clause("status = 'void'"),
}
TRANSITIONS = {
    "sent": (frozenset({"draft", "sent"}), "Invoice status has been changed to Sent."),
    "void": (frozenset({"draft", "sent"}), "Invoice status has been changed to Void."),
    "draft": (frozenset({"void"}), "Status of invoice changed from void to draft"),
}
"""To each status: from where it can be reached, and what the answer says. Void again is refused (assumed)."""

CUSTOM_VALUES = [f"fold(json_extract(document, '$.custom.{field.api_name}'))" for field in CUSTOM_FIELDS["invoice"]]

LISTING = Listing(
    resource="invoices",
    report="Invoices",
    collection=invoice.COLLECTION,
    sorts={
        "created_time": "created",
        "last_modified_time": "modified",
        "invoice_number": "fold(name)",
        "customer_name": document_text("customer_name"),
        "date": document_text("date"),
        "due_date": document_text("due_date"),
        "total": "CAST(json_extract(document, '$.total') AS REAL)",
    },
    texts={
        "invoice_number": "fold(name)",
        "reference_number": document_text("reference_number"),
        "customer_name": document_text("customer_name"),
        "date": document_text("date"),
        "customer_id": document_text("customer_id"),
        "zcrm_potential_id": document_text("zcrm_potential_id"),
    },
    keys=frozenset(invoice.KEYS),
    row=invoice.row,
)


class Invoices:
    """The calls on invoices."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def list(self, call: Call) -> Reply:
        """Answer `GET /invoices`, newest first unless asked otherwise."""
        filter_by = call.query.get("filter_by", "Status.All")
        if filter_by not in FILTERS:
            raise invalid_value("filter_by")
        where = [FILTERS[filter_by]]
        if status := call.query.get("status"):
            if status not in STATUSES:
                raise invalid_value("status")
            where.append(Clause("status = ?", (status,)))
        if searched := call.query.get("search_text"):
            fields = ["fold(name)", document_text("customer_name"), document_text("reference_number")]
            where.append(containing(fields, searched))
        if part := call.query.get("custom_field_contains"):
            where.append(containing(CUSTOM_VALUES, part))
        if value := call.query.get("custom_field"):
            held = [LISTING.holding(field.api_name, value) for field in CUSTOM_FIELDS["invoice"]]
            sql = " OR ".join(clause.sql for clause in held)
            where.append(Clause(sql, tuple(item for clause in held for item in clause.parameters)))
        return LISTING.answer(self._store, call, where, filter_by, "D")

    def detail(self, call: Call) -> Reply:
        """Answer `GET /invoices/{id}`."""
        content = {"code": 0, "message": "success", "invoice": invoice.detail(self._named(call))}
        return Reply(content=content)

    def create(self, call: Call) -> Reply:
        """Answer `POST /invoices`."""
        return self._create(call, sent_object(call))

    def update(self, call: Call) -> Reply:
        """Answer `PUT /invoices/{id}`: the keys that are sent replace the stored ones."""
        return self._update(call, self._named(call), sent_object(call))

    def upsert(self, call: Call) -> Reply:
        """Answer `PUT /invoices` with the unique identifier headers."""
        target = addressed(self._store, call, "invoice", invoice.COLLECTION)
        if target.id is None:
            if not target.create:
                raise unknown("Invoice")
            return self._create(call, sent_object(call))
        return self._update(call, self._get(target.id), sent_object(call))

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /invoices/{id}`."""
        record = self._named(call)
        self._store.delete(invoice.COLLECTION, record, created_by=CURRENT_USER.id, at=self._clock.now())
        return Reply(content={"code": 0, "message": "The invoice has been deleted."})

    def set_status(self, call: Call) -> Reply:
        """Answer `POST /invoices/{id}/status/{status}`."""
        if call.variables["status"] not in TRANSITIONS:
            raise refused(5, "Invalid URL Passed", status=404)
        record = self._named(call)
        message = self._move(record, call.variables["status"])
        return Reply(content={"code": 0, "message": message}, module=MODULE)

    def _create(self, call: Call, sent: Mapping[str, Any]) -> Reply:
        now = self._clock.now()
        record = Record(
            id=next_record(self._store),
            created=now,
            modified=now,
            name="",
            document={"invoice_number": self._number(call, sent, None)},
            kind="invoice",
            status="draft",
        )
        self._apply(record, sent)
        self._store.insert(invoice.COLLECTION, record, invoice.keys(record))
        message = "The invoice has been created."
        if call.query.get("send") == "true":
            self._move(record, "sent")
        content = {"code": 0, "message": message, "invoice": invoice.detail(record)}
        return Reply(status=201, content=content, module=MODULE, created=(str(record.id),))

    def _update(self, call: Call, record: Record, sent: Mapping[str, Any]) -> Reply:
        if record.status == "void":
            raise refused(WRONG_STATUS, "Void invoices cannot be edited.")
        if "invoice_number" in sent:
            record.document["invoice_number"] = self._number(call, sent, record)
        self._apply(record, sent)
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(invoice.COLLECTION, record, invoice.keys(record))
        message = "Invoice information has been updated."
        content = {"code": 0, "message": message, "invoice": invoice.detail(record)}
        return Reply(content=content, module=MODULE)

    def _apply(self, record: Record, sent: Mapping[str, Any]) -> None:
        customer_id = str(sent.get("customer_id") or record.document.get("customer_id") or "")
        if not customer_id:
            raise invalid_value("customer_id")
        customer = self._store.get(contact.COLLECTION, customer_id)
        if customer is None or customer.kind != "customer":
            raise unknown("Customer", status=400)
        today = self._clock.today(BOOKS_ZONE)
        invoice.apply(record, sent, customer, lambda: next_id(self._store), today)
        forbid_duplicates(self._store, "invoice", invoice.COLLECTION, record.document["custom"], own=record.id)

    def _number(self, call: Call, sent: Mapping[str, Any], record: Record | None) -> str:
        """Return an invoice's number; a client may choose it only with `ignore_auto_number_generation`."""
        given = text(sent.get("invoice_number"), "invoice_number", 100)
        own = record.name if record else ""
        ignored = "true" in {
            call.query.get("ignore_auto_number_generation"),
            str(sent.get("ignore_auto_number_generation")).lower(),
        }
        if not given or given == own:
            if ignored and not own:
                raise invalid_value("invoice_number")
            return own or self._automatic_number()
        if not ignored and record is None:
            raise refused(
                AUTOMATIC_NUMBER,
                "Invoice numbers are automatic; set ignore_auto_number_generation to choose one.",
            )
        if self._store.find(invoice.COLLECTION, "invoice_number", given):
            raise refused(NUMBER_TAKEN, f'Invoice "{given}" already exists.')
        return given

    def _automatic_number(self) -> str:
        while True:
            number = next_invoice_number(self._store)
            if not self._store.find(invoice.COLLECTION, "invoice_number", number):
                return number

    def _move(self, record: Record, status: str) -> str:
        sources, message = TRANSITIONS[status]
        if record.status not in sources:
            raise refused(WRONG_STATUS, f"An invoice in status {record.status} cannot be changed to {status}.")
        record.status = status
        record.modified = max(self._clock.now(), record.modified)
        self._store.replace(invoice.COLLECTION, record, invoice.keys(record))
        return message

    def _named(self, call: Call) -> Record:
        return self._get(call.variables["id"])

    def _get(self, identity: str | int) -> Record:
        record = self._store.get(invoice.COLLECTION, identity)
        if record is None:
            raise unknown("Invoice")
        return record
