"""How many calls the Zoho Books adapter makes, counted by the sandbox's ledger, and what it concludes from them."""

from __future__ import annotations

import datetime as dt
import secrets
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from syncdsl.adapters.protocol import Change, MovedOn, NewRecord, ObservationEnd, ObserveRequest, Page, Record, Written
from syncdsl.adapters.zoho_books import api
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_books.connection import BooksConnection
    from syncdsl.schema.values import Fields

LISTED = ("customers", "vendors", "items", "quotes", "sales_orders", "invoices", "purchase_orders", "expenses")
SHORT = ("currencies", "taxes")
QUIET_SECONDS = 600


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[BooksConnection]:
    """Return a connection to Books whose records are all older than any overlap."""
    connection = sandbox.connect("books")
    sandbox.order("clock/advance", seconds=QUIET_SECONDS)
    yield cast("BooksConnection", connection)
    connection.close()


class Reading:
    """What one observation came to, and the calls it made."""

    def __init__(self, sandbox: Sandbox, books: BooksConnection, module: str, *fields: str, **more: Any) -> None:
        before = last_call(sandbox)
        items = list(books.observe(ObserveRequest(module=module, fields=fields, **more)))
        self.calls = sandbox.calls(before)
        self.records: dict[str, Record] = {}
        self.unchanged: set[str] = set()
        for page in items[:-1]:
            assert isinstance(page, Page)
            self.records |= {record.id: record for record in page.records}
            self.unchanged |= set(page.unchanged)
        assert isinstance(items[-1], ObservationEnd)
        self.end = items[-1]

    @property
    def versions(self) -> dict[str, str | None]:
        """The version of each record read."""
        return {identifier: record.version for identifier, record in self.records.items()}

    @property
    def details(self) -> list[str]:
        """The ids of records read one by one."""
        return [call["path"].rpartition("/")[2] for call in self.calls if call["path"].count("/") > 3]


def last_call(sandbox: Sandbox) -> int:
    return int(max((call["seq"] for call in sandbox.calls()), default=0))


def customers(books: BooksConnection, number: int, **fields: Any) -> list[str]:
    made = []
    for _ in range(number):
        new = NewRecord(fields={"contact_name": secrets.token_hex(6), **fields}, key=None)
        [outcome] = books.create("customers", [new], safe=False)
        assert isinstance(outcome, Written)
        made.append(outcome.id)
    return made


@pytest.mark.parametrize("module", LISTED)
def test_a_quiet_incremental_reading_costs_one_call(module: str, books: BooksConnection, sandbox: Sandbox) -> None:
    """However many records there are."""
    first = Reading(sandbox, books, module)
    again = Reading(sandbox, books, module, cursor=first.end.cursor, known=first.versions.get)
    assert first.end.complete
    assert len(again.calls) == 1
    assert not again.records
    assert not again.end.complete or not first.records


@pytest.mark.parametrize("module", SHORT)
def test_short_lists_are_read_whole(module: str, books: BooksConnection, sandbox: Sandbox) -> None:
    first = Reading(sandbox, books, module)
    again = Reading(sandbox, books, module, cursor=first.end.cursor, known=first.versions.get)
    assert len(again.calls) == 1
    assert again.end.complete
    assert again.unchanged == set(first.records)


