"""The paths of the emulated CRM and the handlers behind them."""

from syncdsl.sandbox.crm import metadata
from syncdsl.sandbox.crm.company import Company
from syncdsl.sandbox.crm.coql import Coql
from syncdsl.sandbox.crm.deleting import Deleting
from syncdsl.sandbox.crm.reading import Reading
from syncdsl.sandbox.crm.writing import Writing
from syncdsl.sandbox.exchange import Handler
from syncdsl.sandbox.platform import Platform

BASE = "/crm/v8"


def crm_endpoints(platform: Platform) -> list[tuple[str, str, Handler]]:
    """Return (method, path, handler) triples; fixed paths stand before those with a module's name."""
    store, clock = platform.store, platform.clock
    company = Company(clock, platform.options.crm_organisation)
    reading, writing, deleting = Reading(store, clock), Writing(store, clock), Deleting(store, clock)
    endpoints: list[tuple[str, str, Handler]] = [
        ("GET", "/org", company.org),
        ("GET", "/org/currencies", company.currencies),
        ("GET", "/users", company.users),
        ("GET", "/users/{id}", company.one_user),
        ("GET", "/settings/modules", metadata.modules),
        ("GET", "/settings/modules/{api_name}", metadata.one_module),
        ("GET", "/settings/fields", metadata.fields),
        ("GET", "/settings/custom_views", metadata.custom_views),
        ("GET", "/settings/custom_views/{id}", metadata.one_custom_view),
        ("GET", "/settings/layouts", metadata.layouts),
        ("GET", "/settings/pipeline", metadata.pipeline),
        ("POST", "/coql", Coql(store).query),
        ("GET", "/{module}/deleted", deleting.deleted),
        ("POST", "/{module}/upsert", writing.upsert),
        ("GET", "/{module}", reading.list),
        ("POST", "/{module}", writing.insert),
        ("PUT", "/{module}", writing.update),
        ("DELETE", "/{module}", deleting.many),
        ("GET", "/{module}/{id}", reading.one),
        ("PUT", "/{module}/{id}", writing.update),
        ("DELETE", "/{module}/{id}", deleting.one),
    ]
    return [(method, BASE + path, handler) for method, path, handler in endpoints]
