"""Believable data for both systems, the same for the same seed: records, ids and stamps."""

from random import Random

from syncdsl.sandbox.books.current import serving
from syncdsl.sandbox.seed.books import seed_books
from syncdsl.sandbox.seed.crm import seed_crm
from syncdsl.sandbox.seed.documents import seed_documents
from syncdsl.sandbox.seed.goods import seed_goods
from syncdsl.sandbox.seed.invention import Invention
from syncdsl.sandbox.seed.scratch import scratch
from syncdsl.sandbox.store import Store

__all__ = ["seed"]


def seed(store: Store, *, seed: int, accounts: int) -> None:
    """Fill an empty store with `accounts` accounts and what goes with them; leave a used one as it is."""
    if accounts == 0 or store.rows("SELECT 1 FROM counter LIMIT 1"):
        return
    with store.transaction(), serving(store):
        _seed(store, seed, accounts)
        seed_documents(store, seed, accounts)


def _seed(store: Store, seed: int, accounts: int) -> None:
    random = Random(seed)
    with store.loading(), scratch(store) as memory:
        invention = Invention(random, seed, memory)
        seeded = seed_crm(store, random, invention, memory, accounts)
        seed_books(store, random, invention, memory, seeded)
        seed_goods(store, random, invention, accounts)
