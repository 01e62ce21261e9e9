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
    share and that make up a version. `resent` are keys that the documentation requires in every update.
    `listed_only`: records can only be read by listing all of them.
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
    listed_only: bool = False
    creatable: bool = True
    updatable: bool = True


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
    listed_only=True,
    creatable=False,
    updatable=False,
)

MODULES = {module.name: module for module in (CUSTOMERS, VENDORS, INVOICES, CURRENCIES)}
