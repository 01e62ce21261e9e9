"""Which Books modules are offered and where each lies. Another module is another entry here."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncdsl.adapters.zoho_books import fields

KEY_FIELD = "cf_syncdsl_key"
"""The unique custom field that holds syncdsl's key; Books derives the name from the label "Syncdsl Key"."""

KEY_LABEL = "syncdsl key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One module of Books.

    `path` is the collection, whose lists come under `store` and whose records under `single`. `restricted`
    are parameters that lists take and values that records must have. `entity` names the module in the
    settings of custom fields. `filters` are fields that the list can be searched by exactly; `key_filter` is
    the parameter that searches by key, where there is one. `compared` are keys that list rows and records
    share and that make up a version. `resent` are keys that the documentation requires in every update;
    `lines_resent`: it requires the lines too. `fixed` goes into the body of every new record. `listed_only`:
    records can only be read by listing all of them; `unfiltered`: that list takes no filter by status.
    `parent_field` refers to the record a child belongs to. `switched` is the field of states that calls of their
    own change (`/items/ID/inactive`).
    """

    name: str
    label: str
    path: str
    store: str
    single: str
    id_field: str
    label_field: str
    fields: fields.Fields
    restricted: dict[str, str] = field(default_factory=dict)
    entity: str | None = None
    filters: frozenset[str] = frozenset()
    key_filter: str | None = None
    compared: tuple[str, ...] = ()
    resent: tuple[str, ...] = ()
    person_fields: tuple[str, ...] = ()
    status_field: str | None = None
    lines_field: str | None = None
    parent_field: str | None = None
    switched: str | None = None
    lines_resent: bool = False
    fixed: dict[str, str] = field(default_factory=dict)
    listed_only: bool = False
    unfiltered: bool = False
    creatable: bool = True
    updatable: bool = True
    deletable: bool = True


_CONTACT_COMPARED = (
    "contact_name",
    "company_name",
    "contact_type",
    "status",
    "currency_id",
    *fields.PERSON_FIELDS,
)
_CONTACT_FILTERS = frozenset({"contact_name", "company_name", "email"})
_CONTACT_RESENT = ("contact_name", "contact_type")

CUSTOMERS = Module(
    name="customers",
    label="Customers",
    path="/contacts",
    store="contacts",
    single="contact",
    id_field="contact_id",
    label_field="contact_name",
    fields=fields.CUSTOMERS,
    restricted={"contact_type": "customer"},
    entity="contact",
    filters=_CONTACT_FILTERS | {"zcrm_account_id", "zcrm_contact_id"},
    key_filter=KEY_FIELD,
    compared=_CONTACT_COMPARED,
    resent=_CONTACT_RESENT,
    person_fields=fields.PERSON_FIELDS,
    status_field="status",
    switched="status",
)

VENDORS = Module(
    name="vendors",
    label="Vendors",
    path="/contacts",
    store="contacts",
    single="contact",
    id_field="contact_id",
    label_field="contact_name",
    fields=fields.VENDORS,
    restricted={"contact_type": "vendor"},
    entity="contact",
    filters=_CONTACT_FILTERS | {"zcrm_vendor_id"},
    key_filter=KEY_FIELD,
    compared=_CONTACT_COMPARED,
    resent=_CONTACT_RESENT,
    person_fields=fields.PERSON_FIELDS,
    status_field="status",
    switched="status",
)

CONTACTS = Module(
    name="contacts",
    label="Contacts",
    path="/contacts",
    store="contacts",
    single="contact",
    id_field="contact_id",
    label_field="contact_name",
    fields=fields.CUSTOMERS,
    compared=_CONTACT_COMPARED,
)
"""Customers and vendors together, as the parents of contact persons; rules know the two only apart."""

CONTACT_PERSONS = Module(
    name="contact_persons",
    label="Contact persons",
    path="/contacts/contactpersons",
    store="contact_persons",
    single="contact_person",
    id_field="contact_person_id",
    label_field="last_name",
    fields=fields.CONTACT_PERSONS,
    parent_field="contact_id",
    resent=("contact_id", "first_name"),
)

ITEMS = Module(
    name="items",
    label="Items",
    path="/items",
    store="items",
    single="item",
    id_field="item_id",
    label_field="name",
    fields=fields.ITEMS,
    entity="item",
    filters=frozenset({"name", "zcrm_product_id"}),
    compared=(
        "name",
        "rate",
        "status",
        "description",
        "sku",
        "unit",
        "product_type",
        "item_type",
        "is_taxable",
        "tax_id",
    ),
    resent=("name", "rate"),
    status_field="status",
    switched="status",
)

QUOTES = Module(
    name="quotes",
    label="Quotes",
    path="/estimates",
    store="estimates",
    single="estimate",
    id_field="estimate_id",
    label_field="estimate_number",
    fields=fields.QUOTES,
    entity="estimate",
    filters=frozenset({"customer_id", "estimate_number", "reference_number", "zcrm_potential_id"}),
    key_filter="custom_field",
    compared=("estimate_number", "customer_id", "status", "date", "reference_number", "total"),
    resent=("customer_id",),
    status_field="status",
    lines_field="line_items",
)

SALES_ORDERS = Module(
    name="sales_orders",
    label="Sales orders",
    path="/salesorders",
    store="salesorders",
    single="salesorder",
    id_field="salesorder_id",
    label_field="salesorder_number",
    fields=fields.SALES_ORDERS,
    entity="salesorder",
    filters=frozenset({"customer_id", "reference_number", "salesorder_number", "zcrm_potential_id"}),
    compared=("salesorder_number", "customer_id", "status", "date", "reference_number", "total"),
    resent=("customer_id",),
    status_field="status",
    lines_field="line_items",
)

INVOICES = Module(
    name="invoices",
    label="Invoices",
    path="/invoices",
    store="invoices",
    single="invoice",
    id_field="invoice_id",
    label_field="invoice_number",
    fields=fields.INVOICES,
    entity="invoice",
    filters=frozenset({"invoice_number", "reference_number", "customer_id", "zcrm_potential_id"}),
    key_filter="custom_field",
    compared=(
        "invoice_number",
        "customer_id",
        "status",
        "date",
        "due_date",
        "reference_number",
        "total",
        "balance",
    ),
    resent=("customer_id",),
    status_field="status",
    lines_field="line_items",
    lines_resent=True,
)

PURCHASE_ORDERS = Module(
    name="purchase_orders",
    label="Purchase orders",
    path="/purchaseorders",
    store="purchaseorders",
    single="purchaseorder",
    id_field="purchaseorder_id",
    label_field="purchaseorder_number",
    fields=fields.PURCHASE_ORDERS,
    entity="purchaseorder",
    filters=frozenset({"purchaseorder_number", "reference_number", "vendor_id"}),
    key_filter="custom_field",
    compared=("purchaseorder_number", "vendor_id", "status", "date", "reference_number", "total"),
    resent=("vendor_id",),
    status_field="status",
    lines_field="line_items",
    lines_resent=True,
)

EXPENSES = Module(
    name="expenses",
    label="Expenses",
    path="/expenses",
    store="expenses",
    single="expense",
    id_field="expense_id",
    label_field="reference_number",
    fields=fields.EXPENSES,
    entity="expense",
    filters=frozenset({"customer_id", "reference_number", "vendor_id", "zcrm_potential_id"}),
    compared=("date", "status", "total", "reference_number", "description", "customer_id"),
    resent=("account_id", "amount", "date", "paid_through_account_id"),
    status_field="status",
)

CURRENCIES = Module(
    name="currencies",
    label="Currencies",
    path="/settings/currencies",
    store="currencies",
    single="currency",
    id_field="currency_id",
    label_field="currency_code",
    fields=fields.CURRENCIES,
    compared=tuple(fields.CURRENCIES),
    unfiltered=True,
    fixed={"currency_format": "1,234,567.89"},
    listed_only=True,
    updatable=False,
    deletable=False,
)

TAXES = Module(
    name="taxes",
    label="Taxes",
    path="/settings/taxes",
    store="taxes",
    single="tax",
    id_field="tax_id",
    label_field="tax_name",
    fields=fields.TAXES,
    compared=tuple(fields.TAXES),
    unfiltered=True,
    listed_only=True,
    creatable=False,
    updatable=False,
    deletable=False,
)

USERS = Module(
    name="users",
    label="Users",
    path="/users",
    store="users",
    single="user",
    id_field="user_id",
    label_field="name",
    fields=fields.USERS,
    compared=tuple(fields.USERS),
    status_field="status",
    switched="status",
    listed_only=True,
)

MODULES = {
    module.name: module
    for module in (
        CUSTOMERS,
        VENDORS,
        CONTACT_PERSONS,
        ITEMS,
        QUOTES,
        SALES_ORDERS,
        INVOICES,
        PURCHASE_ORDERS,
        EXPENSES,
        CURRENCIES,
        TAXES,
        USERS,
    )
}
