"""What a view does not show any more: out of it, or left out by an answer that was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.simulator.harness import twins
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.simulator.harness import Twins

RULES = Rules(lines="plain", view="Some")
LATER = range(4, 60)


@pytest.fixture
def pair() -> Iterator[Twins]:
    """Two left records dispute a right one, and nothing of them is linked."""
    with twins(RULES, left=Switches(page_size=200), right=Switches(page_size=200)) as pair:
        for phone in ("1", "2"):
            pair.insert("left", Name="Acme", Phone=phone)
        pair.insert("right", name="Acme")
        pair.settle()
        assert pair.links() == []
        yield pair


def shows(pair: Twins, phone: str) -> None:
    """Let the view show the records of a phone number alone."""
    pair.left.define_view("Accounts", "Some", lambda fields: fields.get("Phone") == phone)


def lists(pair: Twins) -> int:
    """Return how many pages of the view the last run read."""
    return sum(event.call == "observe" and event.what.startswith("Accounts") for event in pair.schedule.trace)


def test_a_view_that_is_defined_anew_settles_a_dispute(pair: Twins) -> None:
    """Records that another definition leaves out are no candidates any more: the one that is left is linked."""
    shows(pair, "1")
    pair.settle()
    assert len(pair.links()) == 1


def test_a_view_that_a_record_left_by_an_edit_is_read_once(pair: Twins) -> None:
    """A modification explains why a record is not shown, so nothing is read a second time."""
    shows(pair, "1")
    pair.left.define_view("Accounts", "Some", lambda fields: fields.get("Phone") in {"1", "2"})
    pair.settle()
    second = next(held.id for held in pair.living("left") if held.now.fields["Phone"] == "2")
    pair.edit("left", second, Phone="3")
    pair.schedule.trace.clear()
    pair.apply(sweep=True)
    assert lists(pair) == 1
    assert len(pair.links()) == 1


@pytest.mark.parametrize("cut", [(4,), LATER])
def test_a_view_that_is_hard_to_believe_is_read_again(pair: Twins, cut: Sequence[int]) -> None:
    """Unmodified records that are not shown: a second reading, and what it shows, or what nothing explains, stays."""
    pair.schedule.begin(planned=dict.fromkeys(cut, Fate.EMPTY))
    pair.schedule.trace.clear()
    report = pair.apply(sweep=True).report
    assert report is not None
    assert lists(pair) == 2
    said = [line for line in report.changes.reported if "that are there" in line]
    assert len(said) == (len(cut) > 1)
    assert all("through the view `Some`" in line and "2 records" in line for line in said)
    assert pair.links() == []
    assert len(pair.living("left")) == 2


def test_of_many_left_out_a_few_are_asked_for() -> None:
    """Of 150 records that an empty view leaves out 20 or so are read, and all of them stay."""
    with twins(RULES, left=Switches(page_size=200), right=Switches(page_size=200)) as pair:
        for one in range(150):
            pair.insert("left", Name=f"Name {one % 75}")
            pair.insert("right", name=f"Name {one % 75}")
        pair.settle()
        assert pair.links() == []
        pair.schedule.begin(planned=dict.fromkeys(LATER, Fate.EMPTY))
        pair.schedule.trace.clear()
        report = pair.apply(sweep=True).report
        assert report is not None
        asked = [event.what.split() for event in pair.schedule.trace if event.call == "fetch"]
        assert all(len(one) < 30 for one in asked)
        assert any("through the view `Some`" in line and "150 records" in line for line in report.changes.reported)
        assert pair.links() == []
        assert len(pair.living("left")) == len(pair.living("right")) == 150
