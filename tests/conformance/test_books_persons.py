"""Contact persons of Books as records of their own, over HTTP against the sandbox."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from tests.conformance.weather import BOOKS

from syncdsl.adapters.protocol import (
    Change,
    MovedOn,
    NewRecord,
    ObservationEnd,
    ObserveRequest,
    Page,
    Record,
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

PERSONS = "contact_persons"
FIELDS = ("contact_id", "first_name", "last_name", "email", "is_primary_contact")


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[BooksConnection]:
    """Return a connection to Books."""
    connection = sandbox.connect("books")
    yield cast("BooksConnection", connection)
    connection.close()


def contact(books: BooksConnection, module: str = "customers", **fields: Any) -> Ref:
    new = NewRecord(fields={"contact_name": secrets.token_hex(6), **fields}, key=None)
    [outcome] = books.create(module, [new], safe=True)
    assert isinstance(outcome, Written)
    return Ref(module, outcome.id)


def person(books: BooksConnection, parent: Ref, name: str = "Ann", **fields: Any) -> str:
    new = NewRecord(
        fields={"contact_id": parent, "first_name": name, "email": f"{secrets.token_hex(6)}@example.com", **fields},
        key=None,
    )
    [outcome] = books.create(PERSONS, [new], safe=True)
    assert isinstance(outcome, Written)
    return outcome.id


class Seen:
    """What an observation of contact persons came to."""

    def __init__(self, sandbox: Sandbox, books: BooksConnection, before: Seen | None = None, **more: Any) -> None:
        self.filed: dict[str, Record] = dict(before.filed) if before else {}
        seq = max((call["seq"] for call in sandbox.calls()), default=0)
        request = ObserveRequest(
            module=PERSONS,
            fields=FIELDS,
            known=lambda item: self.filed[item].version if item in self.filed else None,
            children=self.children,
            **more,
        )
        pages = list(books.observe(request))
        self.calls = sandbox.calls(seq)
        self.records: dict[str, Record] = {}
        self.unchanged: set[str] = set()
        self.gone: set[str] = set()
        for page in pages[:-1]:
            assert isinstance(page, Page)
            self.records |= {record.id: record for record in page.records}
            self.unchanged |= set(page.unchanged)
            self.gone |= set(page.gone)
        assert isinstance(pages[-1], ObservationEnd)
        self.end = pages[-1]
        self.filed |= self.records

    def children(self, parent: str) -> list[str]:
        """Return the persons on file below a contact."""
        return [item for item, record in self.filed.items() if cast("Ref", record.fields["contact_id"]).id == parent]


def test_a_person_is_created_read_changed_and_deleted(books: BooksConnection) -> None:
    """Each by a call of its own, and the contact's other persons are not touched."""
    parent = contact(books, email="first@example.com")
    identifier = person(books, parent, last_name="Łódź")
    held = books.fetch(PERSONS, [identifier, "404"], FIELDS)
    assert set(held) == {identifier}
    assert held[identifier].fields["contact_id"] == parent
    assert held[identifier].fields["last_name"] == "Łódź"
    change = Change(id=identifier, fields={"last_name": None, "phone": "1"}, based_on=held[identifier])
    assert isinstance(books.update(PERSONS, [change])[0], Written)
    after = books.fetch(PERSONS, [identifier], ("last_name", "phone", "first_name"))[identifier]
    assert after.fields == {"first_name": "Ann", "phone": "1"}
    assert books.delete(PERSONS, [identifier]) == [Written(id=identifier)]
    assert books.delete(PERSONS, [identifier]) == [Written(id=identifier)]
    assert [item.fields["email"] for item in books.find(PERSONS, "contact_id", [parent], ("email",))[parent]] == [
        "first@example.com"
    ]


def test_a_person_that_changed_meanwhile_is_left_alone(books: BooksConnection) -> None:
    identifier = person(books, contact(books))
    held = books.fetch(PERSONS, [identifier], FIELDS)[identifier]
    books.update(PERSONS, [Change(id=identifier, fields={"first_name": "Theirs"})])
    change = Change(id=identifier, fields={"first_name": "Ours"}, based_on=held)
    assert books.update(PERSONS, [change]) == [MovedOn()]
    books.delete(PERSONS, [identifier])
    assert books.update(PERSONS, [change]) == [MovedOn()]
    assert isinstance(books.update(PERSONS, [Change(id=identifier, fields={"first_name": "Ours"})])[0], Rejected)


