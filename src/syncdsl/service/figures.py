"""What a pair came to since the daemon began, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.changes.effects import Update

if TYPE_CHECKING:
    from syncdsl.engine.report import ApplyReport

_KINDS = {
    "create": "added",
    "link": "linked",
    "delete": "deleted",
    "deactivate": "deleted",
    "void": "deleted",
}
"""What people call an effect; any other one is a status that changed."""


@dataclass(slots=True)
class Figures:
    """`runs` by outcome, `changes` by kind, and the seconds that runs took."""

    runs: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, report: ApplyReport, seconds: float) -> dict[str, int]:
        """Count a run that came to its end, and return what it did."""
        done = counts_of(report)
        self.runs["done"] += 1
        self.changes.update(done)
        self.seconds += seconds
        return done

    def failed(self, seconds: float) -> None:
        """Count a run that a fault ended."""
        self.runs["failed"] += 1
        self.seconds += seconds


def counts_of(report: ApplyReport) -> dict[str, int]:
    """Return what a run did, by kind; what it refused or left open counts, too. Nothing is named that is zero."""
    # One record is one update, however many of its fields change.
    updated = {effect.record.text for effect in report.done if isinstance(effect, Update)}
    counts = Counter(_KINDS.get(effect.kind, "status") for effect in report.done if not isinstance(effect, Update))
    counts["updated"] = len(updated)
    counts["failed"] = len(report.failed)
    counts["unknown"] = len(report.unknown)
    counts["moved on"] = len(report.moved_on)
    counts["held"] = len(report.changes.holds)
    return {name: count for name, count in sorted(counts.items()) if count}
