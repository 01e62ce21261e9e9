"""How fast and how far: the figures of both systems in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection may do.

    `concurrency` calls at once, `per_minute` calls in any sliding minute (None: no such limit).
    `settle_seconds` is how long after its time-out a lost request may still land; `overlap_seconds` how far
    back incremental reads reach: stamps of one second, skew between servers, lag of commits.
    """

    concurrency: int
    per_minute: int | None
    settle_seconds: float
    overlap_seconds: float


CRM = Limits(concurrency=10, per_minute=None, settle_seconds=30.0, overlap_seconds=120.0)
"""Zoho CRM API v8, "API limits": credits per day, 10 calls at once for the heavy ones, no limit per minute."""

BOOKS = Limits(concurrency=5, per_minute=100, settle_seconds=30.0, overlap_seconds=120.0)
"""Zoho Books API v3, "API call limit": 100 a minute and organisation, 5 at once in the free plan."""

LOCAL_SETTLE_SECONDS = 1.0
"""A request to this machine either arrived at once or never will."""


def local(limits: Limits) -> Limits:
    """Return the limits for a system on this machine: no rate, and nothing is under way for long."""
    return Limits(
        concurrency=limits.concurrency,
        per_minute=None,
        settle_seconds=LOCAL_SETTLE_SECONDS,
        overlap_seconds=limits.overlap_seconds,
    )
