"""Ids of Books. One counter serves records and their parts, as in the real system."""

from syncdsl.sandbox.organisation import BOOKS_IDENTITY_BASE, RECORD_OFFSET
from syncdsl.sandbox.store import Store

RECORD_COUNTER = "books.record"
FIRST_RECORD = BOOKS_IDENTITY_BASE + RECORD_OFFSET


def next_record(store: Store) -> int:
    """Return the id of a new record."""
    return store.next_number(RECORD_COUNTER, FIRST_RECORD)


def next_id(store: Store) -> str:
    """Return the id of a new part of a record, such as an address or a line."""
    return str(next_record(store))
