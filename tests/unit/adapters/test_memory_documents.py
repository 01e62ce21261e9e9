"""The memory adapter gives documents their status, number and currency as their system would."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncdsl.adapters.memory import MemoryConnection, Store
from syncdsl.adapters.protocol import DocumentAction, Written
from syncdsl.schema.snapshot import read_snapshot
from syncdsl.schema.values import Ref

BOOKS = read_snapshot(Path(__file__).parents[3] / "rules" / "zoho" / "schema" / "books.json")


@pytest.fixture
def store() -> Store:
    """Return an empty organisation of the books."""
    return Store("books", BOOKS)


@pytest.mark.parametrize(
    ("module", "action", "status"),
    [
        ("invoices", DocumentAction.SEND, "sent"),
        ("invoices", DocumentAction.VOID, "void"),
        ("quotes", DocumentAction.ACCEPT, "accepted"),
        ("quotes", DocumentAction.DECLINE, "declined"),
        ("sales_orders", DocumentAction.SEND, "open"),
        ("sales_orders", DocumentAction.VOID, "void"),
        ("purchase_orders", DocumentAction.SEND, "open"),
        ("purchase_orders", DocumentAction.VOID, "cancelled"),
    ],
)
def test_an_action_brings_a_document_into_the_state_that_its_kind_has(
    store: Store, module: str, action: DocumentAction, status: str
) -> None:
    """Orders are sent by opening them, and a purchase order is voided by cancelling it."""
    made = store.insert(module, {})
    assert made.fields["status"] == "draft"
    outcome = MemoryConnection(store, connection="books").act(module, made.id, action)
    assert isinstance(outcome, Written)
    assert store.records[made.id].fields["status"] == status


def test_what_the_system_numbers_has_a_number(store: Store) -> None:
    """Nobody writes an invoice's number, and every invoice has one of its own, which an edit leaves as it is."""
    numbers = [store.insert("invoices", {}).fields["invoice_number"] for _ in range(3)]
    assert len(set(numbers)) == 3
    (first, *_) = store.living("invoices")
    assert store.edit("invoices", first.id, {"notes": "x"}).fields["invoice_number"] == numbers[0]


def test_a_record_is_in_the_currency_that_it_refers_to(store: Store) -> None:
    """The code beside the reference is the currency's; without a reference it is the base currency."""
    dollars = store.insert("currencies", {"currency_code": "USD"})
    customer = store.insert("customers", {"contact_name": "A"})
    assert customer.fields["currency_code"] == "EUR"
    changed = store.edit("customers", customer.id, {"currency_id": Ref("currencies", dollars.id)})
    assert changed.fields["currency_code"] == "USD"
