"""Estimates, which Books calls quotes too (Zoho Books API v3, Estimates)."""

from typing import Any

from syncdsl.sandbox.books.documents import showing
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.books.documents.kind import Kind, Lapse, Messages, Transition
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.store import Record, Store

ESTIMATE = Kind(
    entity="estimate",
    resource="estimates",
    title="Estimate",
    report="Estimates",
    partner="customer",
    prefix="EST",
    dates=("expiry_date",),
    messages=Messages(
        created="The estimate has been created",
        updated="Estimate information has been updated.",
        deleted="The estimate has been deleted.",
    ),
    statuses=(
        "draft",
        "pending_approval",
        "approved",
        "sent",
        "viewed",
        "accepted",
        "declined",
        "expired",
        "invoiced",
        "partially_invoiced",
        "signed",
        "rejected",
        "pending_signature",
    ),
    filters={"Status.Pending": ("pending_approval",), "Status.MyApprovals": ("pending_approval",)},
    references=("salesperson_id",),
    lapse=Lapse(status="expired", date="expiry_date", sources=frozenset({"sent", "viewed"})),
    transitions=(
        Transition(
            path="status/sent",
            status="sent",
            sources=frozenset({"draft", "approved", "sent", "viewed"}),
            message="Estimate status has been changed to Sent.",
        ),
        Transition(
            path="status/accepted",
            status="accepted",
            sources=frozenset({"draft", "approved", "sent", "viewed", "declined"}),
            message="Estimate status has been changed to Accepted.",
        ),
        Transition(
            path="status/declined",
            status="declined",
            sources=frozenset({"draft", "approved", "sent", "viewed", "accepted"}),
            message="Estimate status has been changed to Declined.",
        ),
        Transition(
            path="submit",
            status="pending_approval",
            sources=frozenset({"draft"}),
            message="The estimate has been successfully submitted for approval",
        ),
        Transition(
            path="approve",
            status="approved",
            sources=frozenset({"pending_approval"}),
            message="You have approved the estimate.",
        ),
        Transition(
            path="email",
            status="sent",
            sources=frozenset({"draft", "approved"}),
            keeps=frozenset({"sent", "viewed", "accepted", "declined", "invoiced"}),
            message="Your estimate has been sent.",
            emailed=True,
        ),
    ),
    sent="status/sent",
)
"""An invoiced estimate is neither accepted nor declined any more; accepting twice is refused (both assumed)."""


class Estimates(Documents):
    """The calls on estimates."""

    def __init__(self, store: Store, clock: Clock, emit: Emit = silent) -> None:
        super().__init__(ESTIMATE, store, clock, emit)

    def row(self, record: Record) -> dict[str, Any]:
        """Return an estimate as lists show it."""
        document = record.document
        accepted = document.get("accepted_date", "") if record.status in {"accepted", "invoiced"} else ""
        declined = document.get("declined_date", "") if record.status == "declined" else ""
        return {**super().row(record), **showing.sale(record), "accepted_date": accepted, "declined_date": declined}

    def shown(self, record: Record) -> dict[str, Any]:
        """Return an estimate with everything known about it."""
        return {**super().shown(record), "invoice_ids": record.document.get("invoice_ids", [])}
