"""Custom fields of Books that are taken away: never taken for emptied, and told for few calls."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast

import httpx
import pytest

from syncdsl.adapters.protocol import (
    Change,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Page,
    Record,
    Rejected,
    Written,
)
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_books.connection import BooksConnection
    from syncdsl.schema.values import Fields

NAMES = ("contact_name", "cf_route", "notes")
ROUTE = {"entity": "contact", "label": "Route"}


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[BooksConnection]:
    """Return a connection to an organisation whose contacts have the field `cf_route`."""
    remove(sandbox)
    sandbox.order("books/custom-fields", **ROUTE)
    connection = sandbox.connect("books")
    yield cast("BooksConnection", connection)
    connection.close()
    remove(sandbox)


def remove(sandbox: Sandbox) -> None:
    """Take the field away."""
    httpx.delete(f"{sandbox.books_url}/_sandbox/books/custom-fields/contact/cf_route", trust_env=False)


def customer(books: BooksConnection, **fields: str) -> Record:
    """Create a customer."""
    sent: Fields = {"contact_name": secrets.token_hex(6), **fields}
    [outcome] = books.create("customers", [NewRecord(fields=sent, key=None)], safe=False)
    assert isinstance(outcome, Written)
    assert outcome.record is not None
    return outcome.record


def asked(sandbox: Sandbox, since: int) -> int:
    """Return how often the list of fields was read after a number of the ledger."""
    return sum(call["path"].endswith("/settings/fields") for call in sandbox.calls(since))


def last_call(sandbox: Sandbox) -> int:
    """Return the number of the last call."""
    return int(max((call["seq"] for call in sandbox.calls()), default=0))


def observed(books: BooksConnection, cursor: str | None) -> ObservationEnd:
    """Read the customers and return the end of the reading."""
    *_, end = books.observe(ObserveRequest(module="customers", fields=NAMES, cursor=cursor))
    assert isinstance(end, ObservationEnd)
    return end


@pytest.mark.parametrize("begins_anew", [True, False])
def test_a_reading_that_lacks_a_field_that_is_gone_ends(
    sandbox: Sandbox, books: BooksConnection, *, begins_anew: bool
) -> None:
    """Not one record is handed on without the field, whether everything is read or what changed."""
    cursor = None if begins_anew else observed(books, None).cursor
    customer(books, cf_route="North")
    remove(sandbox)
    handed_on: list[Page | ObservationEnd] = []
    with pytest.raises(Fault, match=r"SD707: .*`cf_route` any more"):
        handed_on.extend(books.observe(ObserveRequest(module="customers", fields=NAMES, cursor=cursor)))
    for page in handed_on:
        assert isinstance(page, Page)
        assert all("cf_route" in record.fields for record in page.records)


def test_a_reading_begun_anew_notices_though_nothing_lacks_it(sandbox: Sandbox, books: BooksConnection) -> None:
    """Where no record is handed on, the list of fields is read all the same, once."""
    known: dict[str, str | None] = {}
    for page in books.observe(ObserveRequest(module="customers", fields=NAMES)):
        if isinstance(page, Page):
            known.update({record.id: record.version for record in page.records})
    request = ObserveRequest(module="customers", fields=NAMES, known=known.get)
    before = last_call(sandbox)
    list(books.observe(request))
    assert asked(sandbox, before) >= 1
    remove(sandbox)
    with pytest.raises(Fault, match="SD707"):
        list(books.observe(request))


def test_what_lacks_nothing_asks_nothing(sandbox: Sandbox, books: BooksConnection) -> None:
    """Records that hold the field prove it, and fields that are not asked for do not matter."""
    filled, empty = customer(books, cf_route="North"), customer(books)
    before = last_call(sandbox)
    books.fetch("customers", [filled.id], NAMES)
    books.fetch("customers", [filled.id, empty.id], ("contact_name", "notes"))
    assert asked(sandbox, before) == 0
    found = books.fetch("customers", [filled.id, empty.id], NAMES)
    assert "cf_route" not in found[empty.id].fields
    assert asked(sandbox, before) == 1
    remove(sandbox)
    with pytest.raises(Fault, match="SD707"):
        books.fetch("customers", [filled.id], NAMES)


def test_nothing_is_found_by_a_field_that_is_gone(sandbox: Sandbox, books: BooksConnection) -> None:
    """That no record carries a value says so only while there is the field."""
    made = customer(books, cf_route="Far North")
    assert books.find("customers", "cf_route", ["Nowhere"], ()) == {}
    [found] = books.find("customers", "cf_route", ["Far North"], ())["Far North"]
    assert found.id == made.id
    remove(sandbox)
    with pytest.raises(Fault, match="SD707"):
        books.find("customers", "cf_route", ["Far North"], ())


def test_an_answer_that_lost_a_field_is_not_believed(sandbox: Sandbox, books: BooksConnection) -> None:
    """A write of another field is made; its answer is to be fetched, which tells what is missing."""
    made = customer(books, cf_route="North")
    [whole] = books.update("customers", [Change(id=made.id, fields={"notes": "one"}, based_on=made)])
    assert isinstance(whole, Written)
    assert whole.record is not None
    remove(sandbox)
    [cut] = books.update("customers", [Change(id=made.id, fields={"notes": "two"}, based_on=whole.record)])
    assert cut == Written(id=made.id)


def test_an_answer_without_what_the_write_emptied_is_believed(books: BooksConnection) -> None:
    """Emptying the field is no loss."""
    made = customer(books, cf_route="North")
    [emptied] = books.update("customers", [Change(id=made.id, fields={"cf_route": None}, based_on=made)])
    assert isinstance(emptied, Written)
    assert emptied.record is not None
    assert "cf_route" not in emptied.record.fields


def test_a_write_to_a_field_that_is_gone_is_refused(sandbox: Sandbox, books: BooksConnection) -> None:
    """It is refused for the field, not put off as if somebody had emptied it."""
    made = customer(books, cf_route="North")
    remove(sandbox)
    [refused] = books.update("customers", [Change(id=made.id, fields={"cf_route": "South"}, based_on=made)])
    assert isinstance(refused, Rejected)
    assert refused.field == "cf_route"
