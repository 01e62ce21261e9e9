"""The fewest scopes of Books that serve what rules need (Zoho Books API v3, the scope listed with each call)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import Scope, Use
from syncdsl.adapters.zoho_books.modules import MODULES

if TYPE_CHECKING:
    from syncdsl.adapters.onboarding import Needs

SETTINGS = "settings"
AREAS = {
    "/contacts": "contacts",
    "/contacts/contactpersons": "contacts",
    "/estimates": "estimates",
    "/invoices": "invoices",
    "/salesorders": "salesorders",
    "/purchaseorders": "purchaseorders",
    "/expenses": "expenses",
}
"""The area of a collection's scopes; all others (items, currencies, taxes, users) belong to the settings."""


def scopes_for(needs: Needs) -> tuple[Scope, ...]:
    """Return the scopes by area. Status calls are POST and need CREATE, as everything that is posted does."""
    found: dict[str, Scope] = {}
    for name in sorted(needs.modules):
        use = needs.modules[name]
        if name not in MODULES:
            continue
        area = AREAS.get(MODULES[name].path, SETTINGS)
        for operation, why in _operations(name, use):
            scope = f"ZohoBooks.{area}.{operation}"
            known = found.get(scope)
            found[scope] = Scope(name=scope, why=f"{known.why}; {why}" if known else why)
    read = f"ZohoBooks.{SETTINGS}.READ"
    found.setdefault(read, Scope(name=read, why="which organisation it is, custom fields, currencies, taxes"))
    if needs.roles:
        for operation, why in (
            ("CREATE", "invite users"),
            ("UPDATE", "give users their role"),
            ("DELETE", "remove users whom no rule names any more"),
        ):
            found.setdefault(
                f"ZohoBooks.{SETTINGS}.{operation}", Scope(name=f"ZohoBooks.{SETTINGS}.{operation}", why=why)
            )
    create = f"ZohoBooks.{SETTINGS}.CREATE"
    if needs.currencies and create not in found:
        why = "`syncdsl setup` adds currencies; leave it out to add them by hand"
        found[create] = Scope(name=create, why=why, optional=True)
    return tuple(found.values())


def _operations(name: str, use: Use) -> list[tuple[str, str]]:
    found = [("READ", f"read {name}")]
    if use.creates:
        found.append(("CREATE", f"create {name}"))
    elif use.acts:
        found.append(("CREATE", f"change the status of {name}"))
    if use.updates or use.creates:
        # A create is an upsert by key: a PUT.
        found.append(("UPDATE", f"update {name}, and give linked ones their key"))
    if use.deletes:
        found.append(("DELETE", f"delete {name}"))
    return found
