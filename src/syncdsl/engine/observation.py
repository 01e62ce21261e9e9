"""What was read of one module in this run, and what is to be remembered of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from syncdsl.adapters.protocol import Record
    from syncdsl.plan.steps import ObserveStep
    from syncdsl.state import StoredRecord


@dataclass(slots=True, kw_only=True)
class Observation:
    """The records of one observe step.

    `records` are those in scope of the step's view; `gone` are ids confirmed absent, `outside` ids that exist but are
    not in the view. `put`, `remove`, `cursor` and, for a complete reading, `swept` are what an apply stores, in one
    transaction.
    """

    step: ObserveStep
    records: dict[str, Record]
    server_time: dt.datetime
    gone: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    put: list[StoredRecord] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    cursor: str | None = None
    swept: dt.datetime | None = None
