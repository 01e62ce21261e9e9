"""The Zoho Books adapter conforms, over HTTP against the sandbox."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject
from syncdsl.adapters.protocol import Change, DocumentAction, NewRecord, Rejected, Written
from syncdsl.adapters.zoho_books.actions import TRANSITIONS
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection
    from syncdsl.adapters.zoho_books.connection import BooksConnection
    from syncdsl.schema.values import Fields


@pytest.fixture(scope="module")
def shared(sandbox: Sandbox) -> Iterator[Connection]:
    """Return the one connection of these tests: opening it costs more than most of them."""
    with closing(sandbox.connect("books")) as connection:
        yield connection


class _OnBooks(ConformanceSuite):
    connection: Connection
    sandbox: Sandbox

    @pytest.fixture(autouse=True)
    def _open(self, sandbox: Sandbox, shared: Connection) -> None:
        self.sandbox = sandbox
        self.connection = shared

    def connect(self) -> Connection:
        """Return the connection of this test."""
        return self.connection

    def settle(self) -> None:
        """Let the sandbox's clock go on instead of waiting."""
        self.sandbox.order("clock/advance", seconds=5)

    def partner(self, module: str) -> Ref:
        """Return a customer or vendor made for one test."""
        new = NewRecord(fields={"contact_name": f"{module} {secrets.token_hex(5)}"}, key=None)
        [outcome] = self.connection.create(module, [new], safe=False)
        assert isinstance(outcome, Written)
        return Ref(module, outcome.id)

    def sale(self) -> Fields:
        """Return the fields of a document for a customer."""
        line = (("name", "Pump"), ("quantity", Decimal("1.5")), ("rate", Decimal("1200.10")))
        return {"customer_id": self.partner("customers"), "line_items": (line,)}


class _Documents(_OnBooks):
    """What documents have in common."""

    steps: tuple[tuple[DocumentAction, str], ...] = ()
    """Actions, and the status each leads to, one after another."""

    def test_status_changes_are_done_once(self) -> None:
        """Each status change leads to its status, and asked for again it counts as done."""
        connection, subject = self.connection, self.subject()
        [made] = connection.create(subject.module, [NewRecord(fields=subject.minimal("w"), key=None)], safe=False)
        assert isinstance(made, Written)
        for action, status in self.steps:
            for _ in range(2):
                outcome = connection.act(subject.module, made.id, action)
                assert isinstance(outcome, Written), (action, outcome)
            held = connection.fetch(subject.module, [made.id], ("status",))[made.id]
            assert held.fields["status"] == status

    def test_what_a_document_cannot_become_is_refused(self) -> None:
        """An action that the kind of document does not know is refused without a call."""
        unknown = set(DocumentAction) - set(TRANSITIONS[self.subject().module])
        for action in sorted(unknown, key=lambda item: item.value):
            assert isinstance(self.connection.act(self.subject().module, "1", action), Rejected)


class TestCustomers(_OnBooks):
    """Customers conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="customers",
            minimal=lambda word: {"contact_name": word},
            label="notes",
            second="billing_address.city",
            samples={"phone": "+49 221 123", "email": "a.b@example.com", "billing_address.zip": "50667"},
        )

    def document(self) -> tuple[str, Fields]:
        """Return a new invoice."""
        return "invoices", self.sale()


class TestInvoices(_Documents):
    """Invoices conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="invoices",
            minimal=lambda word: {**self.sale(), "reference_number": word},
            label="notes",
            second="terms",
            samples={"zcrm_potential_id": "4000000000001", "zcrm_potential_name": "Pumps"},
        )

    steps = ((DocumentAction.SEND, "sent"), (DocumentAction.VOID, "void"))

    def document(self) -> tuple[str, Fields]:
        """Return a new invoice."""
        return "invoices", self.sale()

    def test_a_void_invoice_is_not_sent(self) -> None:
        """A refusal of a status change is certain."""
        [made] = self.connection.create("invoices", [NewRecord(fields=self.sale(), key=None)], safe=False)
        assert isinstance(made, Written)
        assert isinstance(self.connection.act("invoices", made.id, DocumentAction.VOID), Written)
        assert isinstance(self.connection.act("invoices", made.id, DocumentAction.SEND), Rejected)


