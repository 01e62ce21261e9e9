"""The Zoho Books adapter conforms, over HTTP against the sandbox."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject
from syncdsl.adapters.protocol import NewRecord, Written
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection
    from syncdsl.schema.values import Fields


class _OnBooks(ConformanceSuite):
    connection: Connection

    @pytest.fixture(autouse=True)
    def _open(self, sandbox: Sandbox) -> Iterator[None]:
        self.connection = sandbox.connect("books")
        yield
        self.connection.close()

    def connect(self) -> Connection:
        """Return the connection of this test."""
        return self.connection

    def customer(self) -> Ref:
        """Return a customer made for one test."""
        new = NewRecord(fields={"contact_name": f"customer {secrets.token_hex(5)}"}, key=None)
        [outcome] = self.connection.create("customers", [new], safe=False)
        assert isinstance(outcome, Written)
        return Ref("customers", outcome.id)

    def invoice(self) -> Fields:
        """Return the fields of an invoice."""
        line = (("name", "Pump"), ("quantity", Decimal("1.5")), ("rate", Decimal("1200.10")))
        return {"customer_id": self.customer(), "line_items": (line,)}


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
        return "invoices", self.invoice()


class TestInvoices(_OnBooks):
    """Invoices conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="invoices",
            minimal=lambda word: {**self.invoice(), "reference_number": word},
            label="notes",
            second="terms",
        )
