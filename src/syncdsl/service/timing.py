"""When each part of a pair is due. Pure: it is told the time, and never asks for it.

Durations go by a clock that only grows, so that one that is set does not hurry or delay them. Times as cron writes them
go by the clock on the wall, in UTC.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cronsim import CronSim

from syncdsl.project.schedules import NEVER, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

JUMP = 30.0
"""Seconds that the clock on the wall may stray from the one that only grows before somebody has set it."""

LONGEST_RETRY = 3_600.0
"""Seconds after which a run that keeps failing is tried again at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Now: `steady` in seconds that only grow, `wall` in seconds since the epoch."""

    steady: float
    wall: float


@dataclass(slots=True, kw_only=True)
class _Part:
    """One part: its timing, when it is due, and how often in a row it failed."""

    timing: str
    due: float
    failures: int = 0


class Timetable:
    """When parts of a schedule are due next. `timings` gives the timing of each part, in order."""

    def __init__(self, timings: Mapping[str, str], now: Moment, *, retry: float, at_once: bool = True) -> None:
        self._retry = retry
        self._offset = now.wall - now.steady
        self._parts: dict[str, _Part] = {}
        for name, timing in timings.items():
            due = now.steady if at_once and timing != NEVER else _next(timing, now, now.steady)
            self._parts[name] = _Part(timing=timing, due=due)

    @property
    def failures(self) -> int:
        """How often in a row the part failed that failed most often."""
        return max((part.failures for part in self._parts.values()), default=0)

    def failures_of(self, part: str) -> int:
        """Return how often in a row a part failed."""
        return self._parts[part].failures

    def due(self, now: Moment) -> tuple[str, ...]:
        """Return the parts that are due."""
        return tuple(name for name, part in self._parts.items() if part.due <= now.steady)

    def next(self) -> float:
        """Return when the next part is due, in steady seconds."""
        return min((part.due for part in self._parts.values()), default=float("inf"))

    def next_of(self, now: Moment) -> dict[str, dt.datetime]:
        """Return, for people, when each part is due next."""
        return {
            name: dt.datetime.fromtimestamp(now.wall + part.due - now.steady, dt.UTC)
            for name, part in self._parts.items()
            if part.due != float("inf")
        }

    def done(self, parts: Iterable[str], now: Moment) -> None:
        """Plan the next time of parts that were carried out; a time that was missed is not made up for."""
        for part in self._of(parts):
            part.failures = 0
            part.due = _next(part.timing, now, part.due)

    def failed(self, parts: Iterable[str], now: Moment, *, heals: bool = True) -> None:
        """Plan when parts that failed are tried again: soon, then ever later; where nothing `heals`, as usual."""
        for part in self._of(parts):
            part.failures += 1
            wait = min(self._retry * 2 ** min(part.failures - 1, 20), LONGEST_RETRY)
            usual = _next(part.timing, now, part.due)
            part.due = min(usual, now.steady + wait) if heals else usual

    def later(self, parts: Iterable[str], now: Moment, seconds: float) -> None:
        """Ask again in a while: something else is under way."""
        for part in self._of(parts):
            part.due = now.steady + seconds

    def sooner(self, parts: Iterable[str], now: Moment, seconds: float) -> None:
        """Let parts be due in a while at the latest: something is to be looked at again."""
        for part in self._of(parts):
            if part.timing != NEVER:
                part.due = min(part.due, now.steady + seconds)

    def postponed(self, part: str, at: float) -> None:
        """Set when a part is due next, in steady seconds."""
        self._parts[part].due = at

    def look_at_clocks(self, now: Moment) -> float:
        """Plan times of the wall anew where its clock was set; return by how many seconds it was, 0 when it was not."""
        jump = (now.wall - now.steady) - self._offset
        if abs(jump) <= JUMP:
            return 0.0
        self._offset += jump
        for part in self._parts.values():
            if part.timing != NEVER and seconds_of(part.timing) is None and part.due > now.steady:
                part.due = _next(part.timing, now, now.steady)
        return jump

    def _of(self, names: Iterable[str]) -> Sequence[_Part]:
        return [self._parts[name] for name in names if name in self._parts]


def expected_seconds(timing: str, now: Moment) -> float | None:
    """Return how many seconds lie between two times of a timing; None for one that never comes."""
    if timing == NEVER:
        return None
    seconds = seconds_of(timing)
    if seconds is not None:
        return seconds
    moments = CronSim(timing, dt.datetime.fromtimestamp(now.wall, dt.UTC))
    first, second = next(moments, None), next(moments, None)
    return None if first is None or second is None else (second - first).total_seconds()


def _next(timing: str, now: Moment, last: float) -> float:
    """Return when a timing comes next after now, in steady seconds; durations are counted from the last time."""
    if timing == NEVER:
        return float("inf")
    seconds = seconds_of(timing)
    if seconds is None:
        coming = next(CronSim(timing, dt.datetime.fromtimestamp(now.wall, dt.UTC)), None)
        return float("inf") if coming is None else now.steady + coming.timestamp() - now.wall
    if last > now.steady:
        return now.steady + seconds
    return last + seconds * ((now.steady - last) // seconds + 1)
