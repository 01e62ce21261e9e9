"""The Zoho Books adapter conforms, over HTTP against the sandbox."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject
from syncdsl.adapters.protocol import Change, NewRecord, Rejected, Written
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
        return "invoices", self.invoice()

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
