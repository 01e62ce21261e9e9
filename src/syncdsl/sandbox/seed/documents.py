"""Seeded documents of Books: what customers were offered, have ordered, owe and have paid, and what vendors deliver.

They are written through the handlers of the emulated calls, at the moments they are said to have happened at, so
that totals, numbers and statuses are what the API would have made of them. None carries a link or a key.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from syncdsl.sandbox.books import contact, item
from syncdsl.sandbox.books.documents.accounts import EXPENSE_ACCOUNTS, MONEY_ACCOUNTS
from syncdsl.sandbox.books.documents.estimates import Estimates
from syncdsl.sandbox.books.documents.expenses import Expenses
from syncdsl.sandbox.books.documents.handling import Documents
from syncdsl.sandbox.books.documents.invoices import Invoices
from syncdsl.sandbox.books.documents.payments import Payments
from syncdsl.sandbox.books.documents.purchase_orders import PurchaseOrders
from syncdsl.sandbox.books.documents.sales_orders import SalesOrders
from syncdsl.sandbox.books.taxes import TAXES
from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.organisation import BOOKS_ZONE, USERS
from syncdsl.sandbox.seed.crm import ANCHOR, DAYS
from syncdsl.sandbox.seed.invention import PRODUCTS, REMARKS
from syncdsl.sandbox.store import Record, Store

SHARE = 5
"""One document of each kind for so many accounts."""

MOST = 500
"""No more of each kind, however many accounts there are."""

OLDEST = 2_000
"""Customers, vendors and items are drawn from so many of the oldest."""

UNITS = ("Pieces", "Hours", "Box")
TRIPS = ("Train", "Hotel", "Taxi", "Fuel", "Parking", "Lunch with the customer")


@dataclass(slots=True)
class _Past:
    """A clock's source that stands at the moment of what is being written."""

    second: float = field(default_factory=ANCHOR.timestamp)

    def __call__(self) -> float:
        return self.second


