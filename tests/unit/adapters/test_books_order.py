"""Lists of Books that do not come by change: the adapter notices, and reads them whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.adapters.protocol import ObservationEnd, ObserveRequest, Page
from syncdsl.adapters.zoho_books import api
from syncdsl.adapters.zoho_books.connection import BooksConnection
from syncdsl.schema.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.adapters.conftest import Script

SCHEMA = read_snapshot(Path(__file__).parents[3] / "rules" / "zoho" / "schema" / "books.json")
ORGANISATION = {"organization_id": "1", "name": "N", "currency_code": "EUR", "time_zone": "PST", "plan_name": "FREE"}
CURSOR = "2026-01-01T12:00:00+00:00"


@pytest.fixture
def books(script: Script, monkeypatch: pytest.MonkeyPatch) -> Iterator[BooksConnection]:
    """Return a connection to a scripted Books whose pages have two rows."""
    monkeypatch.setattr(api, "PER_PAGE", 2)
    connection = BooksConnection(script.settings(adapter="zoho_books", organization="1"), SCHEMA)
    script.answers.append((200, {"code": 0, "organizations": [ORGANISATION]}, {}))
    yield connection
    connection.close()


def row(number: int, stamp: str) -> dict[str, Any]:
    return {"item_id": str(number), "name": f"item {number}", "rate": 1, "last_modified_time": stamp}


def page(*rows: dict[str, Any], more: bool = False, **context: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    told = {"page": 1, "per_page": 2, "has_more_page": more, **context}
    return (200, {"code": 0, "message": "success", "items": list(rows), "page_context": told}, {})


def oldest(one: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return the answer to the question for the oldest record, which proves that the end of a list was seen."""
    return page(one, more=True, per_page=1)


def observed(books: BooksConnection, cursor: str | None = CURSOR) -> tuple[list[str], ObservationEnd]:
    items = list(books.observe(ObserveRequest(module="items", fields=("name",), cursor=cursor)))
    assert isinstance(items[-1], ObservationEnd)
    return [record.id for item in items if isinstance(item, Page) for record in item.records], items[-1]


OLD, NEW, NEWER = "2025-06-01T10:00:00+0000", "2026-02-01T10:00:00+0000", "2026-02-02T10:00:00+0000"


def test_an_order_that_stamps_show_is_trusted(books: BooksConnection, script: Script) -> None:
    script.answers.append(page(row(1, NEW), row(2, OLD), more=True))
    ids, end = observed(books)
    assert ids == ["1", "2"]
    assert not end.complete
    assert len(script.calls) == 2


def test_rows_in_another_order_make_it_read_the_whole_list(books: BooksConnection, script: Script) -> None:
    """Then, and from then on without asking for the order again."""
    whole = [page(row(1, OLD), row(2, NEW), more=True), page(row(3, NEWER))]
    script.answers += [whole[0], *whole]
    ids, end = observed(books)
    assert (sorted(ids), end.complete) == (["1", "2", "3"], True)
    assert "sort_column" in script.calls[1]
    script.answers += whole
    assert sorted(observed(books)[0]) == ["1", "2", "3"]
    assert not any("sort_column" in call for call in script.calls[2:])


def test_an_order_by_name_that_the_answer_tells_is_believed(books: BooksConnection, script: Script) -> None:
    """Even where the stamps happen to fall."""
    script.answers += [
        page(row(1, NEW), row(2, OLD), more=True, sort_column="name", sort_order="A"),
        page(row(1, NEW), row(2, OLD), more=True, sort_column="name", sort_order="A"),
        page(row(3, NEWER), sort_column="name", sort_order="A"),
    ]
    ids, end = observed(books)
    assert (sorted(ids), end.complete) == (["1", "2", "3"], True)


