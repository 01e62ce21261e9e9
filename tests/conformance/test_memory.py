"""The memory adapter conforms, with the schema of a Books organisation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.conformance import ConformanceSuite, Subject
from syncdsl.adapters.memory import MemoryConnection, Store
from syncdsl.schema.snapshot import read_snapshot

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Connection
    from syncdsl.schema.values import Fields

SCHEMA = Path(__file__).parents[2] / "rules" / "zoho" / "schema" / "books.json"


class TestMemory(ConformanceSuite):
    """The store in memory conforms."""

    connection: MemoryConnection

    @pytest.fixture(autouse=True)
    def _open(self) -> None:
        self.connection = MemoryConnection(Store("organisation", read_snapshot(SCHEMA)), connection="memory")

    def connect(self) -> Connection:
        """Return the connection of this test."""
        return self.connection

    def restore(self, identifier: str) -> bool:
        """Undo a deletion in the store."""
        store = self.connection.store
        with store.lock:
            store.records[identifier] = replace(store.records[identifier], deleted=False, sequence=store.sequence + 1)
            store.sequence += 1
        return True

    def merge(self, survivor: str, merged: str) -> bool:
        """Delete a record and say what it was merged into."""
        self.connection.store.delete("customers", merged)
        self.connection.store.survivors[merged] = survivor
        return True

    def settle(self) -> None:
        """Versions count writes, so they are certain at once."""

    def subject(self) -> Subject:
        """Return the module under test."""
        return Subject(
            module="customers",
            minimal=lambda word: {"contact_name": word},
            label="notes",
            second="billing_address.city",
            samples={"phone": "+49 221 123", "billing_address.zip": "50667"},
        )

    def document(self) -> tuple[str, Fields]:
        """Return a new invoice."""
        return "invoices", {"customer_id": "customers-1", "line_items": ((("rate", 1),),)}
