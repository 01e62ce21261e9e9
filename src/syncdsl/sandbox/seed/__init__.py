"""Believable data for both systems, the same for the same seed: records, ids and stamps."""

from random import Random

from syncdsl.sandbox.seed.books import seed_books
from syncdsl.sandbox.seed.crm import seed_crm
from syncdsl.sandbox.seed.goods import seed_goods
from syncdsl.sandbox.seed.invention import Invention
from syncdsl.sandbox.store import Store

__all__ = ["seed"]


def seed(store: Store, *, seed: int, accounts: int) -> None:
    """Fill an empty store with `accounts` accounts and what goes with them; leave a used one as it is."""
    if accounts == 0 or store.rows("SELECT 1 FROM counter LIMIT 1"):
        return
    random = Random(seed)
    invention = Invention(random, seed)
    with store.transaction():
        seeded = seed_crm(store, random, invention, accounts)
        seed_books(store, random, invention, seeded)
        seed_goods(store, random, invention, accounts)
