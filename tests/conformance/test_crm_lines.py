"""Documents of the CRM with their lines: reading costs a call for each changed one, writing keeps what is not ours."""

from __future__ import annotations

import secrets
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from syncdsl.adapters.protocol import Change, MovedOn, NewRecord, ObservationEnd, ObserveRequest, Page, Written
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.protocol import Outcome, Record
    from syncdsl.adapters.zoho_crm.connection import CrmConnection
    from syncdsl.schema.values import Fields, Row, Value

LINES = {
    "Quotes": "Quoted_Items",
    "Sales_Orders": "Ordered_Items",
    "Invoices": "Invoiced_Items",
    "Purchase_Orders": "Purchased_Items",
}


@pytest.fixture
def crm(sandbox: Sandbox) -> Iterator[CrmConnection]:
    """Return a connection to the CRM that has signed in."""
    with closing(cast("CrmConnection", sandbox.connect("crm"))) as connection:
        connection.identity()
        yield connection


def made(outcomes: Sequence[Outcome]) -> list[str]:
    assert all(isinstance(outcome, Written) for outcome in outcomes), outcomes
    return [outcome.id for outcome in outcomes if isinstance(outcome, Written)]


def word() -> str:
    return secrets.token_hex(6)


def products(crm: CrmConnection, number: int) -> list[Ref]:
    new = [NewRecord(fields={"Product_Name": word()}, key=None) for _ in range(number)]
    return [Ref("Products", one) for one in made(crm.create("Products", new, safe=False))]


def line(product: Ref, quantity: int, **more: Value) -> Row:
    price: Value = Decimal("2.50")
    return tuple(sorted({"Product_Name": product, "Quantity": Decimal(quantity), "List_Price": price, **more}.items()))


def document(crm: CrmConnection, module: str, *lines: Row, key: str | None = None) -> str:
    fields: Fields = {"Subject": word(), LINES[module]: lines}
    if module == "Purchase_Orders":
        [vendor] = made(crm.create("Vendors", [NewRecord(fields={"Vendor_Name": word()}, key=None)], safe=False))
        fields["Vendor_Name"] = Ref("Vendors", vendor)
    return made(crm.create(module, [NewRecord(fields=fields, key=key)], safe=key is not None))[0]


def rows(record: Record, name: str) -> list[dict[str, Any]]:
    held = record.fields[name]
    assert isinstance(held, tuple)
    return [dict(cast("Row", row)) for row in held]


def held_lines(crm: CrmConnection, module: str, identifier: str) -> list[dict[str, Any]]:
    return rows(crm.fetch(module, [identifier], [LINES[module]])[identifier], LINES[module])


@pytest.mark.parametrize("module", LINES)
def test_documents_are_read_with_their_lines(module: str, crm: CrmConnection) -> None:
    """Created, fetched, found by key and observed, a document has the lines it was made with, and each its own id."""
    first, second = products(crm, 2)
    key = word()
    identifier = document(crm, module, line(first, 2), line(second, 3, Description="ünï"), key=key)
    wanted = ("Subject", LINES[module], "Created_Time")
    fetched = crm.fetch(module, [identifier, "404", "no id"], wanted)
    assert set(fetched) == {identifier}
    lines = rows(fetched[identifier], LINES[module])
    assert [(row["Product_Name"], row["Quantity"], row["List_Price"]) for row in lines] == [
        (first, 2, Decimal("2.50")),
        (second, 3, Decimal("2.50")),
    ]
    assert lines[1]["Description"] == "ünï"
    assert len({row["id"] for row in lines}) == 2
    [found] = crm.find(module, "Syncdsl_Key", [key], wanted)[key]
    assert found.fields == fetched[identifier].fields
    pages = list(crm.observe(ObserveRequest(module=module, fields=wanted)))
    seen = {record.id: record for page in pages if isinstance(page, Page) for record in page.records}
    assert seen[identifier].fields == found.fields
    assert all(LINES[module] in record.fields for record in seen.values())


