"""A contact of Books: what its body may say, how it is completed, how it is shown."""

from collections.abc import Callable, Mapping
from typing import Any

from syncdsl.sandbox.books import person
from syncdsl.sandbox.books.body import amount, choice, text, texts
from syncdsl.sandbox.books.currencies import CURRENCIES_BY_ID, currency_id
from syncdsl.sandbox.books.custom_fields import custom_keys, promoted, sent_custom_fields, shown
from syncdsl.sandbox.books.envelope import invalid_value
from syncdsl.sandbox.books.taxes import TAXES_BY_ID
from syncdsl.sandbox.clock import stamp_without_colon
from syncdsl.sandbox.organisation import BASE_CURRENCY, BOOKS_ZONE, CURRENT_USER
from syncdsl.sandbox.store import Record

COLLECTION = "books.contacts"
TYPES = ("customer", "vendor")
SUB_TYPES = ("business", "individual")

ADDRESS_LENGTHS = {
    "attention": 100,
    "address": 500,
    "street2": 255,
    "city": 100,
    "state": 100,
    "state_code": 50,
    "zip": 50,
    "country": 100,
    "country_code": 50,
    "phone": 50,
    "fax": 50,
}
ADDRESSES = ("billing_address", "shipping_address")

OWN_PERSON_KEYS = ("first_name", "last_name", "email", "phone", "mobile")
"""Keys a contact has itself and shows of its primary contact person while its own are empty (assumed)."""

TEXT_LENGTHS = {
    "contact_name": 200,
    "company_name": 200,
    "contact_salutation": 25,
    "first_name": 100,
    "last_name": 100,
    "email": 100,
    "phone": 50,
    "mobile": 50,
    "designation": 100,
    "department": 100,
    "website": 255,
    "language_code": 10,
    "notes": 2000,
    "legal_name": 200,
    "facebook": 100,
    "twitter": 100,
    "tax_id": 50,
    "tax_authority_id": 50,
    "tax_exemption_id": 50,
    "contact_number": 50,
    "pricebook_id": 50,
    "zcrm_account_id": 50,
    "zcrm_contact_id": 50,
    "zcrm_vendor_id": 50,
}

TEMPLATES = (
    *(
        f"{kind}_template_id"
        for use in ("{}", "{}_email")
        for kind in map(
            use.format,
            ("invoice", "estimate", "creditnote", "purchaseorder", "salesorder", "retainerinvoice", "paymentthankyou"),
        )
    ),
    "retainerinvoice_paymentthankyou_template_id",
    "retainerinvoice_paymentthankyou_email_template_id",
    "payment_remittance_email_template_id",
    "statement_template_id",
    "bill_template_id",
)
"""The keys of `default_templates`; there are no templates here, so all are empty."""

KEYS = ("contact_name", "email", "zcrm_account_id", "zcrm_contact_id", "zcrm_vendor_id")


def apply(record: Record, sent: Mapping[str, Any], new_id: Callable[[], str]) -> None:
    """Put the keys a client sent into a contact; those it did not send stay as they are.

    The entries of `contact_persons` become the contact's persons: entries with an id are updated, others are
    added, persons that are not listed are removed.
    """
    document = record.document
    document.update(texts(sent, TEXT_LENGTHS))
    if not document.get("contact_name"):
        raise invalid_value("contact_name")
    if "email" in sent and document["email"] and "@" not in document["email"]:
        raise invalid_value("email")
    _apply_choices(document, sent)
    _apply_terms(document, sent)
    _apply_amounts(document, sent)
    for name in ADDRESSES:
        address = document.setdefault(name, {"address_id": new_id()})
        if name in sent:
            if not isinstance(sent[name], dict):
                raise invalid_value(name)
            address.update(texts(sent[name], ADDRESS_LENGTHS))
    if "contact_persons" in sent:
        document["contact_persons"] = person.persons(document["contact_persons"], sent["contact_persons"], new_id)
    document["custom"] = {**document.get("custom", {}), **sent_custom_fields("contact", sent)}
    settle(record)
    record.name = document["contact_name"]
    record.kind = document["contact_type"]


def settle(record: Record) -> None:
    """Complete a contact after its persons changed."""
    document = record.document
    primary = person.primary(document["contact_persons"])
    document["shown"] = {key: document.get(key) or primary.get(key, "") for key in OWN_PERSON_KEYS}


def blank(second: int, number: int) -> Record:
    """Return a contact as it is before its body is applied."""
    document = {
        "contact_type": "customer",
        "customer_sub_type": "business",
        "currency_id": currency_id(BASE_CURRENCY),
        "payment_terms": 0,
        "payment_terms_label": _terms_label(0),
        "contact_persons": [],
        "source": "api",
    }
    return Record(
        id=number,
        created=second,
        modified=second,
        name="",
        document=document,
        kind="customer",
        status="active",
    )


def keys(record: Record) -> dict[str, str]:
    """Return the values a contact is found by; its persons and addresses lead to it by their ids."""
    document = record.document
    found = {name: str(document.get(name, "")) for name in KEYS}
    found["email"] = document["shown"]["email"]
    found |= {person_key(item["contact_person_id"]): "1" for item in document["contact_persons"]}
    return found | custom_keys("contact", document["custom"])


def person_key(identity: str) -> str:
    """Return the key field by which a contact is found from the id of one of its persons."""
    return f"contact_person_id:{identity}"


