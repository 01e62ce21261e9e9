"""How fast and how far: the figures of both systems in one place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.adapters.transport.windows import CallLimits

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may do.

    `concurrency` calls at once, `heavy` of them heavy ones, `per_minute` calls in any sliding minute, calls that cost
    `per_day` in any 24 hours (None: no such limit). `settle_seconds` is how long after its time-out a lost request may
    still land; `overlap_seconds` how far back incremental reads reach: stamps of one second, skew between servers, lag
    of commits.
    """

    concurrency: int
    heavy: int | None
    per_minute: int | None
    per_day: int | None
    settle_seconds: float
    overlap_seconds: float

    @property
    def calls(self) -> CallLimits:
        """The limits that all processes together keep to."""
        return CallLimits(
            per_minute=self.per_minute, per_day=self.per_day, concurrency=self.concurrency, heavy=self.heavy
        )


CRM = Limits(concurrency=10, heavy=10, per_minute=None, per_day=None, settle_seconds=30.0, overlap_seconds=120.0)
"""Zoho CRM API v8, "API limits": credits per day by edition and number of users, so that only the settings can tell;
5 to 25 calls at once by edition, 10 of them heavy (views, writes of over ten records, search, COQL); no limit a minute.
"""

BOOKS = Limits(concurrency=5, heavy=None, per_minute=100, per_day=1000, settle_seconds=30.0, overlap_seconds=120.0)
"""Zoho Books API v3, "API call limit": 100 a minute and organisation; by plan 1000 to 10 000 a day and 5 or 10 at once.
The lowest plan's hold until the plan is known: they are never wrong, the others would have calls refused."""

BOOKS_PLANS: Mapping[str, tuple[int, int]] = {
    "free": (1000, 5),
    "standard": (2000, 10),
    "professional": (5000, 10),
    "premium": (10_000, 10),
    "elite": (10_000, 10),
    "ultimate": (10_000, 10),
    "enterprise": (10_000, 10),
}
"""Calls per day and calls at once by the first word of a plan's name."""

LOCAL_SETTLE_SECONDS = 1.0
"""A request to this machine either arrived at once or never will."""


def books_plan(limits: Limits, plan: str) -> Limits:
    """Return the limits of an organisation of Books with a plan; those of an unknown plan stay as they are."""
    words = plan.lower().split()
    known = next((BOOKS_PLANS[word] for word in words if word in BOOKS_PLANS), None)
    return limits if known is None else replace(limits, per_day=known[0], concurrency=known[1])


def local(limits: Limits) -> Limits:
    """Return the figures for a system on this machine: nothing is under way for long."""
    return replace(limits, per_minute=None, per_day=None, heavy=None, settle_seconds=LOCAL_SETTLE_SECONDS)
