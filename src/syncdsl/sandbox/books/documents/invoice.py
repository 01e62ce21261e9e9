"""What an invoice is: its names, statuses and the ways between them (Zoho Books API v3, Invoices)."""

from syncdsl.sandbox.books.documents.kind import Kind, Lapse, Messages, Transition

INVOICE = Kind(
    entity="invoice",
    resource="invoices",
    title="Invoice",
    report="Invoices",
    partner="customer",
    prefix="INV",
    dates=("due_date",),
    messages=Messages(
        created="The invoice has been created.",
        updated="Invoice information has been updated.",
        deleted="The invoice has been deleted.",
    ),
    statuses=(
        "draft",
        "pending_approval",
        "approved",
        "sent",
        "viewed",
        "overdue",
        "unpaid",
        "partially_paid",
        "paid",
        "void",
    ),
    groups={"unpaid": ("sent", "viewed", "partially_paid")},
    filters={"Status.OverDue": ("overdue",), "Date.PaymentExpectedDate": ()},
    amounts=("total", "balance"),
    references=("salesperson_id",),
    lapse=Lapse(status="overdue", date="due_date", sources=frozenset({"sent", "viewed", "partially_paid"})),
    locked=frozenset({"void"}),
    transitions=(
        Transition(
            path="status/sent",
            status="sent",
            sources=frozenset({"draft", "approved", "sent", "viewed"}),
            message="Invoice status has been changed to Sent.",
        ),
        Transition(
            path="status/void",
            status="void",
            sources=frozenset({"draft", "approved", "sent", "viewed", "partially_paid", "paid"}),
            message="Invoice status has been changed to Void.",
        ),
        Transition(
            path="status/draft",
            status="draft",
            sources=frozenset({"void"}),
            message="Status of invoice changed from void to draft",
        ),
        Transition(
            path="submit",
            status="pending_approval",
            sources=frozenset({"draft"}),
            message="The invoice has been submitted for approval successfully.",
        ),
        Transition(
            path="approve",
            status="approved",
            sources=frozenset({"pending_approval"}),
            message="You have approved the invoice.",
        ),
        Transition(
            path="email",
            status="sent",
            sources=frozenset({"draft", "approved"}),
            keeps=frozenset({"sent", "viewed", "partially_paid", "paid"}),
            message="Your invoice has been sent.",
            emailed=True,
        ),
    ),
    sent="status/sent",
)
"""Void again is refused (assumed). A partly paid invoice past its date shows as overdue (assumed)."""
