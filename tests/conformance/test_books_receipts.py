"""What our own writes to Books are worth to the next reading, over HTTP against the sandbox."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from syncdsl.adapters.protocol import Change, MovedOn, NewRecord, ObserveRequest, Outcome, Page, Record, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conformance.conftest import Sandbox

    from syncdsl.adapters.zoho_books.connection import BooksConnection

FIELDS = ("contact_name", "notes")


class Books:
    """A connection whose sandbox stands still in one second, and what is on file of its customers."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.connection = cast("BooksConnection", sandbox.connect("books"))
        self.filed: dict[str, Record] = {}
        self.cursor: str | None = None
        self.clock(frozen=True)
        self.later()

    def clock(self, *, frozen: bool) -> None:
        """Stop the sandbox's clock, or let it run."""
        url = f"{self.sandbox.crm_url}/_sandbox/clock"
        httpx.put(url, json={"frozen": frozen}, trust_env=False).raise_for_status()

    def later(self) -> None:
        """Let every stamp become old."""
        self.sandbox.order("clock/advance", seconds=600)

    def last(self) -> int:
        """Return the number of the latest call."""
        return max((int(call["seq"]) for call in self.sandbox.calls()), default=0)

    def observe(self, *, sweep: bool = False) -> list[str]:
        """Read what changed, or everything; return the ids of the records that were read in full."""
        before = self.last()
        request = ObserveRequest(
            module="customers",
            fields=FIELDS,
            cursor=None if sweep else self.cursor,
            known=lambda item: self.filed[item].version if item in self.filed else None,
        )
        *pages, end = self.connection.observe(request)
        assert not isinstance(end, Page)
        self.cursor = end.cursor
        for page in pages:
            assert isinstance(page, Page)
            self.filed |= {record.id: record for record in page.records}
        return [call["path"].rpartition("/")[2] for call in self.sandbox.calls(before) if call["path"].count("/") > 3]

    def take(self, outcomes: Sequence[Outcome]) -> list[str]:
        """File what was written, as the engine does, and return the ids."""
        for outcome in outcomes:
            assert isinstance(outcome, Written)
            assert outcome.record is not None
            self.filed[outcome.id] = outcome.record
        return [cast("Written", outcome).id for outcome in outcomes]

    def created(self, number: int) -> list[str]:
        """Create customers."""
        new = [NewRecord(fields={"contact_name": secrets.token_hex(8), "notes": "x"}, key=None) for _ in range(number)]
        return self.take(self.connection.create("customers", new, safe=False))

    def change(self, identifier: str, **fields: Any) -> Outcome:
        """Change a customer as it is on file."""
        change = Change(id=identifier, fields=fields, based_on=self.filed[identifier])
        return self.connection.update("customers", [change])[0]

    def edit(self, identifier: str, **fields: Any) -> None:
        """Change a customer as another program would."""
        self.connection._api.write("PUT", f"/contacts/{identifier}", body=fields)

    def notes(self, identifier: str) -> Any:
        """Return the notes on file."""
        return self.filed[identifier].fields.get("notes")


@pytest.fixture
def books(sandbox: Sandbox) -> Iterator[Books]:
    """Return a connection that has read everything."""
    made = Books(sandbox)
    made.observe(sweep=True)
    yield made
    made.clock(frozen=False)
    made.connection.close()


def test_our_own_writes_are_not_read_again_before_a_sweep(books: Books) -> None:
    """One of fifty is, and a sweep reads the others in full once."""
    ids = set(books.created(60))
    for still in (True, False):
        if not still:
            books.later()
        found = books.observe()
        assert len(found) == 2
        assert set(found) <= ids
        assert {books.notes(item) for item in ids} == {"x"}
    assert set(books.observe(sweep=True)) == ids - set(found)
    assert books.observe(sweep=True) == []


def test_edits_after_ours_are_read(books: Books) -> None:
    """In a later second, and in the same one where a list tells them."""
    first, second, third = books.created(3)
    books.edit(first, contact_name=f"renamed {first}")
    assert first in books.observe()
    books.sandbox.order("clock/advance", seconds=1)
    books.edit(second, notes="theirs")
    assert second in books.observe()
    assert books.filed[first].fields["contact_name"] == f"renamed {first}"
    assert (books.notes(second), books.notes(third)) == ("theirs", "x")


def test_a_workflow_that_edits_what_we_write_is_found_out(books: Books) -> None:
    """When one checked receipt hid an edit of the same second, all are read."""
    ids = books.created(5)
    for item in ids:
        books.edit(item, notes="by the workflow")
    assert sorted(books.observe()) == sorted(ids)
    assert {books.notes(item) for item in ids} == {"by the workflow"}


def test_a_hidden_edit_is_not_overwritten_and_a_sweep_shows_it(books: Books) -> None:
    """The hole that is left: a person's edit in the same second, of a field that lists do not tell."""
    ids = books.created(2)
    [checked] = books.observe()
    [hidden] = set(ids) - {checked}
    books.edit(hidden, notes="theirs")
    assert books.observe() == [checked]
    assert books.notes(hidden) == "x"
    assert isinstance(books.change(hidden, notes="ours"), MovedOn)
    books.later()
    assert hidden in books.observe(sweep=True)
    assert books.notes(hidden) == "theirs"


def test_what_a_list_tells_is_written_without_reading(books: Books) -> None:
    """A receipt is certain enough for a new name, and not for notes."""
    one, other = books.created(2)
    books.later()
    books.observe()
    before = books.last()
    renamed = secrets.token_hex(8)
    books.take([books.change(one, contact_name=renamed), books.change(other, contact_name=f"{renamed} 2")])
    assert [call["method"] for call in books.sandbox.calls(before)] == ["GET", "PUT", "PUT"]
    before = books.last()
    books.take([books.change(one, notes="new"), books.change(other, notes="new")])
    assert [call["method"] for call in books.sandbox.calls(before)] == ["GET", "PUT", "GET", "PUT"]
