"""The standard fields of Books, for which it has no metadata: types, lengths and rules as its documentation has them.

Zoho Books API v3: Contacts, Contact persons, Items, Estimates, Sales orders, Invoices, Purchase orders, Expenses,
Currency, Taxes, Users. Custom fields are added from the organisation's settings.
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
        "currency_code": written("Currency code", TextType(length=3), default=True),
    }


def _deal() -> Fields:
    return {
        "zcrm_potential_id": _text("CRM deal id", 50),
        "zcrm_potential_name": _text("CRM deal name", 200),
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
    "status": written("Status", ChoiceType(options=("active", "inactive")), default=True),
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

CONTACT_PERSONS: Fields = {
    "contact_person_id": shown("Contact person id", IdType(), unique=True),
    "contact_id": FieldSchema(label="Contact", value=ReferenceType(modules=("customers", "vendors")), create_only=True),
    "salutation": _text("Salutation", 25),
    "first_name": written("First name", TextType(length=100), required=True),
    "last_name": _text("Last name", 100),
    "email": written("Email", EmailType(length=100)),
    "phone": written("Phone", PhoneType(length=50)),
    "mobile": written("Mobile", PhoneType(length=50)),
    "designation": _text("Designation", 50),
    "department": _text("Department", 50),
    "is_primary_contact": written("Primary contact", BooleanType(), default=True),
    "zcrm_contact_id": shown("CRM contact id", IdType()),
}

ITEMS: Fields = {
    "item_id": shown("Item id", IdType(), unique=True),
    "name": written("Name", TextType(length=100), required=True),
    "rate": written("Rate", MoneyType(), required=True),
    "description": _text("Description", 2000),
    "sku": FieldSchema(label="SKU", value=TextType(length=100), unique=True),
    "unit": _text("Unit", 100),
    "product_type": written("Product type", ChoiceType(options=("goods", "service", "digital_service")), default=True),
    "item_type": written(
        "Item type",
        ChoiceType(options=("sales", "purchases", "sales_and_purchases", "inventory")),
        default=True,
    ),
    "is_taxable": written("Taxable", BooleanType(), default=True),
    "tax_id": written("Tax", ReferenceType(modules=("taxes",))),
    "purchase_rate": written("Purchase rate", MoneyType()),
    "purchase_description": _text("Purchase description", 2000),
    "status": written("Status", ChoiceType(options=("active", "inactive")), default=True),
    "zcrm_product_id": shown("CRM product id", IdType()),
    **_stamps(),
}


def _lines() -> FieldSchema:
    fields: Fields = {
        "item_id": written("Item", ReferenceType(modules=("items",))),
        "name": _text("Name", 100),
        "description": _text("Description", 2000),
        "rate": written("Rate", MoneyType(), required=True),
        "quantity": written("Quantity", DecimalType(), default=True),
        "unit": _text("Unit", 100),
        "tax_id": written("Tax", ReferenceType(modules=("taxes",))),
    }
    return written("Lines", RowsType(fields={name: fields[name] for name in sorted(fields)}), required=True)


def _document(kind: str, partner: str, partner_label: str, statuses: tuple[str, ...]) -> Fields:
    """Return what the documents have in common; `kind` is Books' word for one, without spaces."""
    label = {"salesorder": "Sales order", "purchaseorder": "Purchase order"}.get(kind, kind.capitalize())
    return {
        f"{kind}_id": shown(f"{label} id", IdType(), unique=True),
        f"{kind}_number": shown(f"{label} number", TextType(length=100), unique=True),
        f"{partner_label.lower()}_id": written(partner_label, ReferenceType(modules=(partner,)), required=True),
        "date": written("Date", DateType(), default=True),
        "reference_number": _text("Reference number", 100),
        "notes": _text("Notes", 5000),
        "terms": _text("Terms", 10000),
        **_currency(),
        "status": shown("Status", ChoiceType(options=statuses)),
        "total": shown("Total", MoneyType()),
        "line_items": _lines(),
        **_stamps(),
    }


def _sale(kind: str, statuses: tuple[str, ...]) -> Fields:
    return {
        **_document(kind, "customers", "Customer", statuses),
        "salesperson_name": _text("Salesperson", 200),
        **_deal(),
    }


QUOTES: Fields = {
    **_sale(
        "estimate",
        (
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
        ),
    ),
    "expiry_date": written("Expiry date", DateType()),
}

SALES_ORDERS: Fields = {
    **_sale(
        "salesorder",
        (
            "draft",
            "pending_approval",
            "approved",
            "open",
            "partially_invoiced",
            "invoiced",
            "onhold",
            "overdue",
            "closed",
            "void",
        ),
    ),
    "shipment_date": written("Expected shipment date", DateType()),
}

INVOICES: Fields = {
    **_sale("invoice", ("draft", "sent", "viewed", "overdue", "unpaid", "partially_paid", "paid", "void")),
    "due_date": written("Due date", DateType(), default=True),
    "balance": shown("Balance", MoneyType()),
}

PURCHASE_ORDERS: Fields = {
    **_document(
        "purchaseorder",
        "vendors",
        "Vendor",
        (
            "draft",
            "pending_approval",
            "approved",
            "open",
            "issued",
            "partially_billed",
            "billed",
            "partially_received",
            "received",
            "closed",
            "cancelled",
        ),
    ),
    "delivery_date": written("Delivery date", DateType()),
}

EXPENSES: Fields = {
    "expense_id": shown("Expense id", IdType(), unique=True),
    "date": written("Date", DateType(), required=True),
    "account_id": written("Expense account", IdType(), required=True),
    "paid_through_account_id": written("Paid through", IdType(), required=True),
    "amount": written("Amount", MoneyType(), required=True),
    "tax_id": written("Tax", ReferenceType(modules=("taxes",))),
    "customer_id": written("Customer", ReferenceType(modules=("customers",))),
    "vendor_id": written("Vendor", ReferenceType(modules=("vendors",))),
    "is_billable": written("Billable", BooleanType(), default=True),
    "reference_number": _text("Reference number", 100),
    "description": _text("Description", 100),
    **_currency(),
    "status": shown("Status", TextType(length=50)),
    "total": shown("Total", MoneyType()),
    **_deal(),
    **_stamps(),
}

CURRENCIES: Fields = {
    "currency_id": shown("Currency id", IdType(), unique=True),
    "currency_code": FieldSchema(label="Code", value=TextType(length=3), required=True, unique=True, create_only=True),
    "currency_name": shown("Name", TextType(length=100)),
    "currency_symbol": FieldSchema(label="Symbol", value=TextType(length=10), default=True, create_only=True),
    "price_precision": FieldSchema(label="Decimals", value=IntegerType(), default=True, create_only=True),
    "is_base_currency": shown("Base currency", BooleanType()),
    "exchange_rate": shown("Exchange rate", DecimalType()),
}

TAXES: Fields = {
    "tax_id": shown("Tax id", IdType(), unique=True),
    "tax_name": shown("Name", TextType(length=100), unique=True),
    "tax_percentage": shown("Percentage", DecimalType()),
    "tax_type": shown("Type", TextType(length=50)),
}

USERS: Fields = {
    "user_id": shown("User id", IdType(), unique=True),
    "name": written("Name", TextType(length=100), required=True),
    "email": FieldSchema(label="Email", value=EmailType(length=100), required=True, unique=True),
    "role_id": written("Role id", IdType(), default=True),
    "user_role": written("Role", TextType(length=100), default=True),
    "status": written("Status", TextType(length=50), default=True),
    "is_current_user": shown("Current user", BooleanType()),
}
