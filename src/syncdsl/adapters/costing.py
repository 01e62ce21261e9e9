"""What writing costs: how many calls a system takes for it, and how many it still allows.

A connection that says nothing about it is taken to make one call for each batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How much is to be written in one module: records to create, update and take away, and statuses to change."""

    creates: int = 0
    updates: int = 0
    removals: int = 0
    actions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What work takes, at least: calls, and what they cost of a day's allowance."""

    calls: int
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How fast and how far: calls in any minute (None: no limit), calls at once, seconds that one call takes.

    `left` is what is left of the allowance of a day, in the unit of `Toll.cost`; None where no limit is known.
    """

    per_minute: int | None
    at_once: int
    call_seconds: float
    left: int | None

    def seconds(self, calls: int) -> float:
        """Return how many seconds so many calls take, at least."""
        working = calls * self.call_seconds / max(self.at_once, 1)
        if self.per_minute is None or calls <= self.per_minute:
            return working
        # The calls of the first minute are made at once; each further minute allows as many again.
        return max(working, (calls - 1) // self.per_minute * 60.0)


@runtime_checkable
class Costing(Protocol):
    """A connection that knows what its calls cost."""

    def toll(self, module: str, work: Work) -> Toll:
        """Return what it takes to write so much in a module."""
        ...

    def allowance(self) -> Allowance:
        """Return how fast calls may be made, and how many are left; no call is made to find out."""
        ...


def batches(count: int, size: int) -> int:
    """Return how many batches of a size there are in a number of records."""
    return -(-count // max(size, 1))


def plain_toll(capabilities: Capabilities, work: Work) -> Toll:
    """Return what work takes where nothing else is known: a call for each batch, and one for each status."""
    size = capabilities.batch
    calls = sum(batches(count, size) for count in (work.creates, work.updates, work.removals)) + work.actions
    return Toll(calls=calls, cost=calls)


def plain_allowance(capabilities: Capabilities) -> Allowance:
    """Return what is allowed where nothing else is known: as many calls at once as it says."""
    return Allowance(per_minute=None, at_once=capabilities.concurrency, call_seconds=0.0, left=None)
