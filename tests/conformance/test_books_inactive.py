"""What the Books adapter makes of inactive, deleted and merged records, and of searches, over HTTP."""

from __future__ import annotations

import secrets
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.conformance.weather import BOOKS

from syncdsl.adapters.protocol import (
    Change,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Outcome,
    Page,
    Rejected,
    Written,
)
from syncdsl.diagnostics import Fault
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox
    from tests.conformance.weather import Weather

    from syncdsl.adapters.zoho_books.connection import BooksConnection
    from syncdsl.schema.values import Fields


@pytest.fixture(scope="module")
def books(sandbox: Sandbox) -> Iterator[BooksConnection]:
    """Return a connection to Books that has signed in."""
    with closing(sandbox.connect("books")) as connection:
        connection.identity()
        yield cast("BooksConnection", connection)


def made(outcomes: list[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if isinstance(outcome, Written)]


def partner(books: BooksConnection, module: str = "customers", **fields: Any) -> str:
    new = NewRecord(fields={"contact_name": secrets.token_hex(6), **fields}, key=None)
    return made(books.create(module, [new], safe=False))[0]


def status(books: BooksConnection, module: str, identifier: str) -> object:
    return books.fetch(module, [identifier], ["status"])[identifier].fields.get("status")


def observed(books: BooksConnection, cursor: str | None, module: str = "customers") -> tuple[Page, ObservationEnd]:
    *items, end = books.observe(ObserveRequest(module=module, fields=("contact_name", "status"), cursor=cursor))
    assert isinstance(end, ObservationEnd)
    pages = [item for item in items if isinstance(item, Page)]
    return Page(
        records=tuple(record for page in pages for record in page.records),
        gone=tuple(one for page in pages for one in page.gone),
    ), end


@pytest.mark.parametrize("module", ["customers", "vendors", "items"])
def test_an_inactive_record_is_still_there(books: BooksConnection, module: str) -> None:
    """It is fetched, listed, found by its fields and updated, and becomes active again by an update."""
    name = secrets.token_hex(6)
    label = "name" if module == "items" else "contact_name"
    fields: Fields = {label: name, **({"rate": Decimal(1)} if module == "items" else {})}
    [identifier] = made(books.create(module, [NewRecord(fields=fields, key=None)], safe=False))
    for _ in range(2):
        assert made(books.deactivate(module, [identifier])) == [identifier]
        assert status(books, module, identifier) == "inactive"
    *pages, end = books.observe(ObserveRequest(module=module, fields=(label,)))
    assert isinstance(end, ObservationEnd)
    assert end.complete
    assert identifier in {record.id for page in pages if isinstance(page, Page) for record in page.records}
    assert [record.id for record in books.find(module, label, [name], [])[name]] == [identifier]
    assert [record.id for record in books.search(module, name, [], 5)] == [identifier]
    made(books.update(module, [Change(id=identifier, fields={"status": "active"})]))
    assert status(books, module, identifier) == "active"


def test_an_incremental_reading_shows_what_became_inactive(books: BooksConnection) -> None:
    """It is a change like any other, never an absence."""
    identifier = partner(books)
    _, end = observed(books, None)
    made(books.deactivate("customers", [identifier]))
    page, _ = observed(books, end.cursor)
    assert {record.id: record.fields["status"] for record in page.records}[identifier] == "inactive"
    assert page.gone == ()


def test_what_cannot_be_inactive_is_refused(books: BooksConnection) -> None:
    """Contact persons and documents know no such state, and a record that is not there has none."""
    for module in ("contact_persons", "invoices", "quotes", "taxes"):
        [outcome] = books.deactivate(module, ["1"])
        assert isinstance(outcome, Rejected)
        assert outcome.code == "NOT_SUPPORTED"
    there = partner(books)
    outcomes = books.deactivate("customers", ["999999999999999999", there])
    assert [type(outcome) for outcome in outcomes] == [Rejected, Written]


def test_a_partner_with_transactions_is_made_inactive_not_deleted(books: BooksConnection) -> None:
    """Books refuses to delete it, which is certain; inactive it can be."""
    customer = partner(books)
    line = (("name", "Pump"), ("quantity", Decimal(1)), ("rate", Decimal(10)))
    fields: Fields = {"customer_id": Ref("customers", customer), "line_items": (line,)}
    made(books.create("invoices", [NewRecord(fields=fields, key=None)], safe=False))
    [outcome] = books.delete("customers", [customer])
    assert isinstance(outcome, Rejected)
    assert status(books, "customers", customer) == "active"
    made(books.deactivate("customers", [customer]))
    assert status(books, "customers", customer) == "inactive"


def test_a_deletion_is_final_and_shows_as_absence(books: BooksConnection) -> None:
    """No list tells it: changes do not show it, a complete reading lacks it, and it cannot be read."""
    identifier = partner(books)
    _, end = observed(books, None)
    made(books.delete("customers", [identifier]))
    changes, later = observed(books, end.cursor)
    assert not later.complete
    assert changes.gone == ()
    whole, sweep = observed(books, None)
    assert sweep.complete
    assert identifier not in {record.id for record in whole.records}
    assert books.fetch("customers", [identifier], []) == {}


def test_a_merged_contact_has_no_survivor_as_it_is_still_there(books: BooksConnection) -> None:
    """Books keeps it and makes it inactive; the invoices of the master tell the rest."""
    master, other = partner(books), partner(books)
    line = (("name", "Pump"), ("quantity", Decimal(1)), ("rate", Decimal(10)))
    fields: Fields = {"customer_id": Ref("customers", other), "line_items": (line,)}
    [invoice] = made(books.create("invoices", [NewRecord(fields=fields, key=None)], safe=False))
    _, end = observed(books, None, "customers")
    answer: Any = books._api.write("POST", f"/contacts/{other}/merge", body={"master_contact_id": master})
    assert answer.status == 200
    assert books.survivors("customers", [other, master]) == {}
    page, _ = observed(books, end.cursor)
    assert {record.id: record.fields["status"] for record in page.records}[other] == "inactive"
    held = books.fetch("invoices", [invoice], ["customer_id"])[invoice].fields["customer_id"]
    assert held == Ref("customers", master)


def test_partners_are_searched_by_what_people_call_them(books: BooksConnection) -> None:
    """By parts of the name, of the company and of the primary person, of one module alone and not more than asked."""
    tag = "zq" + secrets.token_hex(4)
    one = partner(books, contact_name=f"The {tag} works")
    two = partner(books, company_name=f"{tag.upper()} Ltd")
    three = partner(books, first_name="Ada", last_name=f"{tag}son", email=f"{tag}@example.com")
    partner(books, "vendors", contact_name=f"{tag} vendor")
    partner(books, notes=f"knows {tag}")

    def search(text: str, limit: int = 10) -> set[str]:
        return {record.id for record in books.search("customers", text, ["contact_name"], limit)}

    assert search(tag) == {one, two, three}
    assert search(f"{tag} WORKS") == {one}
    assert search(f"ada {tag}son") <= {three}
    assert len(search(tag, 2)) == 2
    assert search(f"{tag}%") == set()
    [found] = books.search("customers", f"{tag} works", ["contact_name", "billing_address.city"], 5)
    assert found.fields == {"contact_name": f"The {tag} works"}
    with pytest.raises(Fault):
        books.search("contact_persons", tag, [], 5)
    assert [record.fields["currency_code"] for record in books.search("currencies", "eur", ["currency_code"], 5)] == [
        "EUR"
    ]


def test_a_lost_answer_to_making_inactive_is_in_doubt(faults: Weather) -> None:
    """Whether it happened is not known; asked again it counts as done."""
    books = faults.connect(BOOKS)
    [identifier] = made(books.create("customers", [NewRecord(fields={"contact_name": "doubt"}, key=None)], safe=False))
    faults.order(BOOKS, "drop_response", path="inactive$", count=1)
    [outcome] = books.deactivate("customers", [identifier])
    assert not isinstance(outcome, Written | Rejected)
    assert made(books.deactivate("customers", [identifier])) == [identifier]
    faults.order(BOOKS, "status", status=404, path="inactive$", count=1)
    assert made(books.deactivate("customers", [identifier])) == [identifier]
