"""A pause holds a daemon's runs back until somebody resumes, or until its time is over."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from syncdsl.state.pausing import PAUSED, Pause, pause, paused, resume

if TYPE_CHECKING:
    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_a_state_is_not_paused_until_somebody_pauses_it(state: State) -> None:
    """Who, since when, and why is known to everybody who asks."""
    assert paused(state, NOW) is None
    pause(state, by="ada", at=NOW, reason="an import")
    assert paused(state, NOW + 1000 * HOUR) == Pause(by="ada", at=NOW, reason="an import")


def test_a_pause_for_a_while_is_over_by_itself(state: State) -> None:
    """At the very moment it is over, by the clock of whoever asks; there is nothing to resume then."""
    pause(state, by="ada", at=NOW, until=NOW + HOUR)
    before = NOW + HOUR - dt.timedelta(seconds=1)
    assert paused(state, before) == Pause(by="ada", at=NOW, until=NOW + HOUR)
    assert paused(state, NOW + HOUR) is None
    assert resume(state, by="bob", at=NOW + HOUR) is None


def test_resuming_ends_it_and_tells_what_was_ended(state: State) -> None:
    """A second time there is nothing to end; the last of two pauses counts."""
    pause(state, by="ada", at=NOW, until=NOW + HOUR)
    pause(state, by="bob", at=NOW + HOUR / 2)
    assert resume(state, by="eve", at=NOW + 2 * HOUR) == Pause(by="bob", at=NOW + HOUR / 2)
    assert paused(state, NOW + 2 * HOUR) is None
    assert resume(state, by="eve", at=NOW + 2 * HOUR) is None


def test_pausing_needs_no_lease(state: State) -> None:
    """While a run is under way somebody else may pause what comes after it."""
    fence = state.acquire_lease(owner="ada", pid=1, host="elsewhere", now=NOW)
    pause(state, by="bob", at=NOW)
    assert paused(state, NOW) is not None
    state.release_lease(fence)


@pytest.mark.parametrize("value", [True, [1], {"until": 5}, {"until": "soon"}, {"other": 1}])
def test_a_pause_that_cannot_be_read_lasts_until_it_is_ended(state: State, value: object) -> None:
    """Nothing begins by mistake."""
    state.set_switch(PAUSED, value, by="ada", at=NOW)
    assert paused(state, NOW) == Pause(by="ada", at=NOW)
    assert resume(state, by="bob", at=NOW) is not None
    assert paused(state, NOW) is None
