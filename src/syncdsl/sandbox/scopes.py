"""Which scope a call needs, by its path (Zoho CRM API v8 and Zoho Books API v3, OAuth scopes).

A scope names an area and an operation: `ZohoCRM.modules.accounts.READ`. An area is covered by the areas above it too
(`ZohoCRM.modules.READ`), and every operation by `ALL`. Scopes are compared without case, as Zoho's own pages write
them in several ways.
"""

import re

from syncdsl.sandbox.exchange import Call

EVERY_SCOPE = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.org.ALL",
    "ZohoCRM.users.ALL",
    "ZohoCRM.notifications.ALL",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL",
    "ZohoSearch.securesearch.READ",
    "ZohoBooks.fullaccess.all",
)
"""What the published credentials may do: everything."""

OPERATIONS = {"GET": "read", "HEAD": "read", "POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}

CRM_AREAS = (
    # The first expression that fits says the area; `\1` is the part of the path that it names.
    (r"/crm/v8/org/currencies(?:/|$)", "settings.currencies"),
    (r"/crm/v8/org(?:/|$)", "org"),
    (r"/crm/v8/users(?:/|$)", "users"),
    (r"/crm/v8/settings/(\w+)", r"settings.\1"),
    (r"/crm/v8/coql$", "coql"),
    (r"/crm/v8/actions/watch$", "notifications"),
    (r"/crm/bulk/v8/", "bulk"),
    (r"/crm/v8/(\w+)", r"modules.\1"),
)

SEARCH = frozenset({"zohosearch.securesearch.read", "zohosearch.securesearch.all"})
"""What a search needs one of, beside the scope of its module."""

BOOKS_AREAS = (
    (r"/books/v3/crm/item/", "settings"),
    (r"/books/v3/crm/", "contacts"),
    (r"/books/v3/(?:contacts|customers|vendors)(?:/|$)", "contacts"),
    (r"/books/v3/(?:items?|itemdetails|users|organizations|settings|currencies)(?:/|$)", "settings"),
    (r"/books/v3/(\w+)", r"\1"),
)


def covers(granted: frozenset[str], system: str, call: Call) -> bool:
    """Return whether scopes (in lower case) allow a call."""
    if system == "crm":
        area = _area(call.path, CRM_AREAS)
        searches = area is not None and area.startswith("modules.") and call.path.endswith("/search")
        if searches and granted.isdisjoint(SEARCH):
            return False
        return area is None or all(
            not granted.isdisjoint(_sufficient("zohocrm", area, operation)) for operation in _crm_operations(call)
        )
    area = _area(call.path, BOOKS_AREAS)
    if area is None or "zohobooks.fullaccess.all" in granted:
        return True
    return not granted.isdisjoint(_sufficient("zohobooks", area, OPERATIONS.get(call.method, "read")))


def _crm_operations(call: Call) -> tuple[str, ...]:
    if call.path.endswith("/coql"):
        return ("read",)
    if call.path.endswith("/upsert"):
        return ("create", "update")
    if call.path.endswith("/actions/restore"):
        return ("update",)
    return (OPERATIONS.get(call.method, "read"),)


def _area(path: str, areas: tuple[tuple[str, str], ...]) -> str | None:
    for expression, area in areas:
        if (fit := re.match(expression, path)) is not None:
            # Modules have an underscore in paths and none in scopes: Sales_Orders, salesorders.
            named = fit.expand(area).lower()
            return named.replace("_", "") if named.startswith("modules.") else named
    return None


def _sufficient(product: str, area: str, operation: str) -> set[str]:
    """Return every scope that allows an operation in an area."""
    steps = area.split(".")
    operations = ["all", operation, *(["write"] if operation in {"create", "update"} else [])]
    return {".".join([product, *steps[:depth], name]) for depth in range(1, len(steps) + 1) for name in operations}
