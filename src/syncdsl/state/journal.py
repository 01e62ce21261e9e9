"""The journal: what was decided, sent, and came of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, update

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import DAMAGED_STATE
from syncdsl.state.part import Part
from syncdsl.state.records import OPEN_STATES, Intent, JournalEvent, Resolution, Totals
from syncdsl.state.tables import INTENT, JOURNAL_EVENT
from syncdsl.state.upsert import insert_rows, inserting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

    from syncdsl.state.records import IntentState

_COLUMNS = [column for column in INTENT.c if column.name not in {"seq", "finished_at"}]
_SENT = (
    update(INTENT)
    .where(INTENT.c.iid == bindparam("sent_iid"))
    .values(
        state="sent",
        attempts=INTENT.c.attempts + 1,
        first_sent_at=func.coalesce(INTENT.c.first_sent_at, bindparam("sent_at", type_=INTENT.c.first_sent_at.type)),
        last_sent_at=bindparam("sent_at", type_=INTENT.c.last_sent_at.type),
    )
)
_RESOLVED = (
    update(INTENT)
    .where(INTENT.c.iid == bindparam("resolved_iid"))
    .values(
        state=bindparam("state"),
        detail=bindparam("detail"),
        remote_id=func.coalesce(bindparam("found_id", type_=INTENT.c.remote_id.type), INTENT.c.remote_id),
        finished_at=func.coalesce(bindparam("closed_at", type_=INTENT.c.finished_at.type), INTENT.c.finished_at),
    )
)
_CLOSED: tuple[IntentState, ...] = ("done", "rejected", "dropped")


class JournalTable(Part):
    """Intents and their transitions. Every transition is kept; the intent's row is its newest state."""

    def add_intents(self, intents: Sequence[Intent]) -> None:
        """Commit writes that were decided, before any of them is sent.

        Raises NotUniqueError when a create under the same key has not ended yet.
        """
        if not intents:
            return
        rows = [{column.name: getattr(intent, column.name) for column in _COLUMNS} for intent in intents]
        with self.transaction() as connection:
            insert_rows(connection, inserting(connection, INTENT), rows)
            self._events(connection, [intent.iid for intent in intents], "intent", dt.datetime.now(dt.UTC), "")

    def mark_sent(self, iids: Sequence[str], at: dt.datetime) -> None:
        """Commit that these are being sent now: from here on nobody knows until an answer comes."""
        if not iids:
            return
        with self.transaction() as connection:
            connection.execute(_SENT, [{"sent_iid": iid, "sent_at": at} for iid in iids])
            self._events(connection, iids, "sent", at, "")

    def resolve_intent(self, iid: str, state: IntentState, remote_id: str | None = None, detail: str = "") -> None:
        """Commit what became of a write."""
        self.resolve_intents([Resolution(iid=iid, state=state, remote_id=remote_id, detail=detail)])

    def resolve_intents(self, found: Sequence[Resolution]) -> None:
        """Commit what became of some writes."""
        if not found:
            return
        now = dt.datetime.now(dt.UTC)
        rows = [
            {
                "resolved_iid": one.iid,
                "state": one.state,
                "detail": one.detail,
                "found_id": one.remote_id,
                "closed_at": now if one.state in _CLOSED else None,
            }
            for one in found
        ]
        events = [
            {"iid": one.iid, "state": one.state, "at": now, "run": self._run, "detail": one.detail} for one in found
        ]
        with self.transaction() as connection:
            connection.execute(_RESOLVED, rows)
            insert_rows(connection, inserting(connection, JOURNAL_EVENT), events)

    def _events(self, connection: Connection, iids: Sequence[str], state: str, at: dt.datetime, detail: str) -> None:
        rows = [{"iid": iid, "state": state, "at": at, "run": self._run, "detail": detail} for iid in iids]
        insert_rows(connection, inserting(connection, JOURNAL_EVENT), rows)

    def open_intents(self) -> list[Intent]:
        """Return the writes that have not ended, oldest first."""
        return self._intents(INTENT.c.state.in_(OPEN_STATES))

    def intents_of(self, key: str) -> list[Intent]:
        """Return every write under a key, oldest first."""
        return self._intents(INTENT.c.key == key)

    def _intents(self, condition: Any) -> list[Intent]:
        with self.reading() as connection:
            rows = connection.execute(select(*_COLUMNS).where(condition).order_by(INTENT.c.seq)).mappings()
            return [_intent(row) for row in rows]

    def journal(self) -> list[JournalEvent]:
        """Return every transition, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(JOURNAL_EVENT).order_by(JOURNAL_EVENT.c.seq)).mappings()
            return [JournalEvent(**row) for row in rows]

    def totals_since(self, at: dt.datetime) -> Totals:
        """Return what was done since a moment."""
        creates = updates = deletes = 0
        amount = Decimal(0)
        with self.reading() as connection:
            rows = connection.execute(
                select(INTENT.c.op, INTENT.c.payload).where(INTENT.c.state == "done", INTENT.c.finished_at >= at)
            )
            for row in rows:
                if row.op == "create":
                    creates += 1
                    amount += _amount(row.payload)
                elif row.op == "update":
                    updates += 1
                elif row.op in {"delete", "deactivate", "void"}:
                    deletes += 1
        return Totals(creates=creates, updates=updates, deletes=deletes, amount=amount)


def _amount(payload: Any) -> Decimal:
    try:
        return Decimal(payload.get("amount") or 0)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        raise Fault(DAMAGED_STATE, "the state holds an amount that is not a number") from None


def _intent(row: RowMapping) -> Intent:
    return Intent(**row)
