"""The review queue as people read it."""

from __future__ import annotations

import datetime as dt

import pytest

from syncdsl.render.neutral import cells
from syncdsl.render.review_text import Known, age, render_review, render_reviews
from syncdsl.render.style import Style
from syncdsl.state import ReviewItem

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
NOTHING = Known(pair=None, line=None, fields={})


def item(kind: str, **facts: object) -> ReviewItem:
    given = {
        "id": "bq4xk7wt",
        "rule": "customers",
        "location": "rules/a.sync:3",
        "reason": "a reason that is told in `Name <-> name` and goes on for a while " * 3,
        "connection": "crm",
        "module": "Accounts",
        "record_id": "1" * 18,
        "label": "Ä\x1b[2J漢字 ::error:: " * 6,
        "field": "Phone <-> phone",
        "left": "1" * 200,
        "right": None,
        "candidates": [
            {"connection": "books", "module": "customers", "id": f"{number}", "label": "\u202eevil" * 9}
            for number in range(8)
        ],
        "choices": ["crm", "books"],
        "opened": NOW - dt.timedelta(days=400),
        "opened_run": "r",
        **facts,
    }
    return ReviewItem(kind=kind, **given)  # type: ignore[arg-type]


KINDS = ["conflict", "match", "duplicate", "value", "parked", "deleted", "ambiguous", "document", "access"]
CHOICES = {"conflict": ["crm", "books"], "match": ["link 3", "new"], "duplicate": ["crm", "books", "clone in books"]}


@pytest.mark.parametrize("width", [40, 60, 100])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_the_terminal_or_obeyed_by_it(kind: str, width: int) -> None:
    """Whatever records are called, lines fit and hold no control characters; only the table's own colour remains."""
    one = item(kind, choices=CHOICES.get(kind, ["skip"]))
    for text in (render_reviews([one], NOW, width=width), render_review(one, NOTHING, NOW, width=width)):
        commands = [line for line in text.splitlines() if line.startswith("  syncdsl review resolve")]
        for line in text.splitlines():
            assert cells(line) <= width or line in commands or "open" in line, line
            assert line.replace("漢", "").isprintable(), line


def test_decided_and_settled_items_say_so() -> None:
    """With who decided what, and the comment."""
    decided = item("conflict", state="decided", decision={"choice": "take", "side": "left", "comment": "by phone"})
    told = render_reviews([decided], NOW)
    assert "1 decided, carried out by the next `syncdsl apply`" in told
    assert "decided: crm, by : by phone" in told
    settled = item("conflict", state="closed")
    assert "settled without a decision" in render_reviews([settled], NOW)
    assert "To decide it" not in render_review(settled, NOTHING, NOW)


def test_an_empty_queue_says_so_and_colour_marks_meaning() -> None:
    """Nothing to decide is good news."""
    assert render_reviews([], NOW) == "Nothing waits for a decision.\n"
    assert "\x1b[35mconflicts\x1b[0m" in render_reviews([item("conflict")], NOW, Style(colour=True))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute"),
        (7_300, "2 hours"),
        (86_400, "1 day"),
        (9_999_999, "115 days"),
    ],
)
def test_ages_are_told_in_the_largest_unit(seconds: int, told: str) -> None:
    """A clock that went back makes nobody wait less than nothing."""
    assert age(NOW - dt.timedelta(seconds=seconds), NOW) == told
