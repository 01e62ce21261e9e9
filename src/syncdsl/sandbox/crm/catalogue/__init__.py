"""The catalogue of the emulated CRM: a further module is one more file, and one more entry in `MODULES`."""

from syncdsl.sandbox.crm.catalogue.accounts import ACCOUNTS
from syncdsl.sandbox.crm.catalogue.contacts import CONTACTS
from syncdsl.sandbox.crm.catalogue.deals import DEALS
from syncdsl.sandbox.crm.catalogue.documents import INVOICES, PURCHASE_ORDERS, QUOTES, SALES_ORDERS
from syncdsl.sandbox.crm.catalogue.field import Choice, Field
from syncdsl.sandbox.crm.catalogue.lines import SUBFORMS
from syncdsl.sandbox.crm.catalogue.live import Catalogue
from syncdsl.sandbox.crm.catalogue.module import Module, View
from syncdsl.sandbox.crm.catalogue.products import PRODUCTS
from syncdsl.sandbox.crm.catalogue.vendors import VENDORS

MODULES = (ACCOUNTS, CONTACTS, DEALS, PRODUCTS, VENDORS, QUOTES, SALES_ORDERS, PURCHASE_ORDERS, INVOICES)
DESCRIBED = {module.api_name: module for module in (*MODULES, *SUBFORMS)}
"""What the metadata calls know from the start: record modules, and the rows of subforms."""

__all__ = [
    "ACCOUNTS",
    "CONTACTS",
    "DEALS",
    "DESCRIBED",
    "MODULES",
    "PRODUCTS",
    "VENDORS",
    "Catalogue",
    "Choice",
    "Field",
    "Module",
    "View",
]
