"""Sales orders (Zoho Books API v3, Sales orders)."""

from datetime import date
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.documents import showing
from syncdsl.sandbox.books.documents.amounts import number
from syncdsl.sandbox.books.documents.conversion import forget_invoice, invoiced_quantity, mark_invoiced
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.books.documents.kind import Kind, Lapse, Messages, Transition
from syncdsl.sandbox.books.envelope import WRONG_STATUS, invalid_value, refused
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.store import Record, Store

SALES_ORDER = Kind(
    entity="salesorder",
    resource="salesorders",
    title="Sales order",
    report="Sales Orders",
    partner="customer",
    prefix="SO",
    dates=("shipment_date",),
    texts={"delivery_method": 100, "estimate_id": 50, "merchant_id": 50, "pricebook_id": 50},
    messages=Messages(
        created="Sales Order Created Successfully.",
        updated="Sales Order Updated Successfully.",
        deleted="Sales Order Deleted Successfully.",
    ),
    statuses=(
        "draft",
        "pending_approval",
        "approved",
        "open",
        "overdue",
        "partially_invoiced",
        "invoiced",
        "not_invoiced",
        "to_be_invoiced",
        "onhold",
        "confirmed",
        "pending",
        "closed",
        "cancelled",
        "rejected",
        "void",
    ),
    groups={"not_invoiced": ("open",), "to_be_invoiced": ("open", "partially_invoiced"), "confirmed": ("open",)},
    filters={
        "Status.OverDue": ("overdue",),
        "Status.OnHold": ("onhold",),
        "Status.MyApprovals": ("pending_approval",),
    },
    references=("salesperson_id",),
    lapse=Lapse(status="overdue", date="shipment_date", sources=frozenset({"open"})),
    locked=frozenset({"void"}),
    kept=frozenset({"invoiced", "partially_invoiced"}),
    transitions=(
        Transition(
            path="status/open",
            status="open",
            sources=frozenset({"draft", "approved", "open", "void"}),
            message="Sales order status has been changed to Open.",
            answer=201,
        ),
        Transition(
            path="status/void",
            status="void",
            sources=frozenset({"draft", "approved", "open"}),
            message="Sales order status has been changed to Void.",
            answer=201,
        ),
        Transition(
            path="submit",
            status="pending_approval",
            sources=frozenset({"draft"}),
            message="The Sales Order has been successfully submitted for approval.",
        ),
        Transition(
            path="approve",
            status="approved",
            sources=frozenset({"pending_approval"}),
            message="You have approved the Sales Order.",
        ),
        Transition(
            path="email",
            status="open",
            sources=frozenset({"draft", "approved"}),
            keeps=frozenset({"open", "partially_invoiced", "invoiced"}),
            message="Your Sales Order has been sent.",
            answer=201,
            emailed=True,
        ),
    ),
)
"""A void order can be opened again; one with invoices is neither voided nor deleted (all assumed)."""


class SalesOrders(Documents):
    """The calls on sales orders."""

    def __init__(self, store: Store, clock: Clock, emit: Emit = silent) -> None:
        super().__init__(SALES_ORDER, store, clock, emit)

    def row(self, record: Record) -> dict[str, Any]:
        """Return a sales order as lists show it."""
        document = record.document
        shipment = document.get("shipment_date", "")
        return {
            **super().row(record),
            **showing.sale(record),
            "shipment_days": (date.fromisoformat(shipment) - self.today()).days if shipment else "",
            "sub_total": number(document["sub_total"]),
            "invoiced_status": record.status if record.status in self.kind.kept else "not_invoiced",
        }

    def shown(self, record: Record) -> dict[str, Any]:
        """Return a sales order with everything known about it."""
        shown = super().shown(record)
        for line, stored in zip(shown["line_items"], record.document["line_items"], strict=True):
            line["quantity_invoiced"] = number(invoiced_quantity(stored))
        return {**shown, "invoice_ids": record.document.get("invoice_ids", [])}

    def invoiced(self, invoice: Record) -> None:
        """Count an invoice's lines on the orders they name, or all of the order the invoice was made of."""
        order_id = invoice.document.get("salesorder_id", "")
        if order_id:
            order = self.get(order_id)
            if order.status in {"invoiced", "void"}:
                raise refused(WRONG_STATUS, f"A sales order in status {order.status} cannot be invoiced.")
            for line in order.document["line_items"]:
                line["quantity_invoiced"] = line["quantity"]
            mark_invoiced(self, order, str(invoice.id))
            return
        wanted = _quantities(invoice)
        for order in self._orders_of(invoice, wanted):
            for line in order.document["line_items"]:
                added = wanted.pop(line["line_item_id"], Decimal(0))
                line["quantity_invoiced"] = str(invoiced_quantity(line) + added)
            mark_invoiced(self, order, str(invoice.id), _progress(order))
        if wanted:
            raise invalid_value("salesorder_item_id")

    def uninvoiced(self, invoice: Record) -> None:
        """Take back `invoiced` after the invoice was deleted."""
        taken = _quantities(invoice)
        orders = self._orders_of(invoice, taken)
        if order_id := invoice.document.get("salesorder_id", ""):
            orders = [order] if (order := self.store.get(self.kind.collection, order_id)) else []
        for order in orders:
            for line in order.document["line_items"]:
                less = taken.get(line["line_item_id"], Decimal(line["quantity"]) if order_id else Decimal(0))
                line["quantity_invoiced"] = str(max(invoiced_quantity(line) - less, Decimal(0)))
            forget_invoice(self, order, str(invoice.id))

    def _orders_of(self, invoice: Record, wanted: dict[str, Decimal]) -> list[Record]:
        """Return the orders of the invoice's customer that have any of the wanted lines."""
        if not wanted:
            return []
        identities = self.store.find(self.kind.collection, self.kind.partner_key, invoice.document["partner_id"])
        orders = [self.get(identity) for identity in identities]
        return [
            order for order in orders if any(line["line_item_id"] in wanted for line in order.document["line_items"])
        ]


def _quantities(invoice: Record) -> dict[str, Decimal]:
    """Return what an invoice takes of order lines, by their ids."""
    quantities: dict[str, Decimal] = {}
    for line in invoice.document["line_items"]:
        if identity := line.get("salesorder_item_id"):
            quantities[identity] = quantities.get(identity, Decimal(0)) + Decimal(line["quantity"])
    return quantities


def _progress(order: Record) -> str:
    lines = order.document["line_items"]
    whole = all(invoiced_quantity(line) >= Decimal(line["quantity"]) for line in lines)
    return "invoiced" if whole else "partially_invoiced"
