"""Making an invoice of an estimate or a sales order, and remembering what was made of them."""

from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.store import Record

COPIED = (
    "currency_id",
    "exchange_rate",
    "reference_number",
    "notes",
    "terms",
    "discount",
    "discount_type",
    "is_inclusive_tax",
    "is_discount_before_tax",
    "shipping_charge",
    "adjustment",
    "adjustment_description",
    "salesperson_id",
    "zcrm_potential_id",
    "zcrm_potential_name",
)
COPIED_OF_LINES = (
    "item_id",
    "name",
    "description",
    "unit",
    "product_type",
    "rate",
    "quantity",
    "discount",
    "tax_id",
)


def as_body(record: Record) -> dict[str, Any]:
    """Return the body that makes an invoice of a document."""
    document = record.document
    return {
        "customer_id": document["partner_id"],
        **{name: document[name] for name in COPIED if document.get(name) not in (None, "")},
        "contact_persons": document["persons"],
        "line_items": [{name: line.get(name, "") for name in COPIED_OF_LINES} for line in document["line_items"]],
    }


def mark_invoiced(source: Documents, record: Record, invoice_id: str, status: str = "invoiced") -> None:
    """Give a document the status that an invoice made of it brings, and remember what it was before."""
    document = record.document
    document.setdefault("status_before_invoice", record.status)
    document["invoice_ids"] = [*document.get("invoice_ids", []), invoice_id]
    record.status = status
    source.save(record)


def forget_invoice(source: Documents, record: Record, invoice_id: str) -> None:
    """Take back `mark_invoiced` after the invoice was deleted (assumed)."""
    document = record.document
    document["invoice_ids"] = [identity for identity in document.get("invoice_ids", []) if identity != invoice_id]
    if not document["invoice_ids"]:
        record.status = document.pop("status_before_invoice", record.status)
    source.save(record)


def invoiced_quantity(line: dict[str, Any]) -> Decimal:
    """Return how much of an order's line has been invoiced."""
    return Decimal(line.get("quantity_invoiced", "0"))
