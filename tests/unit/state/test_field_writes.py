"""What was written to a field lately, and what was sent for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from syncdsl.state import HistoryEntry, Intent

if TYPE_CHECKING:
    from syncdsl.state import State

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def write(state: State, iid: str, old: Any, new: Any, *, sent: Any = None, at: dt.datetime | None = NOON) -> None:
    """Write the phone of customer 1, linked as `u`, as an apply would."""
    payload = {"fields": {"phone": sent}} if sent is not None else {"fields": {}}
    if at is not None:
        payload = {**payload, "server_time": at.isoformat()}  # type: ignore[dict-item]
    state.add_intents(
        [
            Intent(
                iid=iid,
                op="update",
                connection="books",
                module="customers",
                pair_or_document="customers",
                source_connection="crm",
                source_module="Accounts",
                source_id="9",
                payload=payload,
                payload_hash="h",
                fence=0,
            )
        ]
    )
    entry = HistoryEntry(
        uid="u",
        connection="books",
        module="customers",
        record_id="1",
        field="phone",
        old=old,
        new=new,
        cause_rule="customers",
        cause_location="a.sync:3",
        iid=iid,
    )
    state.add_history("run", [entry])


def test_writes_of_a_link_since_a_moment_of_the_servers_clock(state: State) -> None:
    """Writes come oldest first, with both values; older ones, and those of unknown age, are left out."""
    write(state, "i0", "0", "1", at=NOON - dt.timedelta(seconds=1))
    write(state, "i1", "1", "2")
    write(state, "i2", "2", "3", at=NOON + dt.timedelta(hours=1))
    write(state, "i3", "3", "4", at=None)
    found = state.field_writes("u", NOON)
    assert [(item.connection, item.field, item.old, item.new) for item in found] == [
        ("books", "phone", "1", "2"),
        ("books", "phone", "2", "3"),
    ]
    assert state.field_writes("other", NOON) == []


def test_what_was_sent_last_and_what_became_of_it(state: State) -> None:
    """The latest write of a field tells what was sent and what its system made of it."""
    write(state, "i1", None, "A", sent="a")
    write(state, "i2", "A", "B", sent="b")
    sent = state.last_sent("books", "customers", "1", "phone")
    assert sent is not None
    assert (sent.sent, sent.became) == ("b", "B")
    assert state.last_sent("books", "customers", "1", "name") is None
    assert state.last_sent("books", "customers", "2", "phone") is None
