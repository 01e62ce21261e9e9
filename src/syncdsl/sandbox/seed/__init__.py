"""Believable data for both systems, the same for the same seed: records, ids and stamps."""

from syncdsl.sandbox.books.current import serving
from syncdsl.sandbox.store import Store

__all__ = ["seed"]


def seed(store: Store, *, seed: int, accounts: int) -> None:
    """Fill an empty store with `accounts` accounts and what goes with them; leave a used one as it is."""
    if accounts == 0 or store.rows("SELECT 1 FROM counter LIMIT 1"):
        return
    from syncdsl.sandbox.seed.documents import seed_documents  # noqa: PLC0415 - makes up people; an empty one needs none
    from syncdsl.sandbox.seed.partners import seed_partners  # noqa: PLC0415 - the same

    with store.transaction(), serving(store):
        seed_partners(store, seed, accounts)
        seed_documents(store, seed, accounts)
