"""The Zoho CRM adapter conforms, over HTTP against the sandbox."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject
from syncdsl.adapters.conformance.suite import FRESH_SECONDS
from syncdsl.adapters.protocol import NewRecord, Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection
    from syncdsl.schema.values import Fields


class _OnCrm(ConformanceSuite):
    connection: Connection
    sandbox: Sandbox

    @pytest.fixture(autouse=True)
    def _open(self, sandbox: Sandbox) -> Iterator[None]:
        self.sandbox = sandbox
        self.connection = sandbox.connect("crm")
        yield
        self.connection.close()

    def connect(self) -> Connection:
        """Return the connection of this test."""
        return self.connection

    def settle(self) -> None:
        """Let time pass in the sandbox."""
        self.sandbox.order("clock/advance", seconds=FRESH_SECONDS)


class TestAccounts(_OnCrm):
    """Accounts conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="Accounts",
            minimal=lambda word: {"Account_Name": word},
            label="Description",
            second="Billing_City",
            samples={"Annual_Revenue": Decimal("1234567.89"), "Industry": "Storage Equipment", "Employees": 12},
        )


class TestDeals(_OnCrm):
    """Deals conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="Deals",
            minimal=lambda word: {"Deal_Name": word, "Stage": "Qualification"},
            label="Description",
            second="Next_Step",
            samples={"Amount": Decimal("0.07"), "Closing_Date": dt.date(2026, 2, 28)},
        )


class TestVendors(_OnCrm):
    """Vendors conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="Vendors",
            minimal=lambda word: {"Vendor_Name": word},
            label="Description",
            second="Street",
            samples={"Email": "a.b@example.com", "Phone": "+49 221 123", "Zip_Code": "50667"},
        )


def test_products_come_back_as_they_were_sent(sandbox: Sandbox) -> None:
    """A check box, several choices, a pick list of the organisation's own and quantities keep their values."""
    fields: Fields = {
        "Product_Name": secrets.token_hex(6),
        "Product_Kind": "Services",
        "Unit_Price": Decimal("0.10"),
        "Taxable": True,
        "Tax": ("VAT 0", "VAT 19"),
        "Qty_in_Stock": Decimal("2.5"),
    }
    with closing(sandbox.connect("crm")) as connection:
        [outcome] = connection.create("Products", [NewRecord(fields=fields, key=secrets.token_hex(6))], safe=True)
        assert isinstance(outcome, Written)
        held = connection.fetch("Products", [outcome.id], tuple(fields))[outcome.id].fields
    assert held == fields
