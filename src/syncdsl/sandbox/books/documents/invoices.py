"""Invoices (Zoho Books API v3, Invoices)."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.body import text
from syncdsl.sandbox.books.documents import showing
from syncdsl.sandbox.books.documents.amounts import number
from syncdsl.sandbox.books.documents.conversion import as_body, forget_invoice, mark_invoiced
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.books.documents.invoice import INVOICE
from syncdsl.sandbox.books.documents.kind import Transition
from syncdsl.sandbox.books.documents.sales_orders import SalesOrders
from syncdsl.sandbox.books.envelope import HAS_PAYMENTS, WRONG_STATUS, invalid_value, refused
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call, Handler, Reply
from syncdsl.sandbox.store import Record, Store

UNPAID = frozenset({"sent", "viewed", "partially_paid", "paid"})
"""The statuses that follow the payments; a draft with a payment joins them."""


class Invoices(Documents):
    """The calls on invoices."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        emit: Emit = silent,
        *,
        estimates: Documents,
        sales_orders: SalesOrders,
        expenses: Documents,
    ) -> None:
        super().__init__(INVOICE, store, clock, emit)
        self._estimates = estimates
        self._sales_orders = sales_orders
        self._expenses = expenses

    def endpoints(self) -> list[tuple[str, str, Handler]]:
        """Return (method, path, handler) triples."""
        return [
            ("DELETE", "/invoices", self.delete_many),
            ("POST", "/invoices/status/sent", self.send_many),
            ("POST", "/invoices/status/void", self.void_many),
            ("POST", "/invoices/fromestimates", self.from_estimates),
            ("POST", "/invoices/fromsalesorder", self.from_sales_order),
            *super().endpoints(),
        ]

    def delete_many(self, call: Call) -> Reply:
        """Answer `DELETE /invoices?invoice_ids=`: all of them, or none when one cannot be deleted."""
        for record in self._chosen(call, "invoice_ids"):
            self.remove(record)
        return self._done("The invoices have been deleted.")

    def send_many(self, call: Call) -> Reply:
        """Answer `POST /invoices/status/sent?invoice_ids=`: all of them or none."""
        return self._move_many(call, "status/sent", "The invoices have been marked as sent.")

    def void_many(self, call: Call) -> Reply:
        """Answer `POST /invoices/status/void?invoice_ids=`: all of them or none."""
        return self._move_many(call, "status/void", "The selected invoices have been marked as void.")

    def from_estimates(self, call: Call) -> Reply:
        """Answer `POST /invoices/fromestimates?estimate_ids=`: one invoice for each."""
        identities = [part for part in call.query.get("estimate_ids", "").split(",") if part]
        if not identities:
            raise invalid_value("estimate_ids")
        made = [self._made_of(self._estimates.get(identity), "invoiced_estimate_id") for identity in identities]
        content = {"code": 0, "message": "The invoices have been created."}
        return Reply(content=content, module="invoices", created=tuple(str(record.id) for record in made))

    def from_sales_order(self, call: Call) -> Reply:
        """Answer `POST /invoices/fromsalesorder?salesorder_id=`."""
        record = self._made_of(self._sales_orders.get(call.query.get("salesorder_id", "")), "salesorder_id")
        content = self._content(self.kind.messages.created, record)
        return Reply(status=201, content=content, module="invoices", created=(str(record.id),))

    def compose(self, record: Record, sent: Mapping[str, Any]) -> None:
        """Put a body into an invoice; what is paid already stays covered by its total."""
        super().compose(record, sent)
        document = record.document
        _apply_terms(document, sent, self.customer_terms(document))
        for name in ("invoiced_estimate_id", "salesorder_id"):
            if name in sent and name not in document:
                document[name] = text(sent[name], name, 50)
        if Decimal(document["total"]) < payment_made(document):
            raise refused(HAS_PAYMENTS, "The total of the invoice cannot be less than the payments it has received.")
        self.settle(record)

    def created(self, record: Record) -> None:
        """Mark the estimate, order and expenses that an invoice was made of as invoiced."""
        document, identity = record.document, str(record.id)
        if estimate_id := document.get("invoiced_estimate_id"):
            estimate = self._estimates.get(estimate_id)
            if estimate.status == "invoiced":
                raise refused(WRONG_STATUS, "The estimate has already been invoiced.")
            mark_invoiced(self._estimates, estimate, identity)
        self._sales_orders.invoiced(record)
        for line in document["line_items"]:
            if line.get("expense_id"):
                mark_invoiced(self._expenses, self._expenses.get(line["expense_id"]), identity)

    def removed(self, record: Record) -> None:
        """Take back what the invoice made of the documents it came from."""
        document, identity = record.document, str(record.id)
        sources = [(self._estimates, document.get("invoiced_estimate_id"))]
        sources += [(self._expenses, line.get("expense_id")) for line in document["line_items"]]
        for handler, source_id in sources:
            source = self.store.get(handler.kind.collection, source_id) if source_id else None
            if source is not None:
                forget_invoice(handler, source, identity)
        self._sales_orders.uninvoiced(record)

    def check_move(self, record: Record, transition: Transition) -> None:
        """Refuse to make an invoice void while it has payments."""
        if transition.status == "void" and record.document.get("payments"):
            raise refused(HAS_PAYMENTS, "An invoice with payments cannot be changed to void.")

    def check_removal(self, record: Record) -> None:
        """Refuse to delete an invoice while it has payments."""
        if record.document.get("payments"):
            raise refused(HAS_PAYMENTS, "An invoice with payments cannot be deleted.")

    def settle(self, record: Record) -> None:
        """Let balance and status follow the payments."""
        document = record.document
        made, total = payment_made(document), Decimal(document["total"])
        if record.status in UNPAID or made:
            unpaid = "viewed" if record.status == "viewed" else "sent"
            record.status = unpaid if not made else "paid" if made >= total else "partially_paid"
        document["balance"] = str(Decimal(0) if record.status == "void" else total - made)

    def save(self, record: Record) -> None:
        """Store a changed invoice."""
        self.settle(record)
        super().save(record)

    def row(self, record: Record) -> dict[str, Any]:
        """Return an invoice as lists show it."""
        document = record.document
        row = super().row(record)
        return {
            **row,
            **showing.sale(record),
            "due_days": _due_days(document["due_date"], row["status"], self.today()),
            "balance": number(document["balance"]),
            "reminders_sent": 0,
            "last_reminder_sent_date": "",
            "payment_expected_date": "",
            "last_payment_date": max((entry["date"] for entry in document.get("payments", [])), default=""),
            "write_off_amount": 0.0,
            "shipping_charge": number(document.get("shipping_charge", "0")),
            "adjustment": number(document.get("adjustment", "0")),
            "invoiced_estimate_id": document.get("invoiced_estimate_id", ""),
            "documents": "",
        }

    def shown(self, record: Record) -> dict[str, Any]:
        """Return an invoice with everything known about it."""
        document = record.document
        return {
            **super().shown(record),
            "payment_terms": document["payment_terms"],
            "payment_terms_label": document["payment_terms_label"],
            "payment_made": number(payment_made(document)),
            "credits_applied": 0.0,
            "tax_amount_withheld": 0.0,
            "allow_partial_payments": document.get("allow_partial_payments", False),
            "payment_options": {"payment_gateways": []},
            "payment_reminder_enabled": True,
            "recurring_invoice_id": "",
            "salesorder_id": document.get("salesorder_id", ""),
            "estimate_id": document.get("invoiced_estimate_id", ""),
            "invoice_url": "",
        }

    def customer_terms(self, document: Mapping[str, Any]) -> int:
        """Return the payment terms of the customer, in days."""
        customer = self.store.get("books.contacts", document["partner_id"])
        return int(customer.document["payment_terms"]) if customer else 0

    def _made_of(self, source: Record, key: str) -> Record:
        record = self.add({**as_body(source), key: str(source.id)}, self.next_number())
        self._tell("created", record)
        return record

    def _move_many(self, call: Call, path: str, message: str) -> Reply:
        for record in self._chosen(call, "invoice_ids"):
            self.move(record, self.transition(path))
        return self._done(message)

    def _chosen(self, call: Call, name: str) -> list[Record]:
        identities = [part.strip() for part in call.query.get(name, "").split(",") if part.strip()]
        if not identities:
            raise invalid_value(name)
        return [self.get(identity) for identity in dict.fromkeys(identities)]


