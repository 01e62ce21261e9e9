"""What this program wrote to a field lately: from the history, with the journal for what was sent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from syncdsl.state.part import Part
from syncdsl.state.tables import HISTORY, INTENT

_NEVER = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWrite:
    """One write of a field of a linked record: what stood there, and what stands since (JSON forms of values)."""

    connection: str
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was sent for a field the last time, and what its system made of it (JSON forms of values)."""

    sent: Any
    became: Any


class FieldWrites(Part):
    """Questions that a decision asks about earlier writes of one record, answered by an index."""

    def field_writes(self, uid: str, since: dt.datetime) -> list[FieldWrite]:
        """Return the writes of a link's fields since a moment of the systems' own clocks, oldest first."""
        statement = (
            select(HISTORY.c.connection, HISTORY.c.field, HISTORY.c.old, HISTORY.c.new, INTENT.c.payload)
            .join(INTENT, INTENT.c.iid == HISTORY.c.iid)
            .where(HISTORY.c.uid == uid, HISTORY.c.kind == "field")
            .order_by(HISTORY.c.seq)
        )
        with self.reading() as connection:
            rows = connection.execute(statement).all()
        return [
            FieldWrite(connection=row.connection, field=row.field, old=row.old, new=row.new)
            for row in rows
            if dt.datetime.fromisoformat(row.payload.get("server_time", _NEVER)) >= since
        ]

    def last_sent(self, connection: str, module: str, record_id: str, field: str) -> Sent | None:
        """Return what was written to a field the last time; None when it never was, or that is forgotten."""
        statement = (
            select(INTENT.c.payload, HISTORY.c.new)
            .join(INTENT, INTENT.c.iid == HISTORY.c.iid)
            .where(
                HISTORY.c.connection == connection,
                HISTORY.c.module == module,
                HISTORY.c.record_id == record_id,
                HISTORY.c.kind == "field",
                HISTORY.c.field == field,
            )
            .order_by(HISTORY.c.seq.desc())
            .limit(1)
        )
        with self.reading() as reading:
            row = reading.execute(statement).first()
        if row is None:
            return None
        return Sent(sent=row.payload.get("fields", {}).get(field), became=row.new)
