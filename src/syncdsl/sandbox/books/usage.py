"""Who uses what: a record that another one names cannot be deleted."""

from syncdsl.sandbox.books import contact, item
from syncdsl.sandbox.books.documents.partners import DOCUMENTS_OF
from syncdsl.sandbox.store import Clause, Store

DOCUMENTS = tuple(dict.fromkeys(name for collections in DOCUMENTS_OF.values() for name in collections))
USERS_OF = {
    "item_id": DOCUMENTS,
    "tax_id": (contact.COLLECTION, item.COLLECTION, *DOCUMENTS),
    "currency_id": (contact.COLLECTION, *DOCUMENTS),
}
"""The collections whose records carry an id, by the key that holds it, in the record itself or in its lines."""


def is_used(store: Store, key: str, identity: str) -> bool:
    """Return whether any record carries this id under this key. Reads whole collections: deleting is rare."""
    used = Clause("instr(document, ?)", (f'"{key}":"{identity}"',))
    return any(store.count(collection, used) for collection in USERS_OF[key])
