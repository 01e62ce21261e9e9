"""What a new Books organisation has before anybody works in it: currencies, taxes, users, key fields."""

from datetime import UTC, datetime

from syncdsl.sandbox.books.currencies import COLLECTION, found_currencies
from syncdsl.sandbox.books.custom_fields import add, key_fields
from syncdsl.sandbox.books.taxes import found_taxes
from syncdsl.sandbox.books.users import found_users
from syncdsl.sandbox.store import Clause, Store

FOUNDED = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def found_books(store: Store, *, with_key_fields: bool) -> None:
    """Write it into a new store; one that has an organisation already stays as it is."""
    if store.count(COLLECTION, Clause("1")):
        return
    with store.transaction():
        found_currencies(store, FOUNDED)
        found_taxes(store, FOUNDED)
        found_users(store, FOUNDED)
        for entity, field in key_fields() if with_key_fields else []:
            add(store, entity, field, FOUNDED)
