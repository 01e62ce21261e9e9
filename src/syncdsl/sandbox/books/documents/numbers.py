"""Document numbers: automatic ones, and those a client insists on."""

from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.books.body import text
from syncdsl.sandbox.books.documents.kind import Kind
from syncdsl.sandbox.books.documents.values import asks
from syncdsl.sandbox.books.envelope import AUTOMATIC_NUMBER, NUMBER_TAKEN, invalid_value, refused
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.store import Store

LONGEST = 100


def number_of(store: Store, kind: Kind, call: Call, sent: Mapping[str, Any], own: str) -> str:
    """Return a document's number; `own` is the one it has, "" for a new one.

    A client may choose the number of a new document only with `ignore_auto_number_generation`, and must with it.
    """
    given = text(sent.get(kind.number_key), kind.number_key, LONGEST)
    chosen = asks(call.query, sent, "ignore_auto_number_generation")
    if not given or given == own:
        if chosen and not own:
            raise invalid_value(kind.number_key)
        return own or automatic(store, kind)
    if not chosen and not own:
        message = f"{kind.title} numbers are automatic; set ignore_auto_number_generation to choose one."
        raise refused(AUTOMATIC_NUMBER, message)
    if store.find(kind.collection, kind.number_key, given):
        raise refused(NUMBER_TAKEN, f'{kind.title} "{given}" already exists.')
    return given


def automatic(store: Store, kind: Kind) -> str:
    """Return the next free automatic number, EST-000001 being an estimate's first."""
    while True:
        counted = store.next_number(f"books.{kind.entity}_number", 1)
        number = f"{kind.prefix}-{counted:06d}"
        if not store.find(kind.collection, kind.number_key, number):
            return number