def row(record: Record) -> dict[str, Any]:
    """Return a contact as lists show it: without addresses and persons."""
    document = record.document
    currency = CURRENCIES_BY_ID[document["currency_id"]]
    return {
        "contact_id": str(record.id),
        "contact_name": record.name,
        "customer_name": record.name if record.kind == "customer" else "",
        "vendor_name": record.name if record.kind == "vendor" else "",
        "company_name": document.get("company_name", ""),
        "website": document.get("website", ""),
        "contact_type": record.kind,
        "customer_sub_type": document["customer_sub_type"] if record.kind == "customer" else "",
        "status": record.status,
        "payment_terms": document["payment_terms"],
        "payment_terms_label": document["payment_terms_label"],
        "currency_id": document["currency_id"],
        "currency_code": currency.code,
        "outstanding_receivable_amount": 0.0,
        "unused_credits_receivable_amount": 0.0,
        **document["shown"],
        "created_time": stamp_without_colon(record.created, BOOKS_ZONE),
        "last_modified_time": stamp_without_colon(record.modified, BOOKS_ZONE),
        **shown("contact", document["custom"]),
        **promoted("contact", document["custom"]),
    }


def detail(record: Record, *, has_transaction: bool) -> dict[str, Any]:
    """Return a contact with everything known about it."""
    document = record.document
    currency = CURRENCIES_BY_ID[document["currency_id"]]
    tax = TAXES_BY_ID.get(document.get("tax_id", ""))
    linked = [name for name in ("zcrm_account_id", "zcrm_contact_id", "zcrm_vendor_id") if document.get(name)]
    relations = ("zcrm_vendor_id",) if record.kind == "vendor" else ("zcrm_account_id", "zcrm_contact_id")
    texts_shown = (
        "contact_salutation",
        "designation",
        "department",
        "language_code",
        "notes",
        "legal_name",
        "facebook",
        "twitter",
        "tax_id",
        "tax_authority_id",
        "tax_exemption_id",
        "contact_number",
        "pricebook_id",
        "owner_id",
        "owner_name",
    )
    return {
        **{key: value for key, value in row(record).items() if key not in {"customer_name", "vendor_name"}},
        **{name: document.get(name, "") for name in texts_shown},
        **{name: document.get(name, "") for name in relations},
        "source": document["source"],
        "is_crm_customer": bool(linked),
        "is_linked_with_zohocrm": bool(linked),
        "crm_owner_id": "",
        "primary_contact_id": person.primary(document["contact_persons"]).get("contact_person_id", ""),
        "currency_symbol": currency.symbol,
        "price_precision": currency.precision,
        "exchange_rate": "",
        "is_bcy_only_contact": currency.base,
        "credit_limit": document.get("credit_limit", 0.0),
        "is_taxable": document.get("is_taxable", True),
        "tax_name": tax.name if tax else "",
        "tax_percentage": tax.percentage if tax else 0.0,
        "tax_authority_name": "",
        "tax_exemption_code": "",
        "default_templates": dict.fromkeys(TEMPLATES, ""),
        "payment_reminder_enabled": True,
        "has_transaction": has_transaction,
        "is_portal_enabled": any(item.get("enable_portal") for item in document["contact_persons"]),
        "portal_status": "disabled",
        "tags": [],
        "documents": [],
        "opening_balances": [],
        "opening_balance_amount": 0.0,
        "outstanding_receivable_amount_bcy": 0.0,
        "unused_credits_receivable_amount_bcy": 0.0,
        "outstanding_payable_amount": 0.0,
        "unused_credits_payable_amount": 0.0,
        **{name: address_shown(document[name]) for name in ADDRESSES},
        "addresses": [address_shown(address) for address in document.get("addresses", [])],
        "contact_persons": persons_shown(record),
        "created_by_name": CURRENT_USER.full_name,
        "created_date": stamp_without_colon(record.created, BOOKS_ZONE)[:10],
    }


def persons_shown(record: Record) -> list[dict[str, Any]]:
    """Return the contact persons as the API shows them inside their contact."""
    return [person.shown(item) for item in record.document["contact_persons"]]


def address_shown(stored: Mapping[str, str]) -> dict[str, str]:
    """Return an address as the API shows it."""
    return {"address_id": stored["address_id"], **{name: stored.get(name, "") for name in ADDRESS_LENGTHS}}


def _apply_choices(document: dict[str, Any], sent: Mapping[str, Any]) -> None:
    if "contact_type" in sent:
        document["contact_type"] = choice(sent["contact_type"], "contact_type", TYPES)
    if "customer_sub_type" in sent:
        document["customer_sub_type"] = choice(sent["customer_sub_type"], "customer_sub_type", SUB_TYPES)
    if sent.get("currency_id"):
        document["currency_id"] = choice(str(sent["currency_id"]), "currency_id", tuple(CURRENCIES_BY_ID))


def _apply_amounts(document: dict[str, Any], sent: Mapping[str, Any]) -> None:
    if "credit_limit" in sent:
        document["credit_limit"] = float(amount(sent["credit_limit"], "credit_limit"))
    if "is_taxable" in sent:
        if not isinstance(sent["is_taxable"], bool):
            raise invalid_value("is_taxable")
        document["is_taxable"] = sent["is_taxable"]


def _apply_terms(document: dict[str, Any], sent: Mapping[str, Any]) -> None:
    if "payment_terms" in sent:
        document["payment_terms"] = _payment_terms(sent["payment_terms"])
        document["payment_terms_label"] = _terms_label(document["payment_terms"])
    if sent.get("payment_terms_label"):
        document["payment_terms_label"] = text(sent["payment_terms_label"], "payment_terms_label", 100)


def _payment_terms(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -3 <= value <= 999:
        raise invalid_value("payment_terms")
    return value


def _terms_label(days: int) -> str:
    return "Due on Receipt" if days <= 0 else f"Net {days}"
