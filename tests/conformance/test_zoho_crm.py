"""The Zoho CRM adapter conforms, over HTTP against the sandbox."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject
from syncdsl.adapters.conformance.grounds import FRESH_SECONDS
from syncdsl.adapters.protocol import NewRecord, Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection
    from syncdsl.adapters.zoho_crm.connection import CrmConnection
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

    def restore(self, identifier: str) -> bool:
        """Restore a record from the recycle bin."""
        self.post(f"/settings/recycle_bin/{identifier}/actions/restore", None)
        return True

    def merge(self, survivor: str, merged: str) -> bool:
        """Merge two records."""
        order = {"merge": [{"data": [{"id": merged}]}]}
        self.post(f"/{self.subject().module}/{survivor}/actions/merge", order)
        return True

    def post(self, path: str, body: object) -> None:
        """Make a call that has to succeed."""
        answer = cast("CrmConnection", self.connection)._api.client.write("POST", path, body=body)
        assert cast("Any", answer).status in {200, 201}, answer


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


class TestContacts(_OnCrm):
    """Contacts conform."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="Contacts",
            minimal=lambda word: {"First_Name": "Kit", "Last_Name": word},
            label="Description",
            second="Mailing_City",
            samples={"Email": "a.b@example.com", "Phone": "+49 221 123", "Email_Opt_Out": True},
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


class TestProducts(_OnCrm):
    """Products conform, which can be inactive and cannot be merged."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="Products",
            minimal=lambda word: {"Product_Name": word, "Product_Active": True},
            label="Description",
            second="Product_Code",
            samples={"Unit_Price": Decimal("0.10")},
        )

    def merge(self, survivor: str, merged: str) -> bool:
        """Do nothing: the CRM merges no products."""
        del survivor, merged
        return False


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
