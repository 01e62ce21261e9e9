"""Waiting until a moment, or until somebody wakes one up, by whatever clock there is."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from syncdsl.adapters.services import SystemClock

if TYPE_CHECKING:
    from syncdsl.adapters.services import Clock

LOOK_SECONDS = 0.05
"""How often a clock that is not the machine's own is looked at, in real seconds: somebody may have moved it."""

LONGEST = 3_600.0
"""Seconds that are waited in one go."""


class Bell:
    """Wakes the one thread that waits. A ring that comes while nobody waits is heard by the next one who does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits."""
        self._rung.set()

    def wait(self, until: float) -> None:
        """Return at `until`, in seconds of the clock that only grows, or as soon as the bell rings."""
        if isinstance(self._clock, SystemClock):
            self._rung.wait(max(0.0, min(until - self._clock.monotonic(), LONGEST)))
        else:
            while not self._rung.wait(LOOK_SECONDS) and self._clock.monotonic() < until:
                pass
        self._rung.clear()
