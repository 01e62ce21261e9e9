"""The catalogue of the emulated CRM: a further module is one more file, and one more entry in `MODULES`."""

from syncdsl.sandbox.crm.catalogue.accounts import ACCOUNTS
from syncdsl.sandbox.crm.catalogue.contacts import CONTACTS
from syncdsl.sandbox.crm.catalogue.deals import DEALS
from syncdsl.sandbox.crm.catalogue.field import Choice, Field
from syncdsl.sandbox.crm.catalogue.module import Module, View

MODULES = (ACCOUNTS, CONTACTS, DEALS)
MODULES_BY_NAME = {module.api_name: module for module in MODULES}

__all__ = ["ACCOUNTS", "CONTACTS", "DEALS", "MODULES", "MODULES_BY_NAME", "Choice", "Field", "Module", "View"]
