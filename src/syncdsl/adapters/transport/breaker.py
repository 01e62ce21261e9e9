"""The circuit breaker of an organisation: a system that keeps failing is left alone for a while, by all processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

FAILURES = 10
"""So many calls in a row without a usable answer open the breaker: more than one call's own repetitions."""

FIRST_SECONDS = 30.0
LONGEST_SECONDS = 300.0
"""How long it stays open the first time, and at most after it opened again and again."""

JUMP = 1.0
"""A stamp this far ahead of the clock is not of this clock: it was set back since."""


@dataclass(slots=True, kw_only=True)
class Breaker:
    """Closed while calls come through. Open from `since` for `span` seconds; then one call, the `probe`, decides."""

    failures: int = 0
    since: float = 0.0
    span: float = 0.0
    probe: str | None = None

    def settle(self, now: float) -> None:
        """Bring stamps of a clock that was set back up to date."""
        if self.since > now + JUMP:
            self.since = now

    def refuses(self, now: float, flights: Container[str]) -> float | None:
        """Return until when calls are not made; None when one may be."""
        if self.failures < FAILURES:
            return None
        if self.since + self.span > now:
            return self.since + self.span
        return now + JUMP if self.probe in flights else None

    def passed(self, ticket: str) -> None:
        """Note a call that was let through: behind an open breaker it is the probe."""
        if self.failures >= FAILURES:
            self.probe = ticket

    def succeeded(self) -> None:
        """Note a usable answer."""
        self.failures, self.since, self.span, self.probe = 0, 0.0, 0.0, None

    def failed(self, ticket: str, now: float) -> None:
        """Note a call without one. Calls that were under way when the breaker opened do not keep it open longer."""
        if self.failures >= FAILURES and ticket != self.probe:
            return
        self.failures += 1
        if self.failures >= FAILURES:
            self.since, self.probe = now, None
            self.span = min(LONGEST_SECONDS, self.span * 2) if self.span else FIRST_SECONDS
