"""What the Zoho adapters do when lists come without some of their rows, and nothing in the answers says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conformance.weather import CRM, OLD_SECONDS, File, Side, made, new, word

from syncdsl.adapters.zoho_books import api as books_api
from syncdsl.adapters.zoho_crm import api as crm_api
from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from tests.conformance.weather import Weather

    from syncdsl.adapters.protocol import Connection, ObservationEnd

RECORDS = 12
PAGE = 5
KEPT = (0.0, 0.6)
"""Shares of the rows of a page that are left."""


@pytest.fixture
def whole(faults: Weather, connection: Connection, side: Side) -> File:
    """Return all that there is: at least a dozen records, every one of them old."""
    file = File(connection, side)
    file.observe()
    for _ in range(RECORDS - len(file.records)):
        made(connection.create(side.module, [new(side)], safe=False))
    faults.passes(OLD_SECONDS)
    assert file.observe(sweep=True).complete
    return file


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lists come in pages of a few rows."""
    monkeypatch.setattr(crm_api, "PER_PAGE", PAGE)
    monkeypatch.setattr(books_api, "PER_PAGE", PAGE)


def tried(file: File, side: Side, *, sweep: bool) -> ObservationEnd | None:
    """Observe what cannot be read; None where the adapter says so with a fault."""
    if side is not CRM:
        return file.observe(sweep=sweep)
    cursor = file.cursor
    with pytest.raises(Fault) as caught:
        file.observe(sweep=sweep)
    assert caught.value.code.id == "SD705"
    assert file.cursor == cursor
    return None


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize("keep", KEPT)
@pytest.mark.parametrize("place", ["first", "second", "last"])
def test_a_page_cut_short_once_is_read_again(
    faults: Weather, connection: Connection, side: Side, whole: File, keep: float, place: str
) -> None:
    """Wherever a page loses rows, also at the end of the list, the complete list has them all."""
    pages = -(-len(whole.records) // PAGE)
    spared = {"first": 0, "second": 1, "last": pages - 1}[place]
    faults.order(side, "truncated_page", keep=keep, path=side.lists, after=spared, count=1)
    file = File(connection, side)
    assert file.observe().complete
    assert file.records.keys() == whole.records.keys()


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize("keep", KEPT)
def test_pages_that_stay_cut_short_prove_nothing(
    faults: Weather, connection: Connection, side: Side, whole: File, keep: float
) -> None:
    """No reading says it is complete, the cursor stays where it was, and afterwards nothing was missed."""
    late = faults.add(side)
    faults.order(side, "truncated_page", keep=keep, path=side.lists)
    for sweep in (True, False):
        file = File(connection, side)
        file.cursor = whole.cursor
        end = tried(file, side, sweep=sweep)
        assert end is None or not end.complete
        assert file.cursor == whole.cursor or file.cursor is None or late in file.records
    faults.calm()
    file.observe()
    assert late in file.records


@pytest.mark.parametrize("keep", KEPT)
def test_a_list_of_one_page_that_stays_cut_short_is_not_complete(
    faults: Weather, connection: Connection, side: Side, whole: File, keep: float
) -> None:
    """Also where no page follows that would show it."""
    faults.order(side, "truncated_page", keep=keep, path=side.lists)
    file = File(connection, side)
    end = tried(file, side, sweep=True)
    assert end is None or not end.complete
    assert file.cursor is None
    faults.calm()
    assert file.observe().complete
    assert file.records.keys() == whole.records.keys()


@pytest.mark.parametrize("keep", KEPT)
def test_a_record_is_not_absent_because_an_answer_was_cut_short(
    faults: Weather, connection: Connection, side: Side, whole: File, keep: float
) -> None:
    """What confirms absence, and what looks records up by key, gets every record that there is."""
    ids = list(whole.records)
    faults.order(side, "truncated_page", keep=keep, count=1)
    assert set(connection.fetch(side.module, ids, (side.name,))) == set(ids)
    faults.calm()
    record = new(side, word())
    [identifier] = made(connection.create(side.module, [record], safe=True))
    faults.order(side, "truncated_page", keep=keep, count=1)
    found = connection.find(side.module, side.key, [record.key], ())
    assert [one.id for one in found[record.key]] == [identifier]


@pytest.mark.parametrize("keep", KEPT)
@pytest.mark.parametrize("count", [1, None], ids=["once", "staying"])
def test_changes_cut_short_are_all_seen(
    faults: Weather, side: Side, whole: File, keep: float, count: int | None
) -> None:
    """An incremental reading of a list whose every row changed loses none: then, or at the next reading."""
    changed = f"changed {keep} {count}"
    for identifier in whole.records:
        faults.edit(side, identifier, **{side.text: changed})
    faults.order(side, "truncated_page", keep=keep, path=side.lists, count=count)
    if count is None:
        tried(whole, side, sweep=False)
    else:
        whole.observe()
    faults.calm()
    faults.passes(OLD_SECONDS)
    whole.observe()
    assert {whole.text(identifier) for identifier in whole.records} == {changed}
