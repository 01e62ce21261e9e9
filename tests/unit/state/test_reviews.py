"""The review queue as it is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.state import ReviewItem

if TYPE_CHECKING:
    from syncdsl.state import State

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 6, 1, 12, 30, tzinfo=dt.UTC)
ITEM = ReviewItem(
    id="bcdfghjk",
    kind="conflict",
    rule="customers",
    location="main.sync:3",
    reason="both sides differ",
    connection="crm",
    module="Accounts",
    record_id="1",
    label="Acme \ud83d",
    field="Phone <-> phone",
    left="1",
    right={"decimal": "2.50"},
    candidates=[{"connection": "books", "module": "customers", "id": "9", "label": "Acme"}],
    choices=["crm", "books"],
    opened=NOW,
    opened_run="r1",
)
KEPT = replace(ITEM, label="Acme \\ud83d")


def test_an_item_comes_back_as_it_was_put(state: State) -> None:
    """Nothing is lost, whatever characters other systems hand out."""
    state.open_reviews([ITEM])
    assert state.reviews() == [KEPT]
    assert state.review(ITEM.id) == KEPT
    assert state.review("other") is None


def test_a_question_that_stands_is_not_asked_again(state: State) -> None:
    """Opening it again changes neither its age nor its decision."""
    state.open_reviews([ITEM])
    state.decide_review(ITEM.id, {"choice": "take", "side": "left"}, "anna", NOW)
    state.open_reviews([replace(ITEM, opened=NOW + DAY, opened_run="r2")])
    (found,) = state.reviews()
    assert (found.opened, found.opened_run, found.state, found.decided_by) == (NOW, "r1", "decided", "anna")


def test_the_life_of_an_item(state: State) -> None:
    """Open, decided, decided otherwise, undone, decided, closed; then there is nothing to decide or to undo."""
    decision = {"choice": "take", "side": "left"}
    state.open_reviews([ITEM])
    assert not state.undo_review(ITEM.id)
    assert state.decide_review(ITEM.id, {"choice": "take", "side": "right"}, "bob", NOW)
    assert state.decide_review(ITEM.id, decision, "anna", NOW + DAY)
    (found,) = state.reviews(states=["decided"])
    assert (found.decision, found.decided_by, found.decided_at) == (decision, "anna", NOW + DAY)
    assert state.undo_review(ITEM.id)
    assert state.reviews() == [KEPT]
    state.decide_review(ITEM.id, decision, "anna", NOW)
    state.close_reviews([ITEM.id], NOW + DAY)
    (closed,) = state.reviews(states=["closed"])
    assert (closed.state, closed.closed, closed.decision, closed.decided_by) == ("closed", NOW + DAY, decision, "anna")
    assert not state.decide_review(ITEM.id, decision, "eve", NOW)
    assert not state.undo_review(ITEM.id)
    assert not state.decide_review("other", decision, "eve", NOW)


def test_what_comes_back_after_it_was_closed_is_asked_anew(state: State) -> None:
    """The old decision is gone: somebody may decide otherwise this time."""
    state.open_reviews([ITEM])
    state.decide_review(ITEM.id, {"choice": "take", "side": "left"}, "anna", NOW)
    state.close_reviews([ITEM.id], NOW)
    state.open_reviews([replace(ITEM, opened=NOW + DAY)])
    assert state.reviews() == [replace(KEPT, opened=NOW + DAY)]


def test_lists_are_filtered_and_ordered_by_age(state: State) -> None:
    """By state, kind and module, the oldest first."""
    later = replace(ITEM, id="b2345678", kind="match", opened=NOW + DAY)
    other = replace(ITEM, id="z2345678", connection="books", module="customers", opened=NOW - DAY)
    state.open_reviews([ITEM, later, other])
    state.decide_review(later.id, {"choice": "new"}, "anna", NOW)
    assert [item.id for item in state.reviews()] == [other.id, ITEM.id, later.id]
    assert [item.id for item in state.reviews(states=["open"])] == [other.id, ITEM.id]
    assert [item.id for item in state.reviews(kinds=["match"])] == [later.id]
    assert [item.id for item in state.reviews(module=("crm", "Accounts"))] == [ITEM.id, later.id]
    assert state.review_counts() == {("open", "conflict"): 2, ("decided", "match"): 1}


def test_a_run_is_told_every_record_in_question(state: State) -> None:
    """Subjects and candidates of what is open or decided; not of what is settled."""
    settled = replace(ITEM, id="z2345678", record_id="5")
    state.open_reviews([ITEM, settled])
    state.close_reviews([settled.id], NOW)
    assert state.open_review_subjects() == {("crm", "Accounts", "1"), ("books", "customers", "9")}


def test_what_is_told_of_a_question_is_kept_up_to_date(state: State) -> None:
    """Its place, reason, names and choices change; whether and what was decided does not."""
    state.open_reviews([ITEM])
    state.decide_review(ITEM.id, {"choice": "take", "side": "left"}, "anna", NOW)
    (found,) = state.reviews()
    told = replace(found, location="main.sync:9", choices=["crm"], label="Acme AG")
    state.describe_review(replace(told, state="closed", opened=NOW + DAY))
    assert state.reviews() == [told]
