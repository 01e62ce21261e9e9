"""Stage histories: which stages a record went through, for systems that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """A record came to `stage` at a moment, by the system's own clock; the first one is that of its creation."""

    at: dt.datetime
    stage: str


@runtime_checkable
class KeepsStages(Protocol):
    """A connection that can tell which stages records went through between two readings."""

    def stages(self, module: str, since: Mapping[str, dt.datetime]) -> dict[str, tuple[StageChange, ...]]:
        """Return the stages that records came to after a moment of their own, the oldest first.

        A record of which nothing is known is left out: its module has no history, or it may not be read.
        """
        ...
