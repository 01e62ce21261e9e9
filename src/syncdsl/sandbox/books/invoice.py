"""An invoice of Books: what its body may say, how its totals come about, how it is shown."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from syncdsl.sandbox.books.body import amount, objects, text, texts
from syncdsl.sandbox.books.contact import ADDRESS_LENGTHS, ADDRESSES
from syncdsl.sandbox.books.custom_fields import CUSTOM_FIELDS, promoted, sent_custom_fields, shown
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.settings import CURRENCIES_BY_ID, rate_to_base
from syncdsl.sandbox.clock import stamp_without_colon
from syncdsl.sandbox.organisation import BOOKS_ZONE
from syncdsl.sandbox.store import Record

COLLECTION = "books.invoices"

TEXT_LENGTHS = {
    "reference_number": 100,
    "notes": 5000,
    "terms": 10000,
    "salesperson_name": 200,
    "adjustment_description": 100,
    "zcrm_potential_id": 50,
    "zcrm_potential_name": 200,
    "crm_custom_reference_id": 100,
}
LINE_LENGTHS = {"item_id": 50, "name": 100, "description": 2000, "unit": 100}
KEYS = ("invoice_number", "customer_id", "zcrm_potential_id", "reference_number")


def apply(record: Record, sent: Mapping[str, Any], customer: Record, new_id: Callable[[], str], today: date) -> None:
    """Put the keys a client sent into an invoice and compute its totals."""
    document = record.document
    document.update(texts(sent, TEXT_LENGTHS))
    document["customer_id"] = str(customer.id)
    document["customer_name"] = customer.name
    document.setdefault("currency_id", customer.document["currency_id"])
    if sent.get("currency_id"):
        document["currency_id"] = str(sent["currency_id"])
        if document["currency_id"] not in CURRENCIES_BY_ID:
            raise invalid_value("currency_id")
    currency = CURRENCIES_BY_ID[document["currency_id"]]
    if sent.get("exchange_rate") is not None:
        document["exchange_rate"] = float(amount(sent["exchange_rate"], "exchange_rate"))
    document.setdefault("exchange_rate", 1.0 if currency.base else rate_to_base(currency))
    _apply_dates(document, sent, customer, today)
    for name in ADDRESSES:
        document.setdefault(name, {key: customer.document[name].get(key, "") for key in ADDRESS_LENGTHS})
    if "line_items" in sent or "line_items" not in document:
        document["line_items"] = _lines(document, sent.get("line_items") or [], new_id)
    for name in ("shipping_charge", "adjustment"):
        if name in sent:
            document[name] = str(amount(sent[name], name))
    if "discount" in sent:
        document["discount"] = _discount(sent["discount"])
    document["custom"] = {**document.get("custom", {}), **sent_custom_fields("invoice", sent)}
    _total(document, currency.precision)
    record.name = document["invoice_number"]


def keys(record: Record) -> dict[str, str]:
    """Return the values an invoice is found by."""
    custom = record.document["custom"]
    found = {name: str(record.document.get(name, "")) for name in KEYS}
    return found | {field.api_name: custom.get(field.api_name, "") for field in CUSTOM_FIELDS["invoice"]}


def row(record: Record) -> dict[str, Any]:
    """Return an invoice as lists show it: without lines and addresses."""
    document = record.document
    currency = CURRENCIES_BY_ID[document["currency_id"]]
    total = float(document["total"])
    return {
        "invoice_id": str(record.id),
        "invoice_number": record.name,
        "status": record.status,
        "customer_id": document["customer_id"],
        "customer_name": document["customer_name"],
        "reference_number": document.get("reference_number", ""),
        "date": document["date"],
        "due_date": document["due_date"],
        "due_days": "",
        "currency_id": document["currency_id"],
        "currency_code": currency.code,
        "exchange_rate": document["exchange_rate"],
        "total": total,
        "balance": 0.0 if record.status == "void" else total,
        "is_emailed": False,
        "reminders_sent": 0,
        "salesperson_id": "",
        "salesperson_name": document.get("salesperson_name", ""),
        "zcrm_potential_id": document.get("zcrm_potential_id", ""),
        "zcrm_potential_name": document.get("zcrm_potential_name", ""),
        "created_time": stamp_without_colon(record.created, BOOKS_ZONE),
        "last_modified_time": stamp_without_colon(record.modified, BOOKS_ZONE),
        **shown("invoice", document["custom"]),
        **promoted("invoice", document["custom"]),
        "tags": [],
    }


def detail(record: Record) -> dict[str, Any]:
    """Return an invoice with everything known about it."""
    document = record.document
    currency = CURRENCIES_BY_ID[document["currency_id"]]
    return {
        **row(record),
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "payment_terms": document["payment_terms"],
        "payment_terms_label": document["payment_terms_label"],
        "is_inclusive_tax": False,
        "discount": document.get("discount", 0.0),
        "discount_type": "entity_level",
        "is_discount_before_tax": True,
        "line_items": document["line_items"],
        "sub_total": float(document["sub_total"]),
        "tax_total": 0.0,
        "discount_total": float(document["discount_total"]),
        "shipping_charge": float(document.get("shipping_charge", 0)),
        "adjustment": float(document.get("adjustment", 0)),
        "adjustment_description": document.get("adjustment_description", ""),
        "taxes": [],
        "payment_made": 0.0,
        "credits_applied": 0.0,
        "billing_address": document["billing_address"],
        "shipping_address": document["shipping_address"],
        "contact_persons": [],
        "notes": document.get("notes", ""),
        "terms": document.get("terms", ""),
        "crm_custom_reference_id": document.get("crm_custom_reference_id", ""),
        "template_id": "",
    }


def rounded(value: Decimal, precision: int) -> Decimal:
    """Return an amount rounded half up to a currency's decimals."""
    return value.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)


