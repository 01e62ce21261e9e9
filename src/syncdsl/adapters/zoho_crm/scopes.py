"""The fewest scopes of the CRM that serve what rules need (Zoho CRM API v8, the scopes listed with each call)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.onboarding import Scope
from syncdsl.adapters.zoho_crm.deactivating import ACTIVE
from syncdsl.adapters.zoho_crm.modules import MODULES, USERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.adapters.onboarding import Needs, Use

SEARCH = "ZohoSearch.securesearch.READ"
"""What a search needs beside the scope of its module."""

NOTIFICATIONS = ("READ", "CREATE", "UPDATE", "DELETE")


def scopes_for(needs: Needs) -> tuple[Scope, ...]:
    """Return the scopes in the order they are explained: records, their metadata, then what `setup` may make."""
    return tuple(_scopes(needs))


def _scopes(needs: Needs) -> Iterator[Scope]:
    for module in sorted(name for name in needs.modules if name != USERS):
        yield from _of_module(module, needs.modules[module])
    if needs.modules:
        yield Scope(name="ZohoCRM.coql.READ", why="look records up by key or id")
        why = "`syncdsl find` searches records by name; leave it out to do without"
        yield Scope(name=SEARCH, why=why, optional=True)
    yield Scope(name="ZohoCRM.org.READ", why="which organisation it is, its currency and time zone")
    for part in ("modules", "fields", "custom_views"):
        yield Scope(name=f"ZohoCRM.settings.{part}.READ", why="write the schema snapshot, read views")
    if any(MODULES[name].stage_field for name in needs.modules if name in MODULES):
        yield Scope(name="ZohoCRM.settings.layouts.READ", why="the pipelines of the layout")
        yield Scope(name="ZohoCRM.settings.pipeline.READ", why="which stages are won and lost")
    if needs.currencies:
        yield Scope(name="ZohoCRM.settings.currencies.READ", why="which currencies are in use")
    yield Scope(name="ZohoCRM.users.READ", why="owners of records, and the schema of users")
    for operation in NOTIFICATIONS if needs.notifications else ():
        yield Scope(name=f"ZohoCRM.notifications.{operation}", why="be called back when records change")
    if needs.written:
        why = "`syncdsl setup` makes the key fields; leave it out to make them by hand"
        yield Scope(name="ZohoCRM.settings.fields.CREATE", why=why, optional=True)


def _of_module(module: str, use: Use) -> Iterator[Scope]:
    area = f"ZohoCRM.modules.{module.replace('_', '').lower()}"
    yield Scope(name=f"{area}.READ", why=f"read {module}")
    if use.creates:
        yield Scope(name=f"{area}.CREATE", why=f"create {module}")
    if use.updates or use.creates or (use.acts and module in ACTIVE):
        # A create is an upsert by key, which needs both; products are made inactive by an update.
        yield Scope(name=f"{area}.UPDATE", why=f"update {module}, and give linked ones their key")
    if use.deletes:
        yield Scope(name=f"{area}.DELETE", why=f"delete {module}")
