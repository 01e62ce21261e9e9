"""Payments of customers, enough to make invoices paid or partly paid (Zoho Books API v3, Customer Payments)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.body import amount, objects, sent_object, text
from syncdsl.sandbox.books.documents.accounts import MONEY_ACCOUNTS
from syncdsl.sandbox.books.documents.amounts import number, rounded
from syncdsl.sandbox.books.documents.composing import currency_of
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.filters import PARTNER_NAME, number_of, text_of
from syncdsl.sandbox.books.documents.invoices import Invoices, payment_made
from syncdsl.sandbox.books.documents.partners import partner_of
from syncdsl.sandbox.books.documents.values import day
from syncdsl.sandbox.books.envelope import OVERPAID, WRONG_STATUS, invalid_value, refused, unknown
from syncdsl.sandbox.books.listing import Listing
from syncdsl.sandbox.books.numbering import next_id, next_record
from syncdsl.sandbox.clock import stamp_without_colon
from syncdsl.sandbox.exchange import Call, Handler, Reply
from syncdsl.sandbox.organisation import BOOKS_ZONE, CURRENT_USER
from syncdsl.sandbox.store import Record

COLLECTION = "books.customerpayments"
MODULE = "customerpayments"
LENGTHS = {"payment_mode": 100, "reference_number": 100, "description": 2000}


class Payments:
    """The calls on payments."""

    def __init__(self, invoices: Invoices, emit: Emit = silent) -> None:
        self._invoices = invoices
        self._store = invoices.store
        self._emit = emit

    def endpoints(self) -> list[tuple[str, str, Handler]]:
        """Return (method, path, handler) triples."""
        return [
            ("GET", "/customerpayments", self.listed),
            ("POST", "/customerpayments", self.create),
            ("GET", "/customerpayments/{id}", self.detail),
            ("DELETE", "/customerpayments/{id}", self.delete),
            ("GET", "/invoices/{id}/payments", self.of_invoice),
            ("DELETE", "/invoices/{id}/payments/{payment_id}", self.delete_of_invoice),
        ]

    def listed(self, call: Call) -> Reply:
        """Answer `GET /customerpayments`, newest first unless asked otherwise."""
        listing = Listing(
            resource=MODULE,
            report="Customer Payments",
            collection=COLLECTION,
            sorts={
                "created_time": "created",
                "last_modified_time": "modified",
                "date": text_of("date"),
                "amount": number_of("amount"),
                "customer_name": PARTNER_NAME,
            },
            texts={
                "customer_id": text_of("partner_id"),
                "customer_name": PARTNER_NAME,
                **{name: text_of(name) for name in LENGTHS},
            },
            keys=frozenset({"customer_id"}),
            row=self.row,
        )
        return listing.answer(self._store, call, [], "PaymentType.All", "D")

    def detail(self, call: Call) -> Reply:
        """Answer `GET /customerpayments/{id}`."""
        return Reply(content={"code": 0, "message": "success", "payment": self.shown(self._named(call))})

    def create(self, call: Call) -> Reply:
        """Answer `POST /customerpayments`: what is applied to an invoice lowers its balance."""
        record = self.record(sent_object(call))
        shown = self.shown(record)
        self._emit("customerpayment", "created", shown)
        content = {"code": 0, "message": "The payment from the customer has been recorded", "payment": shown}
        return Reply(status=201, content=content, module=MODULE, created=(str(record.id),))

    def record(self, sent: Mapping[str, Any]) -> Record:
        """Store a payment and apply it to the invoices it names."""
        customer = partner_of(self._store, "customer", sent.get("customer_id"))
        parts = self._parts(sent)
        paid = (
            amount(sent.get("amount"), "amount") if "amount" in sent else sum((part for _, part in parts), Decimal(0))
        )
        if paid <= 0:
            raise invalid_value("amount")
        if sum((part for _, part in parts), Decimal(0)) > paid:
            raise refused(OVERPAID, "The amount applied to the invoices is more than the payment.")
        now = self._invoices.clock.now()
        document: dict[str, Any] = {
            **{name: text(sent.get(name), name, longest) for name, longest in LENGTHS.items()},
            "partner_id": str(customer.id),
            "date": day(sent.get("date"), "date") or self._invoices.today().isoformat(),
            "amount": str(paid),
            "account_id": _account(sent),
            "currency_id": customer.document["currency_id"],
            "number": self._store.next_number("books.payment_number", 1),
            "invoices": [],
        }
        record = Record(
            id=next_record(self._store), created=now, modified=now, name="", document=document, kind="payment"
        )
        document["payment_mode"] = document["payment_mode"] or "cash"
        for invoice_id, part in parts:
            self._apply(record, invoice_id, part)
        record.name = str(document["number"])
        self._store.insert(COLLECTION, record, {"customer_id": str(customer.id)})
        return record

    def delete(self, call: Call) -> Reply:
        """Answer `DELETE /customerpayments/{id}`: the invoices are open again."""
        record = self._named(call)
        shown = self.shown(record)
        for part in list(record.document["invoices"]):
            self._withdraw(part)
        self._store.delete(COLLECTION, record, created_by=CURRENT_USER.id, at=self._invoices.clock.now())
        self._emit("customerpayment", "deleted", shown)
        return Reply(content={"code": 0, "message": "The payment has been deleted."}, module=MODULE)

    def of_invoice(self, call: Call) -> Reply:
        """Answer `GET /invoices/{id}/payments`."""
        invoice = self._invoices.named(call)
        rate = number(invoice.document["exchange_rate"])
        shown = [
            {
                **{
                    name: entry[name]
                    for name in ("payment_id", "payment_number", "invoice_payment_id", *LENGTHS, "date")
                },
                "invoice_id": str(invoice.id),
                "amount": number(entry["amount"]),
                "exchange_rate": rate,
                "tax_amount_withheld": 0.0,
                "online_transaction_id": "",
                "is_single_invoice_payment": len(self._get(entry["payment_id"]).document["invoices"]) == 1,
            }
            for entry in invoice.document.get("payments", [])
        ]
        return Reply(content={"code": 0, "message": "success", "payments": shown})

    def delete_of_invoice(self, call: Call) -> Reply:
        """Answer `DELETE /invoices/{id}/payments/{invoice_payment_id}`: the money stays with the customer."""
        invoice = self._invoices.named(call)
        found = [
            entry
            for entry in invoice.document.get("payments", [])
            if entry["invoice_payment_id"] == call.variables["payment_id"]
        ]
        if not found:
            raise unknown("Payment")
        record = self._get(found[0]["payment_id"])
        for part in [one for one in record.document["invoices"] if one["invoice_id"] == str(invoice.id)]:
            self._withdraw(part)
            record.document["invoices"].remove(part)
        record.modified = max(self._invoices.clock.now(), record.modified)
        self._store.replace(COLLECTION, record, {"customer_id": record.document["partner_id"]})
        return Reply(content={"code": 0, "message": "The payment has been deleted."}, module=MODULE)

    def row(self, record: Record) -> dict[str, Any]:
        """Return a payment as lists show it."""
        document = record.document
        applied = sum((Decimal(part["amount"]) for part in document["invoices"]), Decimal(0))
        customer = document["partner_id"]
        return {
            "payment_id": str(record.id),
            "payment_number": document["number"],
            "payment_type": "Invoice Payment" if document["invoices"] else "Customer Advance",
            "customer_id": customer,
            "customer_name": self._store.names([customer]).get(customer, ""),
            **{name: document[name] for name in ("date", *LENGTHS, "account_id")},
            "account_name": MONEY_ACCOUNTS[document["account_id"]].name,
            "amount": number(document["amount"]),
            "unused_amount": number(Decimal(document["amount"]) - applied),
            "currency_code": currency_of(document).code,
            "currency_symbol": currency_of(document).symbol,
            "invoice_numbers": ", ".join(part["invoice_number"] for part in document["invoices"]),
            "created_time": stamp_without_colon(record.created, BOOKS_ZONE),
            "last_modified_time": stamp_without_colon(record.modified, BOOKS_ZONE),
        }

    def shown(self, record: Record) -> dict[str, Any]:
        """Return a payment with the invoices it is applied to."""
        return {
            **self.row(record),
            "status": "success",
            "amount_refunded": 0.0,
            "bank_charges": 0.0,
            "invoices": [self._part(part) for part in record.document["invoices"]],
            "custom_fields": [],
        }

    def _parts(self, sent: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
        """Return what goes to which invoice; one may be named outside the list too."""
        given = objects(sent.get("invoices") or [], "invoices")
        if sent.get("invoice_id"):
            given = [
                *given,
                {"invoice_id": sent["invoice_id"], "amount_applied": sent.get("amount_applied", sent.get("amount"))},
            ]
        return [
            (str(part.get("invoice_id", "")), amount(part.get("amount_applied"), "amount_applied")) for part in given
        ]

    def _apply(self, record: Record, invoice_id: str, part: Decimal) -> None:
        invoice = self._store.get(self._invoices.kind.collection, invoice_id)
        document = record.document
        if invoice is None or invoice.document["partner_id"] != document["partner_id"]:
            raise unknown("Invoice", status=400)
        if invoice.status == "void":
            raise refused(WRONG_STATUS, "Payments cannot be recorded for void invoices.")
        part = rounded(part, currency_of(invoice.document).precision)
        if part <= 0:
            raise invalid_value("amount_applied")
        if part > Decimal(invoice.document["total"]) - payment_made(invoice.document):
            raise refused(OVERPAID, "The amount entered is more than the balance due for the selected invoices.")
        entry = {
            "payment_id": str(record.id),
            "payment_number": document["number"],
            "invoice_payment_id": next_id(self._store),
            **{name: document[name] for name in (*LENGTHS, "date")},
            "amount": str(part),
        }
        invoice.document["payments"] = [*invoice.document.get("payments", []), entry]
        document["invoices"].append(
            {
                "invoice_id": invoice_id,
                "invoice_number": invoice.name,
                "invoice_payment_id": entry["invoice_payment_id"],
                "amount": str(part),
            }
        )
        self._invoices.save(invoice)

    def _withdraw(self, part: Mapping[str, Any]) -> None:
        invoice = self._invoices.get(part["invoice_id"])
        invoice.document["payments"] = [
            entry
            for entry in invoice.document.get("payments", [])
            if entry["invoice_payment_id"] != part["invoice_payment_id"]
        ]
        self._invoices.save(invoice)

    def _part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        invoice = self._invoices.get(part["invoice_id"])
        return {
            **{name: part[name] for name in ("invoice_id", "invoice_number", "invoice_payment_id")},
            "amount_applied": number(part["amount"]),
            "total": number(invoice.document["total"]),
            "balance": number(invoice.document["balance"]),
            "date": invoice.document["date"],
            "due_date": invoice.document["due_date"],
            "tax_amount_withheld": 0.0,
        }

    def _named(self, call: Call) -> Record:
        return self._get(call.variables["id"])

    def _get(self, identity: str) -> Record:
        record = self._store.get(COLLECTION, identity)
        if record is None:
            raise unknown("Payment")
        return record


def _account(sent: Mapping[str, Any]) -> str:
    given = str(sent.get("account_id") or next(iter(MONEY_ACCOUNTS)))
    if given not in MONEY_ACCOUNTS:
        raise invalid_value("account_id")
    return given