def test_equal_stamps_prove_no_order(books: BooksConnection, script: Script) -> None:
    """A list of things imported in one second looks sorted by anything."""
    script.answers += [page(row(1, OLD), row(2, OLD), more=True), page(row(3, OLD), row(4, OLD))]
    script.answers += [oldest(row(4, OLD)), page(row(1, OLD), row(2, OLD), more=True)]
    ids, end = observed(books)
    assert (ids, end.complete) == (["1", "2", "3", "4"], True)


def test_a_known_front_ends_a_reading_only_in_a_proven_order(books: BooksConnection, script: Script) -> None:
    """A list by name begins with the same rows for ever, whatever changes behind them."""
    front = [row(1, OLD), row(2, OLD)]
    script.answers += [page(*front, more=False), oldest(row(2, OLD))]
    cursor = observed(books, None)[1].cursor
    assert cursor is not None
    assert len(cursor.split(" ")) == 3
    script.answers += [page(*front, more=True), page(row(3, NEWER)), page(*front, more=True), page(row(3, NEWER))]
    ids, end = observed(books, cursor)
    assert "3" in ids
    assert end.complete
    books._api._unsorted.clear()
    script.answers.append(page(*front, more=True, sort_column="last_modified_time", sort_order="D"))
    assert observed(books, cursor)[0] == []


def test_a_refused_sort_column_is_left_out(books: BooksConnection, script: Script) -> None:
    script.answers += [
        (400, {"code": 2, "message": "Invalid value passed for sort_column"}, {}),
        page(row(2, NEW), row(1, OLD)),
    ]
    ids, end = observed(books)
    assert (sorted(ids), end.complete) == (["1", "2"], True)
    assert "sort_column" not in script.calls[-1]


def test_a_row_without_a_stamp_proves_no_order(books: BooksConnection, script: Script) -> None:
    script.answers += [page(row(1, ""), row(2, ""), more=True)]
    script.answers += [page(row(1, ""), row(2, ""), more=True), page(row(3, ""))]
    ids, end = observed(books)
    assert (ids, end.complete) == (["1", "2", "3"], True)


def test_a_cursor_that_is_not_understood_reads_everything(books: BooksConnection, script: Script) -> None:
    script.answers += [page(row(1, NEW), row(2, OLD)), oldest(row(2, OLD))]
    assert observed(books, "yesterday")[1].complete


def test_a_list_ends_with_its_oldest_record(books: BooksConnection, script: Script) -> None:
    """A last page that lost rows is read again until that record was seen."""
    script.answers += [page(row(1, NEW)), page(row(2, OLD)), page(row(1, NEW), row(2, OLD)), page(row(2, OLD))]
    ids, end = observed(books, None)
    assert (ids, end.complete) == (["1", "2"], True)
    assert "sort_order=A" in script.calls[2]
    assert "per_page=1&" in f"{script.calls[2]}&"


def test_a_list_that_never_ends_with_its_oldest_record_proves_nothing(books: BooksConnection, script: Script) -> None:
    """Nothing is absent then, and the next reading reads everything again."""
    script.answers += [page(row(1, NEW)), *[page(row(2, OLD)), page(row(1, NEW))] * api.PAGE_ATTEMPTS]
    ids, end = observed(books, None)
    assert (ids, end.complete, end.cursor) == (["1"], False, None)


def test_a_quiet_empty_list_costs_one_call(books: BooksConnection, script: Script) -> None:
    """Without a row its cursor stays, so there is nothing to prove."""
    script.answers.append(page())
    ids, end = observed(books)
    assert (ids, end.complete, str(end.cursor).split(" ")[0]) == ([], False, CURSOR)
    assert len(script.calls) == 2


def test_the_plan_comes_with_the_organisation(books: BooksConnection, script: Script) -> None:
    """It is told once, without a call of its own, so that the limits of the plan can be kept."""
    told: list[str] = []
    books._api._learned = told.append
    assert books.identity() == books.identity()
    assert told == ["FREE"]
    assert len(script.calls) == 1