class Desk:
    """Writes documents, each kind over the days before the anchor."""

    def __init__(self, store: Store, random: Random) -> None:
        self._store = store
        self._random = random
        self._past = _Past()
        clock = Clock(self._past)
        self.estimates = Estimates(store, clock)
        self.sales_orders = SalesOrders(store, clock)
        self.purchase_orders = PurchaseOrders(store, clock)
        self.expenses = Expenses(store, clock)
        self.invoices = Invoices(
            store, clock, estimates=self.estimates, sales_orders=self.sales_orders, expenses=self.expenses
        )
        self._payments = Payments(self.invoices)
        self._customers = self._oldest(contact.COLLECTION, "customer")
        self._vendors = self._oldest(contact.COLLECTION, "vendor")
        self._items = self._oldest(item.COLLECTION)

    def write(self, number: int) -> None:
        """Write so many documents of each kind; a sandbox of a few accounts has no vendors to order from."""
        handlers = (self.estimates, self.sales_orders, self.invoices, self.purchase_orders, self.expenses)
        for handler in (one for one in handlers if self._vendors or one is not self.purchase_orders):
            for index in range(number):
                self._past.second = ANCHOR.timestamp() - DAYS * 86_400 + index * DAYS * 80_000 // number
                self._write(handler)

    def _write(self, handler: Documents) -> None:
        random = self._random
        if handler is self.expenses:
            handler.add(self._expense(), "")
            return
        if handler is self.purchase_orders:
            record = handler.add(
                self._body("vendor_id", random.choice(self._vendors), "delivery_date", 14), handler.next_number()
            )
        else:
            last = {"estimates": "expiry_date", "salesorders": "shipment_date"}.get(handler.kind.resource, "")
            record = handler.add(
                self._body("customer_id", random.choice(self._customers), last, 30), handler.next_number()
            )
        self._follow(handler, record)

    def _follow(self, handler: Documents, record: Record) -> None:
        """Let a document go some of the ways it can go, up to a few hours later."""
        random = self._random
        paths = {
            "estimates": ((), ("sent",), ("sent",), ("sent", "accepted"), ("sent", "declined")),
            "salesorders": ((), ("open",), ("open",), ("open", "void")),
            "purchaseorders": ((), ("open",), ("open", "billed"), ("cancelled",)),
            "invoices": ((), ("sent",), ("sent",), ("sent",), ("sent", "void")),
        }[handler.kind.resource]
        chosen = random.choice(paths)
        for step in chosen:
            self._past.second += random.randint(60, 9_000)
            handler.move(record, handler.transition(f"status/{step}"))
        if handler is self.invoices and chosen == ("sent",):
            share = random.choice((0, 0, 0.5, 1))
            amount = round(float(record.document["total"]) * share, 2)
            if amount > 0:
                self._past.second += random.randint(60, 9_000)
                self._payments.record(self._payment(record, amount))

    def _body(self, partner_key: str, partner: str, last: str, days: int) -> dict[str, Any]:
        random = self._random
        today = self._today()
        body: dict[str, Any] = {
            partner_key: partner,
            "date": today.isoformat(),
            "reference_number": f"REF-{random.randint(1000, 9999)}" if random.random() < 0.6 else "",
            "notes": random.choice(REMARKS) if random.random() < 0.2 else "",
            "line_items": [self._line(bought=partner_key == "vendor_id") for _ in range(random.choice((1, 1, 2, 3)))],
        }
        if last and random.random() < 0.8:
            body[last] = (today + timedelta(days=days)).isoformat()
        if random.random() < 0.15:
            body["discount"] = random.choice(("5%", "10%", 12))
        if random.random() < 0.2:
            body["shipping_charge"] = random.choice((4.9, 12, 39.5))
        if partner_key == "customer_id" and random.random() < 0.5:
            body["salesperson_name"] = random.choice(USERS[:3]).full_name
        return body

    def _line(self, *, bought: bool) -> dict[str, Any]:
        random = self._random
        quantity = random.choice((1, 1, 2, 5, 7.5))
        # The seeded items are sold, not bought.
        if self._items and not bought and random.random() < 0.6:
            return {"item_id": random.choice(self._items), "quantity": quantity}
        return {
            "name": random.choice(PRODUCTS),
            "rate": random.randint(20, 4_000) + random.choice((0, 0.5, 0.95)),
            "quantity": quantity,
            "unit": random.choice(UNITS),
            "tax_id": random.choice((TAXES[0].id, TAXES[0].id, TAXES[1].id, "")),
        }

    def _expense(self) -> dict[str, Any]:
        random = self._random
        billed = random.random() < 0.6
        return {
            "account_id": random.choice(list(EXPENSE_ACCOUNTS)),
            "paid_through_account_id": random.choice(list(MONEY_ACCOUNTS)),
            "date": self._today().isoformat(),
            "amount": random.randint(8, 900) + random.choice((0, 0.4, 0.99)),
            "tax_id": random.choice((TAXES[0].id, "")),
            "is_inclusive_tax": True,
            "description": random.choice(TRIPS),
            "customer_id": random.choice(self._customers) if billed else "",
            "is_billable": billed and random.random() < 0.7,
        }

    def _payment(self, invoice: Record, amount: float) -> dict[str, Any]:
        return {
            "customer_id": invoice.document["partner_id"],
            "payment_mode": self._random.choice(("banktransfer", "cash", "creditcard")),
            "date": self._today().isoformat(),
            "amount": amount,
            "invoices": [{"invoice_id": str(invoice.id), "amount_applied": amount}],
        }

    def _today(self) -> date:
        return datetime.fromtimestamp(self._past.second, BOOKS_ZONE).date()

    def _oldest(self, collection: str, kind: str = "") -> list[str]:
        """Return the ids of the oldest active records of a collection, of all kinds or of one."""
        sql = (
            "SELECT id FROM record WHERE collection = ? AND (? = '' OR kind = ?) AND status = 'active'"
            " ORDER BY id LIMIT ?"
        )
        return [str(row[0]) for row in self._store.rows(sql, (collection, kind, kind, OLDEST))]


def seed_documents(store: Store, seed: int, accounts: int) -> None:
    """Write documents for seeded customers and vendors; draws of its own, so that nothing else is other for it."""
    desk = Desk(store, Random(f"documents {seed}"))
    desk.write(min(accounts // SHARE, MOST))
