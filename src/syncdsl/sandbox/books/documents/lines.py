"""The lines of a document: items of the catalogue, or free text."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books import item
from syncdsl.sandbox.books.body import amount, choice, objects, texts
from syncdsl.sandbox.books.documents.amounts import number, sent_discount, shown_discount
from syncdsl.sandbox.books.envelope import NO_LINES, WRONG_ITEM, invalid_value, refused, unknown
from syncdsl.sandbox.books.taxes import TAXES_BY_ID
from syncdsl.sandbox.store import Store

LENGTHS = {
    "item_id": 50,
    "name": 100,
    "description": 2000,
    "unit": 100,
    "account_id": 50,
    "project_id": 50,
    "salesorder_item_id": 50,
    "expense_id": 50,
}

SALES, PURCHASES = "rate", "purchase_rate"
"""The price of an item that counts in documents for customers and for vendors."""


def sent_lines(
    store: Store, known: list[dict[str, Any]], sent: Any, new_id: Callable[[], str], rate_key: str
) -> list[dict[str, Any]]:
    """Return the lines of a body: they replace the known ones; those with a known id keep it and what they leave out.

    A line is an item of the catalogue, which supplies what the line does not say, or a name or description of its own.
    An item that is only sold, without a price it is bought at, is on no order to a vendor, and the other way round.
    """
    before = {line["line_item_id"]: line for line in known}
    lines = []
    for order, given in enumerate(objects(sent, "line_items"), 1):
        old = before.get(str(given.get("line_item_id") or ""))
        line = dict(old) if old else {**_blank(store, given, rate_key), "line_item_id": new_id()}
        line |= texts(given, LENGTHS)
        if old and line["item_id"] and line["item_id"] != old["item_id"]:
            line |= _blank(store, given, rate_key) | texts(given, LENGTHS)
        if not (line["name"] or line["item_id"] or line["description"]):
            raise invalid_value("line_items")
        line |= _priced(given)
        line["item_order"] = order
        lines.append(line)
    if not lines:
        raise refused(NO_LINES, "Please add at least one line item.")
    return lines


def shown_line(line: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line as details show it."""
    return {
        **{key: line.get(key, "") for key in ("line_item_id", *LENGTHS)},
        "item_order": line["item_order"],
        "product_type": line["product_type"],
        **{key: number(line[key]) for key in ("rate", "bcy_rate", "quantity", "discount_amount", "item_total")},
        "discount": shown_discount(line["discount"]),
        "item_total_inclusive_of_tax": number(Decimal(line["item_total"]) + Decimal(line["tax_amount"])),
        **{key: line[key] for key in ("tax_id", "tax_name", "tax_type")},
        "tax_percentage": number(line["tax_percentage"]),
        "line_item_taxes": [
            {"tax_id": line["tax_id"], "tax_name": line["tax_name"], "tax_amount": number(line["tax_amount"])}
        ]
        if line["tax_id"]
        else [],
        "project_name": "",
        "line_item_category": "line_item",
        "tags": [],
    }


def _blank(store: Store, given: Mapping[str, Any], rate_key: str) -> dict[str, Any]:
    """Return a line before what the body says: the item's own texts, price and tax."""
    line: dict[str, Any] = dict.fromkeys(LENGTHS, "") | {
        "product_type": "service",
        "rate": "0",
        "quantity": "1",
        "discount": "0",
        **_taxed(""),
    }
    identity = str(given.get("item_id") or "")
    if not identity:
        return line
    found = store.get(item.COLLECTION, identity)
    if found is None:
        raise unknown("Item", status=400)
    held = found.document
    if held["item_type"] == "purchases" and rate_key == SALES:
        raise refused(WRONG_ITEM, f'The item "{found.name}" is for purchases only.')
    if held["item_type"] == "sales" and rate_key == PURCHASES and "purchase_rate" not in held:
        raise refused(WRONG_ITEM, f'The item "{found.name}" is for sales only.')
    return line | {
        "name": found.name,
        "description": held.get("description", ""),
        "unit": held.get("unit", ""),
        "product_type": held["product_type"],
        "rate": held.get(rate_key, "0"),
        **_taxed(held.get("tax_id", "") if held["is_taxable"] else ""),
    }


def _priced(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line says about price, quantity, discount and tax."""
    values: dict[str, Any] = {}
    for name in ("rate", "quantity"):
        if given.get(name) not in (None, ""):
            values[name] = str(amount(given[name], name))
    if "discount" in given:
        values["discount"] = sent_discount(given["discount"])
    if given.get("product_type"):
        values["product_type"] = choice(given["product_type"], "product_type", item.PRODUCT_TYPES)
    if "tax_id" in given:
        values |= _taxed(str(given["tax_id"] or ""))
    return values


def _taxed(tax_id: str) -> dict[str, Any]:
    if not tax_id:
        return {"tax_id": "", "tax_name": "", "tax_type": "tax", "tax_percentage": "0"}
    tax = TAXES_BY_ID.get(tax_id)
    if tax is None:
        raise invalid_value("tax_id")
    return {"tax_id": tax.id, "tax_name": tax.name, "tax_type": "tax", "tax_percentage": str(tax.percentage)}
