"""The sandbox put together: one platform, two emulated systems."""

from syncdsl.sandbox.books.desk import Desk
from syncdsl.sandbox.books.endpoints import books_endpoints
from syncdsl.sandbox.books.envelope import BooksEnvelope
from syncdsl.sandbox.books.founding import found_books
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.control import control_routes
from syncdsl.sandbox.crm.endpoints import Crm
from syncdsl.sandbox.crm.envelope import CrmEnvelope
from syncdsl.sandbox.deliveries import Deliveries
from syncdsl.sandbox.emulator import Emulator
from syncdsl.sandbox.faults import Faults
from syncdsl.sandbox.ledger import Ledger
from syncdsl.sandbox.limits import DOCUMENTED, Gate, Limits
from syncdsl.sandbox.oauth import Tokens
from syncdsl.sandbox.options import SandboxOptions
from syncdsl.sandbox.platform import Platform
from syncdsl.sandbox.seed import seed
from syncdsl.sandbox.store import Store


class Sandbox:
    """Both emulated systems over one database, seeded when the database is new."""

    def __init__(self, options: SandboxOptions) -> None:
        self._store = Store(options.data)
        found_books(self._store, with_key_fields=options.key_fields)
        seed(self._store, seed=options.seed, accounts=options.records)
        clock = Clock()
        faults = Faults(clock)
        gate = Gate(clock, DOCUMENTED if options.documented_limits else Limits())
        self._platform = platform = Platform(
            options=options,
            store=self._store,
            clock=clock,
            ledger=Ledger(self._store, clock),
            gate=gate,
            tokens=Tokens(self._store, clock, gate),
            faults=faults,
            deliveries=Deliveries(self._store, clock, faults),
        )
        emulated = Crm(platform)
        control = [*control_routes(platform), *emulated.control(), *Desk(platform).routes()]
        crm, books = Emulator("crm", CrmEnvelope(), platform), Emulator("books", BooksEnvelope(), platform)
        self.crm = crm.application(emulated.endpoints(), control)
        self.books = books.application(books_endpoints(platform), control)

    def located(self, *, crm: str, books: str) -> None:
        """Tell the base URLs under which both systems are reached."""
        self._platform.addresses.update(crm=crm, books=books)

    def stop(self) -> None:
        """Let nothing wait any more: the server ends."""
        self._platform.faults.release()
        self._platform.deliveries.stop()
        self._platform.clock.stop()

    def close(self) -> None:
        """Close the database."""
        self._store.close()
