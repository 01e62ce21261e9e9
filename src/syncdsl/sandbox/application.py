"""The sandbox put together: one store, one ledger, two emulated systems."""

from syncdsl.sandbox.books.endpoints import books_endpoints
from syncdsl.sandbox.books.envelope import BooksEnvelope
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.control import Control
from syncdsl.sandbox.crm.endpoints import crm_endpoints
from syncdsl.sandbox.crm.envelope import CrmEnvelope
from syncdsl.sandbox.emulator import Emulator
from syncdsl.sandbox.faults import Faults
from syncdsl.sandbox.ledger import Ledger
from syncdsl.sandbox.oauth import Tokens
from syncdsl.sandbox.options import SandboxOptions
from syncdsl.sandbox.seed import seed
from syncdsl.sandbox.store import Store


class Sandbox:
    """Both emulated systems over one database, seeded when the database is new."""

    def __init__(self, options: SandboxOptions) -> None:
        self._store = Store(options.data)
        seed(self._store, seed=options.seed, accounts=options.records)
        clock = Clock()
        ledger = Ledger(self._store)
        tokens = Tokens(self._store, clock)
        self.faults = Faults()
        control = Control(ledger, tokens, self.faults).routes()
        crm = Emulator(
            "crm", CrmEnvelope(), store=self._store, ledger=ledger, tokens=tokens, faults=self.faults, clock=clock
        )
        books = Emulator(
            "books", BooksEnvelope(), store=self._store, ledger=ledger, tokens=tokens, faults=self.faults, clock=clock
        )
        self.crm = crm.application(crm_endpoints(self._store, clock, options.crm_organisation), control)
        self.books = books.application(books_endpoints(self._store, clock, options.books_organisation), control)

    def close(self) -> None:
        """Close the database."""
        self._store.close()
