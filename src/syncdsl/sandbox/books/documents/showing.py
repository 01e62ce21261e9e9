"""Documents as the API shows them: what list rows and details of all kinds have in common."""

from datetime import date
from typing import Any

from syncdsl.sandbox.books import contact
from syncdsl.sandbox.books.custom_fields import promoted, shown
from syncdsl.sandbox.books.documents.amounts import (
    ENTITY_LEVEL,
    ITEM_LEVEL,
    in_base_currency,
    number,
    shown_discount,
    taxes_shown,
)
from syncdsl.sandbox.books.documents.composing import currency_of
from syncdsl.sandbox.books.documents.kind import Kind
from syncdsl.sandbox.books.documents.lines import shown_line
from syncdsl.sandbox.books.documents.partners import persons_shown
from syncdsl.sandbox.books.documents.status import shown_status
from syncdsl.sandbox.clock import stamp_without_colon
from syncdsl.sandbox.organisation import BASE_CURRENCY, BOOKS_ZONE, CURRENT_USER
from syncdsl.sandbox.store import Record, Store


def row(store: Store, kind: Kind, record: Record, today: date) -> dict[str, Any]:
    """Return a document as lists show it: without lines, addresses and texts."""
    document = record.document
    partner_id = document.get("partner_id", "")
    currency = currency_of(document)
    numbered = {kind.number_key: record.name} if kind.prefix else {}
    return {
        kind.id_key: str(record.id),
        **numbered,
        "status": shown_status(kind, record, today),
        kind.partner_key: partner_id,
        kind.partner_name_key: store.names([partner_id]).get(partner_id, "") if partner_id else "",
        "reference_number": document.get("reference_number", ""),
        "date": document["date"],
        **{name: document.get(name, "") for name in kind.dates},
        "currency_id": document["currency_id"],
        "currency_code": currency.code,
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "exchange_rate": number(document["exchange_rate"]),
        "total": number(document["total"]),
        "bcy_total": in_base_currency(document, "total", BASE_CURRENCY.precision),
        "has_attachment": False,
        "zcrm_potential_id": document.get("zcrm_potential_id", ""),
        "zcrm_potential_name": document.get("zcrm_potential_name", ""),
        "created_time": stamp_without_colon(record.created, BOOKS_ZONE),
        "last_modified_time": stamp_without_colon(record.modified, BOOKS_ZONE),
        **shown(kind.entity, document["custom"]),
        **promoted(kind.entity, document["custom"]),
        "tags": [],
    }


def sale(record: Record) -> dict[str, Any]:
    """Return what lists show of documents that go to customers."""
    document = record.document
    return {
        "salesperson_id": document.get("salesperson_id", ""),
        "salesperson_name": document.get("salesperson_name", ""),
        "is_emailed": document.get("is_emailed", False),
        "is_viewed_by_client": False,
        "client_viewed_time": "",
    }


def detail(store: Store, kind: Kind, record: Record) -> dict[str, Any]:
    """Return what details show beyond the row."""
    document = record.document
    partner = store.get(contact.COLLECTION, document["partner_id"])
    lines = document["line_items"]
    discounted = any(line["discount_amount"] not in {"0", "0.00"} for line in lines)
    assumed = ITEM_LEVEL if discounted and document.get("discount", "0") == "0" else ENTITY_LEVEL
    return {
        "contact_persons": document["persons"],
        "contact_persons_associated": persons_shown(partner, document["persons"]),
        "is_inclusive_tax": document["is_inclusive_tax"],
        "is_discount_before_tax": document["is_discount_before_tax"],
        "discount_type": document.get("discount_type", assumed),
        "discount": shown_discount(document.get("discount", "0")),
        "line_items": [shown_line(line) for line in lines],
        **{name: number(document[name]) for name in ("sub_total", "tax_total", "discount_total")},
        "shipping_charge": number(document.get("shipping_charge", "0")),
        "adjustment": number(document.get("adjustment", "0")),
        "adjustment_description": document.get("adjustment_description", ""),
        "taxes": taxes_shown(lines),
        "billing_address": document["billing_address"],
        "shipping_address": document["shipping_address"],
        **{name: document.get(name, "") for name in ("notes", "terms", "template_id", "project_id")},
        "template_name": "",
        "crm_owner_id": document.get("crm_owner_id", ""),
        "crm_custom_reference_id": document.get("crm_custom_reference_id", ""),
        "documents": [],
        "attachment_name": "",
        "can_send_in_mail": False,
        "created_by_id": CURRENT_USER.id,
        "created_by_name": CURRENT_USER.full_name,
        **{name: document.get(name, "") for name in kind.texts},
    }