def payment_made(document: Mapping[str, Any]) -> Decimal:
    """Return what has been paid of an invoice."""
    return sum((Decimal(entry["amount"]) for entry in document.get("payments", [])), Decimal(0))


def _apply_terms(document: dict[str, Any], sent: Mapping[str, Any], usual: int) -> None:
    """Settle terms and due date: a due date that is sent wins, else the terms count from the invoice's date."""
    terms = sent.get("payment_terms", document.get("payment_terms", usual))
    if isinstance(terms, bool) or not isinstance(terms, int) or not -3 <= terms <= 999:
        raise invalid_value("payment_terms")
    if terms != document.get("payment_terms"):
        document["payment_terms_label"] = "Due on Receipt" if terms <= 0 else f"Net {terms}"
    document["payment_terms"] = terms
    if sent.get("payment_terms_label"):
        document["payment_terms_label"] = text(sent["payment_terms_label"], "payment_terms_label", 100)
    if not sent.get("due_date") and (not document.get("due_date") or "date" in sent or "payment_terms" in sent):
        due = date.fromisoformat(document["date"]) + timedelta(days=max(terms, 0))
        document["due_date"] = due.isoformat()
    if document["due_date"] < document["date"]:
        raise invalid_value("due_date")


def _due_days(due: str, status: str, today: date) -> str:
    days = (date.fromisoformat(due) - today).days
    if status == "overdue":
        return f"Overdue by {-days} day(s)"
    return f"Due in {days} day(s)" if days >= 0 and status not in {"paid", "void"} else ""
