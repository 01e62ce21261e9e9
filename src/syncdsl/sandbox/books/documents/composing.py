"""Putting a body into a document: what all kinds have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from syncdsl.sandbox.books.body import amount, choice, texts
from syncdsl.sandbox.books.contact import ADDRESSES
from syncdsl.sandbox.books.currencies import CURRENCIES_BY_ID, BooksCurrency, rate_to_base
from syncdsl.sandbox.books.custom_fields import custom_keys, sent_custom_fields
from syncdsl.sandbox.books.documents.amounts import DISCOUNT_TYPES, sent_discount, settle
from syncdsl.sandbox.books.documents.kind import Kind
from syncdsl.sandbox.books.documents.lines import PURCHASES, SALES, sent_lines
from syncdsl.sandbox.books.documents.partners import address_of, partner_of, sent_persons
from syncdsl.sandbox.books.documents.salespersons import salesperson
from syncdsl.sandbox.books.documents.values import day, truth
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.store import Record, Store

TEXT_LENGTHS = {
    "reference_number": 100,
    "notes": 5000,
    "terms": 10000,
    "adjustment_description": 100,
    "zcrm_potential_id": 50,
    "zcrm_potential_name": 200,
    "crm_owner_id": 50,
    "crm_custom_reference_id": 100,
    "template_id": 50,
    "project_id": 50,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What composing needs besides the body: the store, today's date in the organisation, new ids."""

    store: Store
    today: date
    new_id: Callable[[], str]


def compose(kind: Kind, record: Record, sent: Mapping[str, Any], desk: Desk) -> Record:
    """Put the keys a client sent into a document and compute its amounts; return its customer or vendor.

    Keys it did not send stay as they are. Another partner brings its own addresses, persons and currency.
    """
    document = record.document
    current = document.get("partner_id", "")
    partner = partner_of(desk.store, kind.partner, sent.get(kind.partner_key), current=current)
    if str(partner.id) != current:
        for name in (*ADDRESSES, "persons", "currency_id", "exchange_rate"):
            document.pop(name, None)
    document["partner_id"] = str(partner.id)
    document.update(texts(sent, TEXT_LENGTHS | dict(kind.texts)))
    apply_currency(document, sent, partner)
    apply_dates(kind, document, sent, desk.today)
    _apply_partner(document, sent, partner)
    document.update(salesperson(desk.store, sent, desk.new_id))
    _apply_switches(document, sent)
    if "line_items" in sent or "line_items" not in document:
        price = SALES if kind.partner == "customer" else PURCHASES
        known = document.get("line_items", [])
        document["line_items"] = sent_lines(desk.store, known, sent.get("line_items") or [], desk.new_id, price)
    apply_custom_fields(kind.entity, document, sent)
    settle(document, currency_of(document).precision)
    return partner


def apply_currency(document: dict[str, Any], sent: Mapping[str, Any], partner: Record | None) -> None:
    """Settle currency and exchange rate: the body's, else the document's, else the partner's and today's."""
    if sent.get("currency_id"):
        given = choice(str(sent["currency_id"]), "currency_id", tuple(CURRENCIES_BY_ID))
        if given != document.get("currency_id"):
            document.pop("exchange_rate", None)
        document["currency_id"] = given
    if partner is not None:
        document.setdefault("currency_id", partner.document["currency_id"])
    document.setdefault("currency_id", next(key for key, one in CURRENCIES_BY_ID.items() if one.base))
    currency = currency_of(document)
    if currency.base:
        document["exchange_rate"] = "1"
    elif sent.get("exchange_rate") not in (None, ""):
        rate = amount(sent["exchange_rate"], "exchange_rate")
        if rate <= 0:
            raise invalid_value("exchange_rate")
        document["exchange_rate"] = str(rate)
    document.setdefault("exchange_rate", str(Decimal(str(rate_to_base(currency)))))


def apply_dates(kind: Kind, document: dict[str, Any], sent: Mapping[str, Any], today: date) -> None:
    """Settle the document's date, today's by default, and the kind's own dates, which may be empty."""
    if sent.get("date"):
        document["date"] = day(sent["date"], "date")
    document.setdefault("date", today.isoformat())
    for name in kind.dates:
        if name in sent:
            document[name] = day(sent[name], name)


def apply_custom_fields(entity: str, document: dict[str, Any], sent: Mapping[str, Any]) -> None:
    """Put the custom field values of a body over those the document has."""
    document["custom"] = {**document.get("custom", {}), **sent_custom_fields(entity, sent)}


def currency_of(document: Mapping[str, Any]) -> BooksCurrency:
    """Return the currency of a document."""
    return CURRENCIES_BY_ID[document["currency_id"]]


def keys(kind: Kind, record: Record) -> dict[str, str]:
    """Return the values a document is found by."""
    document = record.document
    found = {
        kind.partner_key: document.get("partner_id", ""),
        "zcrm_potential_id": document.get("zcrm_potential_id", ""),
        "reference_number": document.get("reference_number", ""),
    }
    if kind.prefix:
        found[kind.number_key] = record.name
    return found | custom_keys(kind.entity, document["custom"])


def _apply_partner(document: dict[str, Any], sent: Mapping[str, Any], partner: Record) -> None:
    for name in ADDRESSES:
        identity = sent.get(f"{name}_id")
        if identity or name not in document:
            document[name] = address_of(partner, name, identity)
    persons = sent_persons(sent, partner)
    if persons is not None:
        document["persons"] = persons
    document.setdefault("persons", [])


def _apply_switches(document: dict[str, Any], sent: Mapping[str, Any]) -> None:
    for name, default in (("is_inclusive_tax", False), ("is_discount_before_tax", True)):
        if sent.get(name) not in (None, ""):
            document[name] = truth(sent[name], name)
        document.setdefault(name, default)
    for name in ("shipping_charge", "adjustment"):
        if name in sent:
            document[name] = str(amount(sent[name], name))
    if "discount" in sent:
        document["discount"] = sent_discount(sent["discount"] or "0")
    if sent.get("discount_type"):
        document["discount_type"] = choice(sent["discount_type"], "discount_type", DISCOUNT_TYPES)
