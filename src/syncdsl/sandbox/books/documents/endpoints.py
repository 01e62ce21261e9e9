"""The paths of the documents and the handlers behind them."""

from syncdsl.sandbox.books.documents import accounts
from syncdsl.sandbox.books.documents.emission import Emit, silent
from syncdsl.sandbox.books.documents.estimates import Estimates
from syncdsl.sandbox.books.documents.expenses import Expenses
from syncdsl.sandbox.books.documents.invoices import Invoices
from syncdsl.sandbox.books.documents.payments import Payments
from syncdsl.sandbox.books.documents.purchase_orders import PurchaseOrders
from syncdsl.sandbox.books.documents.sales_orders import SalesOrders
from syncdsl.sandbox.books.documents.salespersons import Salespersons
from syncdsl.sandbox.exchange import Handler
from syncdsl.sandbox.platform import Platform


def document_endpoints(platform: Platform, emit: Emit = silent) -> list[tuple[str, str, Handler]]:
    """Return (method, path, handler) triples relative to Books' base path; `emit` hears of every change."""
    store, clock = platform.store, platform.clock
    estimates, sales_orders = Estimates(store, clock, emit), SalesOrders(store, clock, emit)
    purchase_orders, expenses = PurchaseOrders(store, clock, emit), Expenses(store, clock, emit)
    invoices = Invoices(store, clock, emit, estimates=estimates, sales_orders=sales_orders, expenses=expenses)
    return [
        ("GET", "/chartofaccounts", accounts.chart),
        ("GET", "/salespersons", Salespersons(store).listed),
        *Payments(invoices, emit).endpoints(),
        *(triple for handler in (estimates, sales_orders, purchase_orders, invoices) for triple in handler.endpoints()),
        *(
            triple
            for handler in (estimates, sales_orders, purchase_orders, invoices)
            for triple in handler.address_endpoints()
        ),
        *expenses.endpoints(),
    ]
