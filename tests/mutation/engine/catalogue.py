"""All faults seeded into the engine."""

from __future__ import annotations

from tests.mutation.engine.faults import control, creates, deciding, documents, matching, reading, saved, told

SEEDED = (
    *reading.SEEDED,
    *matching.SEEDED,
    *deciding.SEEDED,
    *creates.SEEDED,
    *control.SEEDED,
    *documents.SEEDED,
    *saved.SEEDED,
    *told.SEEDED,
)

ASKED = (
    "no overlap",
    "`>` for `>=`",
    "local clock",
    "cursor before commit",
    "single base",
    "no read-back",
    "resend without lookup",
    "lookup in a lagging index",
    "absence from a truncated sweep",
    "403 as absence",
    "no confirming GET",
    "unordered match",
    "greedy match",
    "epoch not bumped",
    "guard after the first write",
    "fence unchecked",
    "tombstone ignored",
    "baseline fires",
    "instance not counted",
    "sent ignored",
    "edge before commit",
)
"""What has to be among them."""
