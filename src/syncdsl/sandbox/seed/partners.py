"""Both systems' business partners and goods, drawn one after the other from one sequence."""

from random import Random

from syncdsl.sandbox.seed.books import seed_books
from syncdsl.sandbox.seed.crm import seed_crm
from syncdsl.sandbox.seed.goods import seed_goods
from syncdsl.sandbox.seed.invention import Invention
from syncdsl.sandbox.seed.scratch import scratch
from syncdsl.sandbox.store import Store


def seed_partners(store: Store, seed: int, accounts: int) -> None:
    """Write accounts, contacts and deals, customers and vendors, products and items into an empty store."""
    random = Random(seed)
    with store.loading(), scratch(store) as memory:
        invention = Invention(random, seed, memory)
        seeded = seed_crm(store, random, invention, memory, accounts)
        seed_books(store, random, invention, memory, seeded)
        seed_goods(store, random, invention, accounts)