def test_the_primary_person_is_replaced_and_never_steps_down(books: BooksConnection) -> None:
    parent = contact(books, email="first@example.com")
    identifier = person(books, parent, is_primary_contact=True)
    found = books.find(PERSONS, "contact_id", [parent], FIELDS)[parent]
    assert {record.id for record in found if record.fields["is_primary_contact"]} == {identifier}
    down = Change(id=identifier, fields={"is_primary_contact": False})
    assert isinstance(books.update(PERSONS, [down])[0], Rejected)
    other = next(record.id for record in found if record.id != identifier)
    assert isinstance(books.update(PERSONS, [Change(id=other, fields={"is_primary_contact": True})])[0], Written)
    found = books.find(PERSONS, "contact_id", [parent], FIELDS)[parent]
    assert {record.id for record in found if record.fields["is_primary_contact"]} == {other}


def test_persons_are_looked_up_by_their_contact(books: BooksConnection) -> None:
    """By anything else a look-up would miss some, so it is refused."""
    parent, vendor, empty = contact(books), contact(books, "vendors"), contact(books)
    mine, theirs = person(books, parent), person(books, vendor)
    found = books.find(PERSONS, "contact_id", [parent, vendor, empty], FIELDS)
    assert {value: [record.id for record in records] for value, records in found.items()} == {
        parent: [mine],
        vendor: [theirs],
    }
    assert found[vendor][0].fields["contact_id"] == vendor
    with pytest.raises(Fault) as caught:
        books.find(PERSONS, "email", ["a@b.example"], ())
    assert caught.value.code.id == "SD707"


def test_persons_are_observed_through_their_contacts(books: BooksConnection, sandbox: Sandbox) -> None:
    """A changed contact costs one detail, a quiet module none, and a person that is gone is told."""
    parent, other = contact(books), contact(books)
    ann, bob, cyd = person(books, parent), person(books, parent, "Bob"), person(books, other, "Cyd")
    sandbox.order("clock/advance", seconds=600)
    first = Seen(sandbox, books)
    assert first.end.complete
    assert {ann, bob, cyd} <= set(first.records)
    quiet = Seen(sandbox, books, first, cursor=first.end.cursor)
    assert (len(quiet.calls), quiet.records, quiet.gone) == (1, {}, set())
    sweep = Seen(sandbox, books, first)
    assert sweep.end.complete
    assert sweep.unchanged == set(first.records)
    assert {call["path"] for call in sweep.calls} == {"/books/v3/contacts"}
    books.delete(PERSONS, [bob])
    books.update(PERSONS, [Change(id=ann, fields={"first_name": "Anna"})])
    sandbox.order("clock/advance", seconds=5)
    later = Seen(sandbox, books, first, cursor=first.end.cursor)
    assert later.gone == {bob}
    assert {item: record.fields["first_name"] for item, record in later.records.items()} == {ann: "Anna"}
    assert len(later.calls) == 2


def test_a_contact_read_for_itself_is_not_read_again_for_its_persons(books: BooksConnection, sandbox: Sandbox) -> None:
    parent = contact(books)
    person(books, parent)
    sandbox.order("clock/advance", seconds=600)
    first = Seen(sandbox, books)
    list(books.observe(ObserveRequest(module="customers", fields=("notes",))))
    books.update("customers", [Change(id=parent.id, fields={"notes": "x"})])
    sandbox.order("clock/advance", seconds=5)
    list(books.observe(ObserveRequest(module="customers", fields=("notes",), cursor=first.end.cursor)))
    later = Seen(sandbox, books, first, cursor=first.end.cursor)
    assert len(later.records) == 1
    assert len(later.calls) == 1


