"""Deleted records that can still be restored: the shelf behind the recycle bin.

Deleting moves a record here for sixty days. What was merged into another record, or thrown out of the bin, is not here:
it only stays in the list of deleted records, as permanently deleted.
"""

import json
from dataclasses import dataclass

from syncdsl.sandbox.clock import Clock
from syncdsl.sandbox.crm.catalogue import Module
from syncdsl.sandbox.store import Record, Store, row_key

TABLE = """CREATE TABLE IF NOT EXISTS crm_recycled (
    id INTEGER PRIMARY KEY,
    module TEXT NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    deleted INTEGER NOT NULL
)"""
RECYCLE_DAYS = 60
"""Days after which the recycle bin forgets a record, which then counts as permanently deleted."""
DAY = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Recycled:
    """A deleted record as it was, its module's name, and the second of its deletion."""

    record: Record
    module: str
    deleted: int


class Shelf:
    """Keeps what can be restored."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        store.rows(TABLE)

    def put(self, module: Module, record: Record) -> None:
        """Keep a record that is being deleted."""
        self._store.rows(
            "INSERT OR REPLACE INTO crm_recycled VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                record.id,
                module.api_name,
                record.created,
                record.modified,
                record.name,
                json.dumps(record.document, ensure_ascii=False),
                self._clock.now(),
            ),
        )

    def remove(self, identity: int) -> None:
        """Forget a record: it was restored, or thrown away."""
        self._store.rows("DELETE FROM crm_recycled WHERE id = ?", (identity,))

    def all(self) -> list[Recycled]:
        """Return everything that can be restored now, the latest deletion first."""
        rows = self._store.rows(
            "SELECT id, module, created, modified, name, document, deleted FROM crm_recycled"
            " WHERE deleted >= ? ORDER BY deleted DESC, id DESC",
            (self.horizon(),),
        )
        return [
            Recycled(
                record=Record(id=row[0], created=row[2], modified=row[3], name=row[4], document=json.loads(row[5])),
                module=row[1],
                deleted=row[6],
            )
            for row in rows
        ]

    def get(self, identity: str) -> Recycled | None:
        """Return what can be restored under an id, or None."""
        number = row_key(identity)
        return next((item for item in self.all() if item.record.id == number), None) if number is not None else None

    def horizon(self) -> int:
        """Return the second before which nothing can be restored any more."""
        return self._clock.now() - RECYCLE_DAYS * DAY
