"""An item of Books, goods or a service: what its body may say and how it is shown."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books.body import amount, choice, texts
from syncdsl.sandbox.books.custom_fields import custom_keys, promoted, sent_custom_fields, shown
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.taxes import TAXES_BY_ID
from syncdsl.sandbox.clock import stamp_without_colon
from syncdsl.sandbox.organisation import BOOKS_ZONE
from syncdsl.sandbox.store import Record

COLLECTION = "books.items"
PRODUCT_TYPES = ("goods", "service", "digital_service")
ITEM_TYPES = ("sales", "purchases", "sales_and_purchases", "inventory")
TEXT_LENGTHS = {
    "name": 100,
    "description": 2000,
    "sku": 100,
    "unit": 100,
    "purchase_description": 2000,
    "account_id": 50,
    "purchase_account_id": 50,
    "vendor_id": 50,
    "zcrm_product_id": 50,
}
KEYS = ("name", "sku", "tax_id", "account_id", "zcrm_product_id")


def blank(second: int, number: int) -> Record:
    """Return an item as it is before its body is applied."""
    document = {"product_type": "goods", "item_type": "sales", "is_taxable": True, "source": "api"}
    return Record(id=number, created=second, modified=second, name="", document=document, status="active")


def apply(record: Record, sent: Mapping[str, Any]) -> None:
    """Put the keys a client sent into an item; those it did not send stay as they are."""
    document = record.document
    document.update(texts(sent, TEXT_LENGTHS))
    if not document.get("name"):
        raise invalid_value("name")
    for name in ("rate", "purchase_rate"):
        if sent.get(name) not in (None, ""):
            document[name] = str(amount(sent[name], name))
    if "rate" not in document:
        raise invalid_value("rate")
    if sent.get("item_type") in PRODUCT_TYPES:
        # Clients in use send the product type under this key (assumed to be taken as such).
        sent = {**sent, "product_type": sent["item_type"], "item_type": ""}
    for name, allowed in (("product_type", PRODUCT_TYPES), ("item_type", ITEM_TYPES)):
        if sent.get(name):
            document[name] = choice(sent[name], name, allowed)
    if "is_taxable" in sent:
        if not isinstance(sent["is_taxable"], bool):
            raise invalid_value("is_taxable")
        document["is_taxable"] = sent["is_taxable"]
    if "tax_id" in sent:
        document["tax_id"] = choice(str(sent["tax_id"] or ""), "tax_id", ("", *TAXES_BY_ID))
    document["custom"] = {**document.get("custom", {}), **sent_custom_fields("item", sent)}
    record.name = document["name"]


def keys(record: Record) -> dict[str, str]:
    """Return the values an item is found by."""
    found = {name: str(record.document.get(name, "")) for name in KEYS}
    return found | custom_keys("item", record.document["custom"])


def row(record: Record) -> dict[str, Any]:
    """Return an item as lists and single calls show it."""
    document = record.document
    tax = TAXES_BY_ID.get(document.get("tax_id", ""))
    return {
        "item_id": str(record.id),
        "name": record.name,
        "item_name": record.name,
        "status": record.status,
        "source": document["source"],
        "description": document.get("description", ""),
        "sku": document.get("sku", ""),
        "unit": document.get("unit", ""),
        "rate": float(document["rate"]),
        "purchase_rate": float(document["purchase_rate"]) if "purchase_rate" in document else "",
        "purchase_description": document.get("purchase_description", ""),
        "product_type": document["product_type"],
        "item_type": document["item_type"],
        "is_taxable": document["is_taxable"],
        "tax_id": tax.id if tax else "",
        "tax_name": tax.name if tax else "",
        "tax_percentage": tax.percentage if tax else 0,
        "tax_type": tax.kind if tax else "",
        "account_id": document.get("account_id", ""),
        "purchase_account_id": document.get("purchase_account_id", ""),
        "vendor_id": document.get("vendor_id", ""),
        "is_linked_with_zohocrm": bool(document.get("zcrm_product_id")),
        "zcrm_product_id": document.get("zcrm_product_id", ""),
        "can_be_sold": document["item_type"] != "purchases",
        "can_be_purchased": document["item_type"] != "sales",
        "created_time": stamp_without_colon(record.created, BOOKS_ZONE),
        "last_modified_time": stamp_without_colon(record.modified, BOOKS_ZONE),
        **shown("item", document["custom"]),
        **promoted("item", document["custom"]),
    }
