"""The paths of the emulated Books and the handlers behind them."""

from syncdsl.sandbox.books.contacts import Contacts
from syncdsl.sandbox.books.documents.endpoints import document_endpoints
from syncdsl.sandbox.books.items import Items
from syncdsl.sandbox.books.settings import Settings
from syncdsl.sandbox.exchange import Handler
from syncdsl.sandbox.platform import Platform

BASE = "/books/v3"


def books_endpoints(platform: Platform) -> list[tuple[str, str, Handler]]:
    """Return (method, path, handler) triples; all but the list of organisations demand `organization_id`."""
    store, clock = platform.store, platform.clock
    settings = Settings(platform.options.books_organisation)
    contacts, items = Contacts(store, clock), Items(store, clock)
    guarded: list[tuple[str, str, Handler]] = [
        ("GET", "/organizations/{id}", settings.one_organisation),
        ("GET", "/settings/currencies", settings.currencies),
        ("GET", "/settings/fields", settings.fields),
        ("GET", "/settings/taxes", settings.taxes),
        ("GET", "/customers", contacts.customers),
        ("GET", "/vendors", contacts.vendors),
        ("GET", "/contacts", contacts.list),
        ("POST", "/contacts", contacts.create),
        ("PUT", "/contacts", contacts.upsert),
        ("DELETE", "/contacts", contacts.delete_many),
        ("GET", "/contacts/{id}", contacts.detail),
        ("PUT", "/contacts/{id}", contacts.update),
        ("DELETE", "/contacts/{id}", contacts.delete),
        ("GET", "/contacts/{id}/contactpersons", contacts.persons),
        ("POST", "/contacts/{id}/active", contacts.activate),
        ("POST", "/contacts/{id}/inactive", contacts.deactivate),
        ("GET", "/items", items.list),
        ("POST", "/items", items.create),
        ("PUT", "/items", items.upsert),
        ("GET", "/items/{id}", items.detail),
        ("PUT", "/items/{id}", items.update),
        ("DELETE", "/items/{id}", items.delete),
        ("POST", "/items/{id}/active", items.activate),
        ("POST", "/items/{id}/inactive", items.deactivate),
    ]
    guarded += document_endpoints(platform)
    endpoints: list[tuple[str, str, Handler]] = [("GET", f"{BASE}/organizations", settings.organisations)]
    endpoints += [(method, BASE + path, settings.guarded(handler)) for method, path, handler in guarded]
    return endpoints
