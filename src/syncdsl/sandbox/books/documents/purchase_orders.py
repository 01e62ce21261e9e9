"""Purchase orders (Zoho Books API v3, Purchase order)."""

from typing import Any

from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.books.documents.kind import Kind, Messages, Transition
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.organisation import COMPANY
from syncdsl.sandbox.store import Record, Store

PURCHASE_ORDER = Kind(
    entity="purchaseorder",
    resource="purchaseorders",
    title="Purchase order",
    report="Purchase Orders",
    partner="vendor",
    prefix="PO",
    dates=("delivery_date", "expected_delivery_date", "due_date"),
    texts={
        "ship_via": 100,
        "attention": 100,
        "delivery_org_address_id": 50,
        "delivery_customer_id": 50,
        "pricebook_id": 50,
        "salesorder_id": 50,
    },
    messages=Messages(
        created="Purchase Order has been added.",
        updated="Purchase Order has been updated.",
        deleted="The purchase order has been deleted.",
    ),
    statuses=(
        "draft",
        "pending_approval",
        "approved",
        "rejected",
        "open",
        "issued",
        "partially_billed",
        "billed",
        "partially_received",
        "received",
        "closed",
        "cancelled",
    ),
    groups={"issued": ("open",)},
    filters={"Status.Pending": ("pending_approval",), "Status.MyApprovals": ("pending_approval",)},
    locked=frozenset({"cancelled"}),
    kept=frozenset({"billed"}),
    transitions=(
        Transition(
            path="status/open",
            status="open",
            sources=frozenset({"draft", "approved", "open", "cancelled"}),
            message="The purchase order has been marked as open.",
            answer=201,
        ),
        Transition(
            path="status/billed",
            status="billed",
            sources=frozenset({"open"}),
            message="The purchase order has been marked as billed.",
            answer=201,
        ),
        Transition(
            path="status/cancelled",
            status="cancelled",
            sources=frozenset({"draft", "approved", "open"}),
            message="The purchase order has been cancelled.",
            answer=201,
        ),
        Transition(
            path="submit",
            status="pending_approval",
            sources=frozenset({"draft", "rejected"}),
            message="The purchase order has been successfully submitted for approval.",
        ),
        Transition(
            path="approve",
            status="approved",
            sources=frozenset({"pending_approval"}),
            message="You have approved the Purchase Order.",
        ),
        Transition(
            path="reject",
            status="rejected",
            sources=frozenset({"pending_approval"}),
            message="You have rejected the Purchase Order.",
            answer=201,
        ),
        Transition(
            path="email",
            status="open",
            sources=frozenset({"draft", "approved"}),
            keeps=frozenset({"open", "billed"}),
            message="Your purchase order has been sent.",
            answer=201,
            emailed=True,
        ),
    ),
)
"""Billed only from open; a billed order is neither cancelled nor deleted (all assumed)."""


class PurchaseOrders(Documents):
    """The calls on purchase orders."""

    def __init__(self, store: Store, clock: Clock, emit: Emit = silent) -> None:
        super().__init__(PURCHASE_ORDER, store, clock, emit)

    def row(self, record: Record) -> dict[str, Any]:
        """Return a purchase order as lists show it."""
        billed = {"billed": "billed", "partially_billed": "partially_billed"}.get(record.status, "")
        return {**super().row(record), "billed_status": billed, "is_emailed": record.document.get("is_emailed", False)}

    def shown(self, record: Record) -> dict[str, Any]:
        """Return a purchase order with everything known about it."""
        delivery = dict.fromkeys(("address", "address1", "address2", "city", "state", "zip", "country", "phone"), "")
        return {
            **super().shown(record),
            "delivery_address": {**delivery, "attention": COMPANY},
            "can_mark_as_bill": record.status == "open",
            "can_mark_as_unbill": record.status == "billed",
        }
