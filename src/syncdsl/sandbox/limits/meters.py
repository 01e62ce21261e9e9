"""Counting calls against the limits, by the sandbox's clock."""

from dataclasses import dataclass, field
from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.exchange import Call
from syncdsl.sandbox.faults import batch_size
from syncdsl.sandbox.limits.cost import credits_of, is_heavy
from syncdsl.sandbox.limits.settings import BooksLimits, CrmLimits
from syncdsl.sandbox.limits.window import Window
from syncdsl.sandbox.organisation import BOOKS_ZONE

MINUTE = 60
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a call is answered with 429: Books' code, and seconds to wait where Zoho names them."""

    code: int | None = None
    retry_after: int | None = None


@dataclass(slots=True, kw_only=True)
class Entry:
    """A call that was let in (or not, with a refusal) and has not left yet."""

    meter: "CrmMeter | BooksMeter | None" = None
    refusal: Refusal | None = None
    heavy: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class CrmMeter:
    """Counts credits and running calls of the CRM. A refused call costs nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._credits = Window(DAY)
        self._running = 0
        self._heavy = 0

    def enter(self, call: Call, limits: CrmLimits) -> Entry:
        """Count a call that begins."""
        now, records = self._clock.moment(), batch_size(call)
        cost, heavy = credits_of(call, records), is_heavy(call, records)
        used = self._credits.used(now)
        over = (
            _reached(self._running + 1, limits.concurrency)
            or (heavy and _reached(self._heavy + 1, limits.heavy_concurrency))
            or _reached(used + cost, limits.credits)
        )
        if over:
            return Entry(refusal=Refusal())
        self._credits.use(now, cost)
        self._running += 1
        self._heavy += heavy
        headers = {}
        if limits.credits is not None and 2 * (used + cost) >= limits.credits:
            headers["X-API-CREDITS-REMAINING"] = str(limits.credits - used - cost)
        return Entry(meter=self, heavy=heavy, headers=headers)

    def leave(self, entry: Entry) -> None:
        """Count a call that ended."""
        self._running -= 1
        self._heavy -= entry.heavy

    def used(self) -> dict[str, Any]:
        """Return what is used now, and the most that was."""
        now = self._clock.moment()
        return {
            "credits": self._credits.used(now),
            "most_credits": self._credits.peak,
            "running": self._running,
            "heavy": self._heavy,
        }


class BooksMeter:
    """Counts the calls of Books in a minute, on a day and at the same time. A refused call is not counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minute = Window(MINUTE)
        self._day = 0
        self._today = 0
        self._running = 0
        self._blocked_until: float | None = None

    def enter(self, limits: BooksLimits) -> Entry:
        """Count a call that begins."""
        now = self._clock.moment()
        if (today := self._clock.today(BOOKS_ZONE).toordinal()) != self._day:
            self._day, self._today = today, 0
        if (refusal := self._refusal(now, limits)) is not None:
            return Entry(refusal=refusal)
        self._minute.use(now, 1)
        self._today += 1
        self._running += 1
        return Entry(meter=self)

    def leave(self, _entry: Entry) -> None:
        """Count a call that ended."""
        self._running -= 1

    def used(self) -> dict[str, Any]:
        """Return what is used now, and the most that was in any minute."""
        return {
            "minute": self._minute.used(self._clock.moment()),
            "most_in_a_minute": self._minute.peak,
            "day": self._today,
            "running": self._running,
        }

    def _refusal(self, now: float, limits: BooksLimits) -> Refusal | None:
        if self._blocked_until is not None and now < self._blocked_until:
            return Refusal(code=43, retry_after=max(1, round(self._blocked_until - now)))
        if _reached(self._today + 1, limits.per_day):
            return Refusal(code=45)
        if _reached(self._minute.used(now) + 1, limits.per_minute):
            if limits.block_seconds is None:
                return Refusal(code=44)
            self._blocked_until = now + limits.block_seconds
            return Refusal(code=43, retry_after=limits.block_seconds)
        if _reached(self._running + 1, limits.concurrency):
            return Refusal(code=1070)
        return None


def _reached(amount: int, limit: int | None) -> bool:
    return limit is not None and amount > limit
