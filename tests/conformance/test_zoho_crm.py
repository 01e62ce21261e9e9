"""The Zoho CRM adapter conforms, over HTTP against the sandbox."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Connection


class _OnCrm(ConformanceSuite):
    connection: Connection

    @pytest.fixture(autouse=True)
    def _open(self, sandbox: Sandbox) -> Iterator[None]:
        self.connection = sandbox.connect("crm")
        yield
        self.connection.close()

    def connect(self) -> Connection:
        """Return the connection of this test."""
        return self.connection


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
