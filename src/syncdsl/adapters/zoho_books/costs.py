"""What writing takes of Books: one record a call (Zoho Books API v3, "API call limit": every call counts alike)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.adapters.costing import Toll, batches

if TYPE_CHECKING:
    from syncdsl.adapters.costing import Work

LOOK = 16
"""Updates for which one look at the list tells what moved (`moving.FRESH_SECONDS` at 100 calls a minute)."""


def toll(work: Work) -> Toll:
    """Return what it takes to write so much.

    A created or updated record comes with the answer. Where its version does not tell enough a record is read before it
    is updated: this counts it for all. A status is read when it is decided on, before it is changed and afterwards; a
    record is read before it is taken away.
    """
    calls = work.creates + 2 * work.updates + batches(work.updates, LOOK) + 4 * work.actions + 2 * work.removals
    return Toll(calls=calls, cost=calls)
