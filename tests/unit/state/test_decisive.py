"""What decisions rest on goes out of a state and into another one; what tells people who did what stays behind."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.state.conftest import ON_SQLITE
from tests.unit.state.test_backup import fill
from tests.unit.state.test_field_writes import write

from syncdsl.state import open_state
from syncdsl.state.decisive import DECISIVE, decisive_rows, put_rows
from syncdsl.state.rules import CONCEALMENT
from syncdsl.state.tables import METADATA

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 1, 18, tzinfo=dt.UTC)


def test_another_state_decides_the_same(state: State, tmp_path: Path) -> None:
    """From either kind of database into a new file: what decisions rest on has the same digest, and comes out again."""
    fill(state)
    rows = list(decisive_rows(state, now=NOW))
    assert {table for table, _ in rows} >= {"link", "identity", "truth", "observed_record"}
    with closing(open_state("sqlite:///other.db", base=tmp_path)) as other:
        put_rows(other, rows)
        assert other.digest() == state.digest()
        assert list(decisive_rows(other, now=NOW)) == rows


def test_neither_history_nor_keys_nor_leases_go_along(state: State) -> None:
    """Of the switches only names that are under way do; the keys of hidden and erased values stay where they are."""
    fill(state)
    state.ensure_concealment_key(by="ada", at=NOW)
    told = repr(list(decisive_rows(state, now=NOW)))
    key = state.concealment_key()
    assert key is not None
    assert key not in told
    assert CONCEALMENT not in told
    left = {table.name for table in METADATA.sorted_tables} - {table.name for table in DECISIVE}
    assert left >= {"lease", "daemon", "journal_event", "run", "archive", "approval", "alert"}


def test_late_writes_and_the_last_of_enforced_fields_go_along(state: State) -> None:
    """Writes of two days, which limits and oscillation count, and the last one of a field that is enforced."""
    write(state, "i1", "1", "2", sent="2")
    write(state, "i2", "2", "3", sent="3")
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE intent SET state = 'done'")
        old = (NOW - dt.timedelta(days=30)).isoformat(sep=" ").replace("+00:00", ".000000")
        connection.exec_driver_sql(f"UPDATE intent SET finished_at = '{old}'")  # noqa: S608 - a moment of this test

    def history(**how: Any) -> list[str]:
        return [row["iid"] for table, row in decisive_rows(state, now=NOW, **how) if table == "history"]

    assert history() == []
    assert history(enforced=[("books", "customers", "phone")]) == ["i2"]
    assert history(enforced=[("books", "customers", "fax")]) == []
    intents = [
        row["iid"]
        for table, row in decisive_rows(state, now=NOW, enforced=[("books", "customers", "phone")])
        if table == "intent"
    ]
    assert intents == ["i2"]
    assert state.last_sent("books", "customers", "1", "phone") is not None


@ON_SQLITE
@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("journal_event", {}),
        ("nothing", {}),
        ("truth", {"trigger": "t", "record_id": "1", "value": True}),
        ("truth", {"trigger": "t", "record_id": "1", "value": 1, "since": "2026-01-01T00:00:00+00:00"}),
        ("truth", {"trigger": "t", "record_id": "1", "value": True, "since": "noon"}),
        ("truth", {"trigger": None, "record_id": "1", "value": True, "since": "2026-01-01T00:00:00+00:00"}),
        ("pair_pass", {"pair": 7, "digest": "d", "day": None}),
    ],
)
def test_what_is_no_row_is_refused(state: State, table: str, row: dict[str, Any]) -> None:
    """A row of another table, without a column, or with a value of another kind changes nothing."""
    with pytest.raises((ValueError, TypeError)):
        put_rows(state, [(table, row)])
    assert list(decisive_rows(state, now=NOW)) == []