class TestVendors(_OnBooks):
    """Vendors conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="vendors",
            minimal=lambda word: {"contact_name": word},
            label="notes",
            second="billing_address.city",
            samples={"status": "inactive", "mobile": "+49 170 1"},
        )


class TestQuotes(_Documents):
    """Quotes conform."""

    steps = (
        (DocumentAction.SEND, "sent"),
        (DocumentAction.ACCEPT, "accepted"),
        (DocumentAction.SEND, "accepted"),
        (DocumentAction.DECLINE, "declined"),
    )

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="quotes",
            minimal=lambda word: {**self.sale(), "reference_number": word},
            label="notes",
            second="terms",
            samples={"expiry_date": dt.date(2031, 1, 2), "zcrm_potential_id": "4000000000001"},
        )


class TestSalesOrders(_Documents):
    """Sales orders conform."""

    steps = ((DocumentAction.SEND, "open"), (DocumentAction.VOID, "void"))

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="sales_orders",
            minimal=lambda word: {**self.sale(), "reference_number": word},
            label="notes",
            second="terms",
            samples={"shipment_date": dt.date(2031, 1, 2), "zcrm_potential_id": "4000000000001"},
        )

    def document(self) -> tuple[str, Fields]:
        """Return a new sales order."""
        return "sales_orders", self.sale()


class TestPurchaseOrders(_Documents):
    """Purchase orders conform."""

    steps = ((DocumentAction.SEND, "open"), (DocumentAction.VOID, "cancelled"))

    def subject(self) -> Subject:
        """Return the module under test."""
        line = (("name", "Valve"), ("quantity", Decimal(2)), ("rate", Decimal("0.10")))
        return Subject(
            module="purchase_orders",
            minimal=lambda word: {
                "vendor_id": self.partner("vendors"),
                "line_items": (line,),
                "reference_number": word,
            },
            label="notes",
            second="terms",
            samples={"delivery_date": dt.date(2031, 1, 2)},
        )


class TestExpenses(_OnBooks):
    """Expenses conform."""

    def account(self, kind: str) -> str:
        """Return the id of an account of a kind."""
        api = cast("BooksConnection", self.connection)._api
        listed = api.read("GET", "/chartofaccounts", {}).data["chartofaccounts"]
        return next(str(account["account_id"]) for account in listed if account["account_type"] == kind)

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="expenses",
            minimal=lambda _word: {
                "account_id": self.account("expense"),
                "paid_through_account_id": self.account("cash"),
                "date": dt.date(2030, 1, 2),
                "amount": Decimal("12.50"),
            },
            label="description",
            second="reference_number",
            samples={"is_billable": False, "zcrm_potential_id": "4000000000001"},
        )


class TestItems(_OnBooks):
    """Items conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="items",
            minimal=lambda word: {"name": word, "rate": Decimal("12.50")},
            label="description",
            second="unit",
            samples={"product_type": "service", "is_taxable": False, "rate": Decimal("0.10"), "status": "inactive"},
        )

    def document(self) -> tuple[str, Fields]:
        """Return a new invoice."""
        return "invoices", self.sale()

    def test_a_state_is_changed_by_its_own_call(self) -> None:
        """An item made inactive, alone or with other fields, is inactive, and active again when it is told to be."""
        new = NewRecord(fields={"name": secrets.token_hex(5), "rate": Decimal(1), "status": "inactive"}, key=None)
        [outcome] = self.connection.create("items", [new], safe=False)
        assert isinstance(outcome, Written)
        for fields in ({"status": "active"}, {"status": "inactive", "unit": "pcs"}):
            [changed] = self.connection.update("items", [Change(id=outcome.id, fields=dict(fields))])
            assert isinstance(changed, Written)
            held = self.connection.fetch("items", [outcome.id], ("status", "unit"))[outcome.id].fields
            assert held.items() >= fields.items()

    def test_a_taken_sku_is_refused(self) -> None:
        """Two items never share a SKU; the refusal is certain."""
        sku = secrets.token_hex(5)
        made: list[Fields] = [{"name": secrets.token_hex(5), "rate": Decimal(1), "sku": sku} for _ in range(2)]
        outcomes = self.connection.create("items", [NewRecord(fields=one, key=None) for one in made], safe=False)
        assert [type(outcome) for outcome in outcomes] == [Written, Rejected]