def test_updates_of_observed_persons_cost_one_call(books: BooksConnection, sandbox: Sandbox) -> None:
    ids = [person(books, contact(books)) for _ in range(3)]
    sandbox.order("clock/advance", seconds=600)
    first = Seen(sandbox, books)
    seq = max(call["seq"] for call in sandbox.calls())
    changes = [Change(id=item, fields={"last_name": "New"}, based_on=first.records[item]) for item in ids]
    assert all(isinstance(outcome, Written) for outcome in books.update(PERSONS, changes))
    assert [call["method"] for call in sandbox.calls(seq)] == ["GET", "PUT", "PUT", "PUT"]


def test_persons_we_wrote_are_not_read_again_before_a_sweep(books: BooksConnection, sandbox: Sandbox) -> None:
    """One of fifty is checked; a contact with another person that was not written is read."""
    ids = [person(books, contact(books)) for _ in range(4)]
    shared = contact(books)
    ids += [person(books, shared), person(books, shared, "Other")]
    sandbox.order("clock/advance", seconds=600)
    first = Seen(sandbox, books)
    written = ids[:5]
    changes = [Change(id=item, fields={"last_name": "New"}, based_on=first.filed[item]) for item in written]
    for outcome in books.update(PERSONS, changes):
        assert isinstance(outcome, Written)
        assert outcome.record is not None
        first.filed[outcome.id] = outcome.record
    sandbox.order("clock/advance", seconds=5)
    later = Seen(sandbox, books, first, cursor=first.end.cursor)
    assert len(later.calls) == 1 + 2
    assert {record.fields["last_name"] for item, record in later.records.items() if item in written} == {"New"}
    assert len(later.unchanged & set(written)) == 3
    sweep = Seen(sandbox, books, later)
    assert len([call for call in sweep.calls if call["path"].count("/") > 3]) == 3
    assert {sweep.filed[item].fields["last_name"] for item in written} == {"New"}


def test_edits_behind_our_writes_of_persons_are_found_out(books: BooksConnection, sandbox: Sandbox) -> None:
    """A workflow that edits every person we write; and a later edit of one alone."""
    ids = [person(books, contact(books)) for _ in range(4)]
    sandbox.order("clock/advance", seconds=600)
    first = Seen(sandbox, books)
    httpx.put(f"{sandbox.crm_url}/_sandbox/clock", json={"frozen": True}, trust_env=False).raise_for_status()
    try:
        for item in ids:
            change = Change(id=item, fields={"last_name": "New"}, based_on=first.filed[item])
            [outcome] = books.update(PERSONS, [change])
            assert isinstance(outcome, Written)
            assert outcome.record is not None
            first.filed[item] = outcome.record
        parents = {item: cast("Ref", first.filed[item].fields["contact_id"]).id for item in ids}
        for item in ids:
            body = {"contact_id": parents[item], "first_name": "Workflow"}
            books._api.write("PUT", f"/contacts/contactpersons/{item}", body=body)
        later = Seen(sandbox, books, first, cursor=first.end.cursor)
        assert {later.records[item].fields["first_name"] for item in ids} == {"Workflow"}
        sandbox.order("clock/advance", seconds=5)
        body = {"contact_id": parents[ids[0]], "first_name": "Theirs"}
        books._api.write("PUT", f"/contacts/contactpersons/{ids[0]}", body=body)
        last = Seen(sandbox, books, first, cursor=first.end.cursor)
        assert last.records[ids[0]].fields["first_name"] == "Theirs"
    finally:
        httpx.put(f"{sandbox.crm_url}/_sandbox/clock", json={"frozen": False}, trust_env=False).raise_for_status()


def test_what_a_contact_has_of_its_own_never_hides_what_is_written(faults: Weather) -> None:
    """A telephone number that was entered at the contact itself is replaced every time, not only the first."""
    books = faults.connect(BOOKS)
    identifier = faults.add(BOOKS)
    faults.edit(BOOKS, identifier, phone="1")
    for number in ("2", "3", None, "4"):
        [outcome] = books.update("customers", [Change(id=identifier, fields={"phone": number})])
        assert isinstance(outcome, Written)
        assert books.fetch("customers", [identifier], ("phone",))[identifier].fields.get("phone") == number
        assert outcome.record is not None
        assert outcome.record.fields.get("phone") == number
