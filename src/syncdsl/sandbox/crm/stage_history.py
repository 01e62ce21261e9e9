"""Which stages a deal went through: kept whenever the stage changes, shown as a related list of the deal.

A stage field is tracked by default in the CRM and can be switched off there (Zoho CRM, field trackers); then the list
is neither described nor answered, and moves meanwhile leave no trace.
"""

import json
from collections.abc import Mapping
from typing import Any

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.catalogue import DEALS, Module
from syncdsl.sandbox.crm.rendering import moment, person
from syncdsl.sandbox.organisation import CRM_IDENTITY_BASE, CURRENT_USER
from syncdsl.sandbox.store import Record, Store

TABLE = """CREATE TABLE IF NOT EXISTS crm_stage (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    by TEXT NOT NULL,
    document TEXT NOT NULL
)"""
INDEX = "CREATE INDEX IF NOT EXISTS crm_stage_by_deal ON crm_stage (deal, id)"
COUNTER = "crm.stage"
OFFSET = 800_000_000_000
"""Ids of entries lie this far above those of metadata, out of the way of records and rows."""
FIELDS = (
    "Stage",
    "Moved_To__s",
    "Duration_Days",
    "Duration_Time",
    "Modified_Time",
    "Modified_By",
    "Amount",
    "Probability",
)
KEPT = ("Stage", "Amount", "Probability")
"""What an entry keeps of the deal as it was on entering the stage."""
DAY = 24 * 3600


class StageHistory:
    """Notes the moves of deals while it is `on`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.on = True
        store.rows(TABLE)
        store.rows(INDEX)

    def note(self, module: Module, record: Record, *, before: Mapping[str, Any] | None) -> None:
        """Keep the stage a deal is in, if it has moved there since `before` (None: it was created)."""
        if not self.on or module.api_name != DEALS.api_name:
            return
        stage = record.document.get("Stage")
        if stage is None or (before is not None and before.get("Stage") == stage):
            return
        known = self._store.rows("SELECT 1 FROM crm_stage WHERE deal = ? LIMIT 1", (record.id,))
        if before is not None and before.get("Stage") and not known:
            # Deals that were there before the history began have spent all their time in the first stage.
            self._add(record.id, before, entered=record.created, by=str(before["Created_By"]))
        self._add(record.id, record.document, entered=record.modified, by=CURRENT_USER.id)

    def rows(self, record: Record) -> list[dict[str, Any]]:
        """Return the stages of a deal, the present one first.

        `Modified_Time` and `Modified_By` tell when and by whom the deal was brought into the stage, the durations how
        long it stayed (so far), and `Moved_To__s` where it went.
        """
        held: list[tuple[int, int, str, dict[str, Any]]] = [
            (*row[:3], json.loads(row[3]))
            for row in self._store.rows(
                "SELECT id, entered, by, document FROM crm_stage WHERE deal = ? ORDER BY id", (record.id,)
            )
        ]
        if not held and record.document.get("Stage"):
            held = [(record.id, record.created, record.document["Created_By"], record.document)]
        shown = []
        for position, (identity, entered, by, document) in enumerate(held):
            following = held[position + 1] if position + 1 < len(held) else None
            left = following[1] if following else self._clock.now()
            spent = max(left - entered, 0)
            shown.append(
                {
                    "id": str(identity),
                    "Stage": document["Stage"],
                    "Moved_To__s": following[3]["Stage"] if following else None,
                    "Duration_Days": spent // DAY,
                    "Duration_Time": spent,
                    "Modified_Time": moment(entered),
                    "Modified_By": person(by),
                    "Amount": document.get("Amount"),
                    "Probability": document.get("Probability"),
                }
            )
        return shown[::-1]

    def _add(self, deal: int, document: Mapping[str, Any], *, entered: int, by: str) -> None:
        number = self._store.next_number(COUNTER, CRM_IDENTITY_BASE + OFFSET)
        kept = json.dumps({name: document.get(name) for name in KEPT})
        self._store.rows("INSERT INTO crm_stage VALUES (?, ?, ?, ?, ?)", (number, deal, entered, by, kept))