def test_only_changed_documents_cost_a_call_each(crm: CrmConnection, sandbox: Sandbox) -> None:
    """What is on file is not read again, by a sweep or from a cursor."""
    [product] = products(crm, 1)
    ids = [document(crm, "Quotes", line(product, number)) for number in (1, 2, 3)]
    sandbox.order("clock/advance", seconds=600)
    fields = ("Subject", "Quoted_Items")
    items = list(crm.observe(ObserveRequest(module="Quotes", fields=fields)))
    versions = {record.id: record.version for page in items if isinstance(page, Page) for record in page.records}
    end = items[-1]
    assert isinstance(end, ObservationEnd)
    made(crm.update("Quotes", [Change(id=ids[1], fields={"Subject": "edited"})]))
    for cursor in (None, end.cursor):
        seq = sandbox.calls()[-1]["seq"]
        again = list(crm.observe(ObserveRequest(module="Quotes", fields=fields, cursor=cursor, known=versions.get)))
        read = [record for page in again if isinstance(page, Page) for record in page.records]
        assert [record.id for record in read] == [ids[1]]
        assert rows(read[0], "Quoted_Items")[0]["Quantity"] == 2
        assert len([call for call in sandbox.calls(seq) if call["path"].endswith(ids[1])]) == 1
        assert len(sandbox.calls(seq)) <= -(-len(versions) // 200) + 3


def test_an_update_keeps_the_rows_that_stay_and_what_people_added_to_them(crm: CrmConnection, sandbox: Sandbox) -> None:
    """Lines are known by their product: one is changed, one taken out, one added; a discount given by hand stays."""
    first, second, third = products(crm, 3)
    identifier = document(crm, "Quotes", line(first, 1), line(second, 1))
    before = held_lines(crm, "Quotes", identifier)
    by_hand = {"id": identifier, "Quoted_Items": [{"id": before[0]["id"], "Discount": 1}]}
    crm._api.client.write("PUT", "/Quotes", body={"data": [by_hand]})
    sandbox.order("clock/advance", seconds=600)
    based = crm.fetch("Quotes", [identifier], ["Quoted_Items"])[identifier]
    fields: Fields = {"Quoted_Items": (line(first, 5), line(third, 7))}
    seq = sandbox.calls()[-1]["seq"]
    made(crm.update("Quotes", [Change(id=identifier, fields=fields, based_on=based)]))
    assert len(sandbox.calls(seq)) == 1
    after = held_lines(crm, "Quotes", identifier)
    assert [(row["Product_Name"], row["Quantity"]) for row in after] == [(first, 5), (third, 7)]
    assert after[0]["id"] == before[0]["id"]
    assert after[0]["Discount"] == 1


def test_an_update_without_a_base_reads_the_rows_first(crm: CrmConnection) -> None:
    """Rows that nobody told of would otherwise be kept beside the new ones."""
    first, second = products(crm, 2)
    identifier = document(crm, "Invoices", line(first, 1), line(second, 1))
    made(crm.update("Invoices", [Change(id=identifier, fields={"Invoiced_Items": (line(second, 4),)})]))
    assert [(row["Product_Name"], row["Quantity"]) for row in held_lines(crm, "Invoices", identifier)] == [(second, 4)]


def test_lines_that_others_changed_are_not_overwritten(crm: CrmConnection) -> None:
    """An edit of the lines stops an update of them; an edit elsewhere in the document does not."""
    [product] = products(crm, 1)
    ids = [document(crm, "Sales_Orders", line(product, 1)) for _ in range(2)]
    based = crm.fetch("Sales_Orders", ids, ["Ordered_Items"])
    row = rows(based[ids[0]], "Ordered_Items")[0]["id"]
    theirs = [
        {"id": ids[0], "Ordered_Items": [{"id": row, "Quantity": 9}]},
        {"id": ids[1], "Subject": "theirs"},
    ]
    crm._api.client.write("PUT", "/Sales_Orders", body={"data": theirs})
    fields: Fields = {"Ordered_Items": (line(product, 5),)}
    outcomes = crm.update("Sales_Orders", [Change(id=one, fields=fields, based_on=based[one]) for one in ids])
    assert [type(outcome) for outcome in outcomes] == [MovedOn, Written]
    assert [held_lines(crm, "Sales_Orders", one)[0]["Quantity"] for one in ids] == [9, 5]


def test_a_line_that_is_refused_refuses_its_document_alone(crm: CrmConnection) -> None:
    """A product that does not exist is a refusal of that document, with the field."""
    [product] = products(crm, 1)
    new = [
        NewRecord(fields={"Subject": word(), "Quoted_Items": (line(Ref("Products", one), 1),)}, key=None)
        for one in (product.id, "404")
    ]
    good, bad = crm.create("Quotes", new, safe=False)
    assert isinstance(good, Written)
    assert type(bad).__name__ == "Rejected"
