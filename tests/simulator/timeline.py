"""The only clock of a simulation: it moves when a call takes time or a script waits, never by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

EPOCH = dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)
"""When every simulation begins."""


@dataclass(slots=True)
class Timeline:
    """Seconds since the beginning. `local` is how far the machine's own clock is off; systems have a skew of theirs."""

    seconds: float = 0.0
    local: float = 0.0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += max(0.0, seconds)

    def at(self, *, skew: float = 0.0) -> dt.datetime:
        """Return the time as a clock with a skew (seconds) shows it."""
        return EPOCH + dt.timedelta(seconds=self.seconds + skew)

    def machine(self) -> dt.datetime:
        """Return the time as the machine that runs the engine believes it to be."""
        return self.at(skew=self.local)
