"""The paths of the documents and the handlers behind them."""

from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.estimates import Estimates
from syncdsl.sandbox.books.documents.salespersons import Salespersons
from syncdsl.sandbox.exchange import Handler
from syncdsl.sandbox.platform import Platform


def document_endpoints(platform: Platform, emit: Emit = silent) -> list[tuple[str, str, Handler]]:
    """Return (method, path, handler) triples relative to Books' base path; `emit` hears of every change."""
    store, clock = platform.store, platform.clock
    estimates = Estimates(store, clock, emit)
    return [
        ("GET", "/salespersons", Salespersons(store).list),
        *estimates.endpoints(),
        *estimates.address_endpoints(),
    ]
