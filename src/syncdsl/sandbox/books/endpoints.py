"""The paths of the emulated Books and the handlers behind them."""

from functools import partial

from syncdsl.sandbox.books.contact_file import ContactFile
from syncdsl.sandbox.books.contact_merging import ContactMerging
from syncdsl.sandbox.books.contact_parts import ContactAddresses, ContactPersons
from syncdsl.sandbox.books.contacts import Contacts
from syncdsl.sandbox.books.crm_import import CrmImport
from syncdsl.sandbox.books.currencies import Currencies
from syncdsl.sandbox.books.documents.endpoints import document_endpoints
from syncdsl.sandbox.books.documents.partners import has_transactions
from syncdsl.sandbox.books.items import Items
from syncdsl.sandbox.books.settings import Settings
from syncdsl.sandbox.books.taxes import Taxes
from syncdsl.sandbox.books.usage import is_used
from syncdsl.sandbox.books.users import Users
from syncdsl.sandbox.books.webhooks import Webhooks
from syncdsl.sandbox.exchange import Handler
from syncdsl.sandbox.platform import Platform

BASE = "/books/v3"
Endpoint = tuple[str, str, Handler]
"""A method, a path below `/books/v3`, and the handler behind them."""


def books_endpoints(platform: Platform) -> list[Endpoint]:
    """Return (method, path, handler) triples; all but the list of organisations demand `organization_id`."""
    store, clock = platform.store, platform.clock
    emit = Webhooks(store, clock, platform.deliveries).emit
    settings = Settings(store, platform.options.books_organisation, lambda: platform.faults.index_horizon("books"))
    files = ContactFile(store, clock, is_used=partial(has_transactions, store), emit=emit)
    items = Items(store, clock, emit)
    guarded = [
        ("GET", "/organizations/{id}", settings.one_organisation),
        ("GET", "/settings/fields", settings.fields),
        *_currencies(Currencies(store, clock, partial(is_used, store, "currency_id"))),
        *_taxes(Taxes(store, clock, partial(is_used, store, "tax_id"))),
        *_users(Users(store, clock)),
        *_contact_parts(ContactPersons(files), ContactAddresses(files)),
        *_contacts(Contacts(store, clock, files)),
        ("POST", "/contacts/{id}/merge", ContactMerging(store, clock, files).merge),
        *_items(items),
        *document_endpoints(platform, emit),
        *_imports(CrmImport(store, files, items)),
    ]
    endpoints: list[Endpoint] = [("GET", f"{BASE}/organizations", settings.organisations)]
    endpoints += [(method, BASE + path, settings.guarded(handler)) for method, path, handler in guarded]
    return endpoints


def _currencies(currencies: Currencies) -> list[Endpoint]:
    return [
        ("GET", "/settings/currencies", currencies.list),
        ("POST", "/settings/currencies", currencies.create),
        ("GET", "/settings/currencies/{id}", currencies.detail),
        ("PUT", "/settings/currencies/{id}", currencies.update),
        ("DELETE", "/settings/currencies/{id}", currencies.delete),
        ("GET", "/settings/currencies/{id}/exchangerates", currencies.rates),
        ("POST", "/settings/currencies/{id}/exchangerates", currencies.create_rate),
        ("GET", "/settings/currencies/{id}/exchangerates/{rate_id}", currencies.rate),
        ("PUT", "/settings/currencies/{id}/exchangerates/{rate_id}", currencies.update_rate),
        ("DELETE", "/settings/currencies/{id}/exchangerates/{rate_id}", currencies.delete_rate),
    ]


def _taxes(taxes: Taxes) -> list[Endpoint]:
    return [
        ("GET", "/settings/taxes", taxes.list),
        ("POST", "/settings/taxes", taxes.create),
        ("GET", "/settings/taxes/{id}", taxes.detail),
        ("PUT", "/settings/taxes/{id}", taxes.update),
        ("DELETE", "/settings/taxes/{id}", taxes.delete),
    ]


def _users(users: Users) -> list[Endpoint]:
    return [
        ("GET", "/users", users.list),
        ("POST", "/users", users.create),
        ("GET", "/users/me", users.me),
        ("GET", "/users/{id}", users.detail),
        ("PUT", "/users/{id}", users.update),
        ("DELETE", "/users/{id}", users.delete),
        ("POST", "/users/{id}/invite", users.invite),
        ("POST", "/users/{id}/active", users.activate),
        ("POST", "/users/{id}/inactive", users.deactivate),
    ]


def _contact_parts(persons: ContactPersons, addresses: ContactAddresses) -> list[Endpoint]:
    return [
        ("POST", "/contacts/contactpersons", persons.create),
        ("GET", "/contacts/contactpersons/{person_id}", persons.detail),
        ("PUT", "/contacts/contactpersons/{person_id}", persons.update),
        ("DELETE", "/contacts/contactpersons/{person_id}", persons.delete),
        ("POST", "/contacts/contactpersons/{person_id}/primary", persons.set_primary),
        ("GET", "/contacts/{id}/contactpersons", persons.list),
        ("GET", "/contacts/{id}/contactpersons/{person_id}", persons.detail),
        ("GET", "/contacts/{id}/address", addresses.list),
        ("POST", "/contacts/{id}/address", addresses.create),
        ("PUT", "/contacts/{id}/address/{address_id}", addresses.update),
        ("DELETE", "/contacts/{id}/address/{address_id}", addresses.delete),
    ]


def _contacts(contacts: Contacts) -> list[Endpoint]:
    return [
        ("GET", "/customers", contacts.customers),
        ("GET", "/vendors", contacts.vendors),
        ("GET", "/contacts", contacts.list),
        ("POST", "/contacts", contacts.create),
        ("PUT", "/contacts", contacts.upsert),
        ("DELETE", "/contacts", contacts.delete_many),
        ("POST", "/contacts/owner", contacts.set_owner_of_many),
        ("GET", "/contacts/{id}", contacts.detail),
        ("PUT", "/contacts/{id}", contacts.update),
        ("DELETE", "/contacts/{id}", contacts.delete),
        ("POST", "/contacts/{id}/active", contacts.activate),
        ("POST", "/contacts/{id}/inactive", contacts.deactivate),
        ("POST", "/contacts/{id}/owner", contacts.set_owner),
    ]


def _items(items: Items) -> list[Endpoint]:
    return [
        ("GET", "/items", items.list),
        ("POST", "/items", items.create),
        ("PUT", "/items", items.upsert),
        ("GET", "/itemdetails", items.details),
        ("GET", "/items/{id}", items.detail),
        ("PUT", "/items/{id}", items.update),
        ("DELETE", "/items/{id}", items.delete),
        ("POST", "/items/{id}/active", items.activate),
        ("POST", "/items/{id}/inactive", items.deactivate),
        ("PUT", "/item/{id}/customfields", items.set_custom_fields),
    ]


def _imports(imports: CrmImport) -> list[Endpoint]:
    return [
        ("POST", "/crm/account/{id}/import", imports.account),
        ("POST", "/crm/contact/{id}/import", imports.contact),
        ("POST", "/crm/vendor/{id}/import", imports.vendor),
        ("POST", "/crm/item/{id}/import", imports.item),
    ]