def _apply_dates(document: dict[str, Any], sent: Mapping[str, Any], customer: Record, today: date) -> None:
    if sent.get("date"):
        document["date"] = _date(sent["date"], "date")
    document.setdefault("date", today.isoformat())
    terms = sent.get("payment_terms", document.get("payment_terms", customer.document["payment_terms"]))
    if isinstance(terms, bool) or not isinstance(terms, int) or not -3 <= terms <= 999:
        raise invalid_value("payment_terms")
    document["payment_terms"] = terms
    document["payment_terms_label"] = "Due on Receipt" if terms <= 0 else f"Net {terms}"
    if sent.get("due_date"):
        document["due_date"] = _date(sent["due_date"], "due_date")
    elif "due_date" not in document or "date" in sent or "payment_terms" in sent:
        due = date.fromisoformat(document["date"]) + timedelta(days=max(terms, 0))
        document["due_date"] = due.isoformat()


def _date(value: Any, name: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise invalid_value(name) from None


def _lines(document: Mapping[str, Any], sent: Any, new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """Return the lines of an invoice; free text (a name or a description) is as good as an item."""
    known = {line["line_item_id"] for line in document.get("line_items", [])}
    currency = CURRENCIES_BY_ID[document["currency_id"]]
    lines = []
    for order, given in enumerate(objects(sent, "line_items"), 1):
        line: dict[str, Any] = dict.fromkeys(LINE_LENGTHS, "") | texts(given, LINE_LENGTHS)
        if not (line["name"] or line["item_id"] or line["description"]):
            raise invalid_value("line_items")
        identity = str(given.get("line_item_id") or "")
        rate = amount(given.get("rate"), "rate")
        quantity = amount(given.get("quantity", 1), "quantity")
        gross = rounded(rate * quantity, currency.precision)
        discount = _discount(given.get("discount", 0))
        off = _off(gross, discount, currency.precision)
        lines.append(
            {
                "line_item_id": identity if identity in known else new_id(),
                **line,
                "item_order": order,
                "product_type": text(given.get("product_type", "service"), "product_type", 20),
                "rate": float(rate),
                "bcy_rate": float(rounded(rate * Decimal(str(document["exchange_rate"])), currency.precision)),
                "quantity": float(quantity),
                "discount": discount,
                "discount_amount": float(off),
                "tax_id": "",
                "tax_name": "",
                "tax_type": "tax",
                "tax_percentage": 0,
                "item_total": float(gross - off),
                "tags": [],
            }
        )
    if not lines:
        raise invalid_value("line_items")
    return lines


def _discount(value: Any) -> str | float:
    """Return a discount: "12.5%" stays text, anything else is an amount."""
    if isinstance(value, str) and value.strip().endswith("%"):
        amount(value.strip()[:-1], "discount")
        return value.strip()
    return float(amount(value, "discount"))


def _off(gross: Decimal, discount: str | float, precision: int) -> Decimal:
    if isinstance(discount, str):
        return rounded(gross * Decimal(discount[:-1]) / 100, precision)
    return rounded(Decimal(str(discount)), precision)


def _total(document: dict[str, Any], precision: int) -> None:
    sub_total = sum((Decimal(str(line["item_total"])) for line in document["line_items"]), Decimal(0))
    off = _off(sub_total, document.get("discount", 0.0), precision)
    extras = Decimal(document.get("shipping_charge", "0")) + Decimal(document.get("adjustment", "0"))
    document["sub_total"] = str(rounded(sub_total, precision))
    document["discount_total"] = str(off)
    document["total"] = str(rounded(sub_total - off + extras, precision))
