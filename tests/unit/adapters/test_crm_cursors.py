"""Cursors of the CRM adapter: what they remember, and that nothing else is taken for one."""

from __future__ import annotations

import datetime as dt

import pytest

from syncdsl.adapters.zoho_crm.cursors import MOST_RECYCLED, Cursor, Recycled, cursor_after, read_cursor, remembered

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def recycled(number: int, at: dt.datetime = NOON) -> Recycled:
    return Recycled(id=str(number), at=at)


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(since=NOON),
        Cursor(since=NOON, settled=True, view="5", definition="abc"),
        Cursor(since=NOON, recycled=(recycled(1), recycled(2, NOON - DAY))),
        Cursor(since=NOON, settled=True, view="5", definition="abc", recycled=(recycled(7),)),
    ],
)
def test_a_cursor_reads_back_as_it_was_written(cursor: Cursor) -> None:
    """With and without a view, and with what lay in the recycle bin."""
    assert read_cursor(cursor.write()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "nonsense",
        "2026-03-01T12:00:00+00:00 maybe",
        "2026-03-01T12:00:00+00:00 open 5",
        "2026-03-01T12:00:00+00:00 open recycled:",
        "2026-03-01T12:00:00+00:00 open recycled:x@1",
        "2026-03-01T12:00:00+00:00 open recycled:1@x",
        "2026-03-01T12:00:00+00:00 open recycled:1@99999999999999",
        "recycled:1@1",
        "2026-03-01T12:00:00+00:00 recycled:1@1 open",
    ],
)
def test_anything_else_means_reading_everything(text: str | None) -> None:
    """A text that no cursor wrote is none."""
    assert read_cursor(text) is None


def test_a_cursor_without_deletions_is_as_it_ever_was() -> None:
    """One that an earlier version wrote holds on."""
    assert Cursor(since=NOON, settled=True).write() == "2026-03-01T12:00:00+00:00 settled"
    assert read_cursor("2026-03-01T12:00:00+00:00") == Cursor(since=NOON)


def test_the_latest_deletions_are_remembered_while_they_can_be_undone() -> None:
    """Each once with its last deletion, not more than a query asks for, none older than the recycle bin."""
    many = [recycled(number, NOON - number * dt.timedelta(minutes=1)) for number in range(MOST_RECYCLED + 10)]
    kept = remembered([recycled(0, NOON - DAY), *many, recycled(900, NOON - 61 * DAY)], NOON)
    assert [one.id for one in kept] == [str(number) for number in range(MOST_RECYCLED)]
    assert kept[0].at == NOON


def test_what_is_remembered_does_not_move_the_cursor() -> None:
    """Where the next reading begins follows from stamps alone."""
    overlap = dt.timedelta(seconds=60)
    bare = cursor_after(NOON, NOON - DAY, overlap, view=None, definition=None)
    told = cursor_after(NOON, NOON - DAY, overlap, view=None, definition=None, recycled=(recycled(1),))
    assert (bare.since, bare.settled) == (told.since, told.settled)
    assert told.recycled == (recycled(1),)