def test_a_quiet_sweep_costs_its_pages(
    books: BooksConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers(books, 25)
    sandbox.order("clock/advance", seconds=QUIET_SECONDS)
    first = Reading(sandbox, books, "customers", "billing_address.city")
    monkeypatch.setattr(api, "PER_PAGE", 10)
    sweep = Reading(sandbox, books, "customers", "billing_address.city", known=first.versions.get)
    assert sweep.end.complete
    assert sweep.unchanged == set(first.records)
    assert len(sweep.calls) <= -(-len(first.records) // 10) + 2
    later = Reading(sandbox, books, "customers", "billing_address.city", cursor=sweep.end.cursor)
    assert len(later.calls) == 1


def test_a_changed_row_costs_one_detail(
    books: BooksConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the changes fill more than a page, and none is missed."""
    ids = customers(books, 25)
    sandbox.order("clock/advance", seconds=QUIET_SECONDS)
    first = Reading(sandbox, books, "customers", "notes")
    changed = ids[3:17]
    for identifier in changed:
        books.update("customers", [Change(id=identifier, fields={"notes": "changed"})])
    sandbox.order("clock/advance", seconds=5)
    monkeypatch.setattr(api, "PER_PAGE", 10)
    later = Reading(sandbox, books, "customers", "notes", cursor=first.end.cursor, known=first.versions.get)
    assert set(later.records) == set(changed)
    assert sorted(later.details) == sorted(changed)
    assert len(later.calls) <= len(changed) + 2 + 1
    again = Reading(sandbox, books, "customers", "notes", cursor=later.end.cursor, known=later.versions.get)
    assert not again.details


def test_changes_behind_a_quiet_front_end_the_reading_there(
    books: BooksConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many records of one second, as an import makes them, are not listed again for one change."""
    ids = customers(books, 30)
    sandbox.order("clock/advance", seconds=QUIET_SECONDS)
    monkeypatch.setattr(api, "PER_PAGE", 5)
    first = Reading(sandbox, books, "customers")
    for identifier in ids[:7]:
        books.update("customers", [Change(id=identifier, fields={"website": "example.com"})])
    sandbox.order("clock/advance", seconds=5)
    later = Reading(sandbox, books, "customers", cursor=first.end.cursor)
    assert set(later.records) == set(ids[:7])
    assert len(later.calls) == 2 + 1


def test_a_deletion_shows_in_a_sweep_only(books: BooksConnection, sandbox: Sandbox) -> None:
    [identifier] = customers(books, 1)
    first = Reading(sandbox, books, "customers")
    assert books.delete("customers", [identifier]) == [Written(id=identifier)]
    assert books.delete("customers", [identifier]) == [Written(id=identifier)]
    later = Reading(sandbox, books, "customers", cursor=first.end.cursor, known=first.versions.get)
    assert not later.end.complete
    sweep = Reading(sandbox, books, "customers", known=first.versions.get)
    assert sweep.end.complete
    assert identifier not in {*sweep.records, *sweep.unchanged}
    assert books.fetch("customers", [identifier], ()) == {}


def test_a_cursor_stays_behind_the_servers_clock(books: BooksConnection, sandbox: Sandbox) -> None:
    customers(books, 1)
    end = Reading(sandbox, books, "customers").end
    assert end.cursor is not None
    assert end.cursor[:19] <= (end.server_time.isoformat())[:19]
    assert (end.server_time.timestamp() - books.capabilities.overlap_seconds) >= _stamp(end.cursor)


def _stamp(cursor: str) -> float:
    return dt.datetime.fromisoformat(cursor.split(" ", maxsplit=1)[0]).timestamp()


def observed(books: BooksConnection, sandbox: Sandbox, module: str, *fields: str) -> dict[str, Record]:
    sandbox.order("clock/advance", seconds=QUIET_SECONDS)
    return Reading(sandbox, books, module, *fields).records


def test_updates_of_what_was_observed_cost_one_call_each(books: BooksConnection, sandbox: Sandbox) -> None:
    """And one list call for all of them; it shows which record another person changed meanwhile."""
    ids = customers(books, 12, notes="before")
    records = observed(books, sandbox, "customers", "contact_name", "notes", "website")
    theirs, other = ids[4], ids[5]
    direct = books._api
    direct.write("PUT", f"/contacts/{theirs}", body={"notes": "theirs"})
    direct.write("PUT", f"/contacts/{other}", body={"website": "example.com"})
    before = last_call(sandbox)
    outcomes = {
        identifier: books.update(
            "customers", [Change(id=identifier, fields={"notes": "ours"}, based_on=records[identifier])]
        )[0]
        for identifier in ids
    }
    calls = sandbox.calls(before)
    assert {identifier for identifier, outcome in outcomes.items() if isinstance(outcome, MovedOn)} == {theirs}
    assert len([call for call in calls if call["method"] == "PUT"]) == 11
    assert len([call for call in calls if call["method"] == "GET"]) == 1 + 2
    held = books.fetch("customers", ids, ("notes", "website"))
    assert {held[identifier].fields["notes"] for identifier in ids if identifier != theirs} == {"ours"}
    assert held[theirs].fields["notes"] == "theirs"
    assert held[other].fields["website"] == "example.com"


def test_a_deleted_record_has_moved_on(books: BooksConnection, sandbox: Sandbox) -> None:
    [identifier] = customers(books, 1)
    records = observed(books, sandbox, "customers", "contact_name", "notes")
    books.delete("customers", [identifier])
    change = Change(id=identifier, fields={"notes": "ours"}, based_on=records[identifier])
    assert books.update("customers", [change]) == [MovedOn()]


def test_lists_are_read_just_before_they_are_written(books: BooksConnection, sandbox: Sandbox) -> None:
    """A contact person that another one added after the list call stays."""
    first, second = customers(books, 2, email="ours@example.com")
    records = observed(books, sandbox, "customers", "contact_name", "email", "notes")
    books.update("customers", [Change(id=second, fields={"notes": "x"}, based_on=records[second])])
    detail = books._reader.detail(books._api.module("customers")[0], first)[0]
    assert detail is not None
    theirs = {"first_name": "Theirs", "email": "theirs@example.com"}
    books._api.write("PUT", f"/contacts/{first}", body={"contact_persons": [*detail["contact_persons"], theirs]})
    [outcome] = books.update(
        "customers", [Change(id=first, fields={"email": "new@example.com"}, based_on=records[first])]
    )
    assert isinstance(outcome, Written)
    detail = books._reader.detail(books._api.module("customers")[0], first)[0]
    assert detail is not None
    assert [person["email"] for person in detail["contact_persons"]] == ["new@example.com", "theirs@example.com"]


def test_documents_keep_their_lines_through_an_update(books: BooksConnection, sandbox: Sandbox) -> None:
    """Quotes need no reading for it, invoices do: their lines have to be sent again."""
    [customer] = customers(books, 1)
    fields: Fields = {
        "customer_id": books._reader.fetch("customers", [customer], ())[customer].id,
        "line_items": ((("name", "Pump"), ("rate", Decimal("5.10"))), (("name", "Valve"), ("rate", Decimal(2)))),
    }
    for module, reads in (("quotes", 0), ("sales_orders", 0), ("invoices", 1)):
        [made] = books.create(module, [NewRecord(fields=fields, key=None)], safe=False)
        assert isinstance(made, Written)
        records = observed(books, sandbox, module, "customer_id", "notes", "zcrm_potential_id", "line_items")
        based = records[made.id]
        before = last_call(sandbox)
        change = Change(id=made.id, fields={"notes": "n", "zcrm_potential_id": "77"}, based_on=based)
        assert isinstance(books.update(module, [change])[0], Written)
        gets = [call for call in sandbox.calls(before) if call["method"] == "GET"]
        assert len(gets) == 1 + reads
        held = books.fetch(module, [made.id], ("line_items", "notes", "zcrm_potential_id"))[made.id]
        assert held.fields["line_items"] == based.fields["line_items"]
        assert held.fields["zcrm_potential_id"] == "77"
        found = books.find(module, "zcrm_potential_id", ["77"], ("notes",))["77"]
        assert made.id in {record.id for record in found}
        assert isinstance(
            books.update(module, [Change(id=made.id, fields={"zcrm_potential_id": None}, based_on=held)])[0], Written
        )
        assert books.fetch(module, [made.id], ("zcrm_potential_id",))[made.id].fields == {}


def test_a_page_without_some_of_its_rows_proves_nothing(
    books: BooksConnection, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read again; when it stays so, nothing is taken for absent and the cursor stays where it was."""
    customers(books, 12)
    monkeypatch.setattr(api, "PER_PAGE", 5)
    first = Reading(sandbox, books, "customers")
    fault = {"kind": "truncated_page", "system": "books", "method": "GET", "path": "/contacts$"}
    sandbox.order("faults", **fault, count=1)
    assert Reading(sandbox, books, "customers", known=first.versions.get).end.complete
    sandbox.order("faults", **fault)
    try:
        sweep = Reading(sandbox, books, "customers", known=first.versions.get)
        later = Reading(sandbox, books, "customers", cursor="2024-01-01T00:00:00+00:00", known=first.versions.get)
    finally:
        httpx.delete(f"{sandbox.crm_url}/_sandbox/faults", trust_env=False).raise_for_status()
    assert not sweep.end.complete
    assert sweep.end.cursor is None
    assert not later.end.complete
    assert later.end.cursor == "2024-01-01T00:00:00+00:00"


@pytest.mark.parametrize("module", ["customers", "invoices"])
def test_a_key_is_found_while_the_index_lags(module: str, books: BooksConnection, sandbox: Sandbox) -> None:
    """A search that does not know the latest writes yet must not make a create come twice."""
    [customer] = customers(books, 1)
    line = (("name", "Pump"), ("rate", Decimal(5)))
    fields: Fields = {"contact_name": secrets.token_hex(6)}
    if module == "invoices":
        fields = {"customer_id": Ref("customers", customer), "line_items": (line,)}
    sandbox.order("faults", kind="index_lag", system="books", seconds=60)
    try:
        key = secrets.token_hex(8)
        [made] = books.create(module, [NewRecord(fields=fields, key=key)], safe=True)
        assert isinstance(made, Written)
        found = books.find(module, "cf_syncdsl_key", [key, secrets.token_hex(8)], ())
    finally:
        httpx.delete(f"{sandbox.crm_url}/_sandbox/faults", trust_env=False).raise_for_status()
    assert {value: [record.id for record in records] for value, records in found.items()} == {key: [made.id]}
