"""Pausing: a daemon begins no runs until somebody resumes, or until a moment; commands by hand go on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncdsl.state.store import State

PAUSED = "paused"
"""The switch that `pause` and `resume` set; without it a daemon runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who paused a daemon's runs, when and why; it is over at `until` where that is given."""

    by: str
    at: dt.datetime
    until: dt.datetime | None = None
    reason: str = ""


def paused(state: State, now: dt.datetime) -> Pause | None:
    """Return the pause of a daemon's runs; None when there is none, or when its time is over."""
    switch = state.switch(PAUSED)
    if switch is None or not switch.value:
        return None
    until = _moment(switch.value)
    if until is not None and until <= now:
        return None
    return Pause(by=switch.by, at=switch.at, until=until, reason=_reason(switch.value))


def pause(state: State, *, by: str, at: dt.datetime, until: dt.datetime | None = None, reason: str = "") -> None:
    """Pause a daemon's runs; of several pauses the last one counts."""
    value = {"until": until.isoformat() if until is not None else None, "reason": reason}
    state.set_switch(PAUSED, value, by=by, at=at)


def resume(state: State, *, by: str, at: dt.datetime) -> Pause | None:
    """End a pause, and return the one that was ended; None when there was none."""
    ended = paused(state, at)
    if ended is not None:
        state.set_switch(PAUSED, None, by=by, at=at)
    return ended


def _moment(value: Any) -> dt.datetime | None:
    """Return when a pause is over; one that cannot be read lasts until somebody resumes."""
    try:
        return dt.datetime.fromisoformat(value["until"])
    except (KeyError, TypeError, ValueError):
        return None


def _reason(value: Any) -> str:
    return str(value.get("reason") or "") if isinstance(value, dict) else ""
