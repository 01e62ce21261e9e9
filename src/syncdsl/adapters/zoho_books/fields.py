"""The standard fields of Books, for which it has no metadata: types, lengths and rules as its documentation has them.

Zoho Books API v3, Contacts, Invoices, Currency. Custom fields are added from the organisation's settings.
"""

from __future__ import annotations

from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldSchema,
    FieldType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)

Fields = dict[str, FieldSchema]


def written(label: str, kind: FieldType, *, required: bool = False, default: bool = False) -> FieldSchema:
    """Return a field that can be written; `default`: Books fills it when it is left out."""
    return FieldSchema(label=label, value=kind, required=required, default=default)


def shown(label: str, kind: FieldType, *, unique: bool = False) -> FieldSchema:
    """Return a field that only Books writes."""
    return FieldSchema(label=label, value=kind, read_only=True, unique=unique)


def _text(label: str, length: int) -> FieldSchema:
    return written(label, TextType(length=length))


def _address(prefix: str, label: str) -> Fields:
    return {
        f"{prefix}.attention": _text(f"{label} attention", 100),
        f"{prefix}.address": _text(f"{label} street", 500),
        f"{prefix}.street2": _text(f"{label} street 2", 255),
        f"{prefix}.city": _text(f"{label} city", 100),
        f"{prefix}.state": _text(f"{label} state", 100),
        f"{prefix}.zip": _text(f"{label} postal code", 50),
        f"{prefix}.country": _text(f"{label} country", 100),
        f"{prefix}.phone": written(f"{label} phone", PhoneType(length=50)),
        f"{prefix}.fax": _text(f"{label} fax", 50),
    }


def _stamps() -> Fields:
    return {
        "created_time": shown("Created time", DateTimeType()),
        "last_modified_time": shown("Last modified time", DateTimeType()),
    }


def _currency() -> Fields:
    return {
        "currency_id": written("Currency", ReferenceType(modules=("currencies",)), default=True),
        "currency_code": shown("Currency code", TextType(length=3)),
    }


PERSON_FIELDS = ("first_name", "last_name", "email", "phone", "mobile")
"""Fields of a contact that live in its primary contact person."""

_CONTACT: Fields = {
    "contact_id": shown("Contact id", IdType(), unique=True),
    "contact_name": FieldSchema(label="Display name", value=TextType(length=200), required=True, unique=True),
    "company_name": _text("Company name", 200),
    "first_name": _text("First name", 100),
    "last_name": _text("Last name", 100),
    "email": written("Email", EmailType(length=100)),
    "phone": written("Phone", PhoneType(length=50)),
    "mobile": written("Mobile", PhoneType(length=50)),
    "website": written("Website", UrlType(length=255)),
    "notes": _text("Notes", 2000),
    "status": shown("Status", ChoiceType(options=("active", "inactive"))),
    **_currency(),
    **_address("billing_address", "Billing"),
    **_address("shipping_address", "Shipping"),
    **_stamps(),
}

CUSTOMERS: Fields = {
    **_CONTACT,
    "customer_sub_type": written("Customer type", ChoiceType(options=("business", "individual")), default=True),
    "zcrm_account_id": shown("CRM account id", IdType()),
    "zcrm_contact_id": shown("CRM contact id", IdType()),
}

VENDORS: Fields = {**_CONTACT, "zcrm_vendor_id": shown("CRM vendor id", IdType())}

INVOICES: Fields = {
    "invoice_id": shown("Invoice id", IdType(), unique=True),
    "invoice_number": shown("Invoice number", TextType(length=100), unique=True),
    "customer_id": written("Customer", ReferenceType(modules=("customers",)), required=True),
    "date": written("Date", DateType(), default=True),
    "due_date": written("Due date", DateType(), default=True),
    "reference_number": _text("Reference number", 100),
    "salesperson_name": _text("Salesperson", 200),
    "notes": _text("Notes", 5000),
    "terms": _text("Terms", 10000),
    **_currency(),
    "status": shown(
        "Status",
        ChoiceType(options=("draft", "sent", "viewed", "overdue", "unpaid", "partially_paid", "paid", "void")),
    ),
    "total": shown("Total", MoneyType()),
    "balance": shown("Balance", MoneyType()),
    "line_items": written(
        "Lines",
        RowsType(
            fields={
                "name": _text("Name", 100),
                "description": _text("Description", 2000),
                "rate": written("Rate", MoneyType(), required=True),
                "quantity": written("Quantity", DecimalType(), default=True),
            }
        ),
        required=True,
    ),
    "zcrm_potential_id": _text("CRM deal id", 50),
    **_stamps(),
}

CURRENCIES: Fields = {
    "currency_id": shown("Currency id", IdType(), unique=True),
    "currency_code": shown("Code", TextType(length=3), unique=True),
    "currency_name": shown("Name", TextType(length=100)),
    "currency_symbol": shown("Symbol", TextType(length=10)),
    "price_precision": shown("Decimals", IntegerType()),
    "is_base_currency": shown("Base currency", BooleanType()),
    "exchange_rate": shown("Exchange rate", DecimalType()),
}
