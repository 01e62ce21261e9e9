"""Versions of Books records: when a row shows what is on file."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.zoho_books.person_receipts import contact_version, content_of, made_by_us, person_receipt
from syncdsl.adapters.zoho_books.versions import State, holds, is_receipt

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields

NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
SHOWN = "2026-01-05T12:00:00+00:00 b2:1"
FIELDS: Fields = {"notes": "x"}


def test_a_settled_state_is_its_version_and_needs_no_receipt() -> None:
    state = State(shown=SHOWN, settled=True)
    assert state.version == state.answered(FIELDS) == SHOWN
    assert state.is_of(SHOWN, receipts=False)
    assert not state.is_of(None, receipts=True)
    assert not state.is_of("2026-01-05T12:00:01+00:00 b2:1", receipts=True)


def test_a_fresh_state_has_a_receipt_that_counts_only_where_asked() -> None:
    """It goes on counting when the state is no longer fresh, and says what the whole record was."""
    fresh, later = State(shown=SHOWN, settled=False), State(shown=SHOWN, settled=True)
    receipt = fresh.answered(FIELDS)
    assert fresh.version is None
    assert is_receipt(receipt)
    assert not is_receipt(SHOWN)
    assert not fresh.is_of(SHOWN, receipts=True)
    for state in (fresh, later):
        assert state.is_of(receipt, receipts=True)
        assert not state.is_of(receipt, receipts=False)
    assert not State(shown=SHOWN.replace("b2:1", "b2:2"), settled=True).is_of(receipt, receipts=True)
    assert holds(receipt, FIELDS)
    assert not holds(receipt, {"notes": "y"})


@pytest.mark.parametrize(
    ("stamp", "ours"),
    [("11:59:57", False), ("11:59:58", True), ("12:00:00", True), ("12:00:01", False)],
)
def test_a_contact_is_ours_when_it_was_stamped_as_the_answer_came(stamp: str, *, ours: bool) -> None:
    """Stamps behind the answer are of later edits, and a clock that differs proves nothing."""
    receipt = person_receipt(NOON, SHOWN, "b2:9")
    assert made_by_us({"last_modified_time": f"2026-01-05T{stamp}+0000"}, [receipt]) is ours


def test_a_contact_is_ours_only_with_receipts_of_all_its_persons() -> None:
    """And when all of them were written since the same state."""
    row = {"last_modified_time": "2026-01-05T12:00:00+0000"}
    early = person_receipt(NOON - dt.timedelta(seconds=8), SHOWN, "b2:8")
    late = person_receipt(NOON, SHOWN, "b2:9")
    assert made_by_us(row, [early, late])
    for other in (None, f"{SHOWN} / b2:7", person_receipt(NOON, SHOWN.replace("b2:1", "b2:2"), "b2:7")):
        assert not made_by_us(row, [late, other])
    assert not made_by_us(row, [])
    assert not made_by_us({}, [late])
    assert (contact_version(f"{SHOWN} / b2:7"), content_of(late)) == (SHOWN, "b2:9")
