"""Retention: what is old goes in small steps, and what stays still tells every link."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.unit.state.test_links import link

from syncdsl.state import Cause, HistoryEntry, Intent, ReviewItem, retention
from syncdsl.state.lineage import COMPACTED
from syncdsl.state.retention import Pruned

if TYPE_CHECKING:
    import pytest

    from syncdsl.state import State

DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def at(state: State, days: int) -> State:
    """Let it be so many days later."""
    state.because(Cause(run=f"run{days}", clock=lambda: NOW + days * DAY))
    return state


def note(state: State, days: int, *, at: dt.datetime | None = None) -> None:
    """Note a write of a field."""
    facts: dict[str, Any] = {"connection": "crm", "module": "Accounts", "record_id": "1", "field": "Name"}
    state.add_history(
        f"run{days}",
        [HistoryEntry(uid="u1", old=days, new=days + 1, cause_rule="p", cause_location="a:1", at=at, **facts)],
    )


def test_old_rows_go_and_links_are_still_told(state: State) -> None:
    """Writes older than the moment go; of a link one row stays for all before it; what ended before leaves nothing."""
    at(state, 0).put_links([link(1), link(2)])
    note(state, 0, at=NOW)
    at(state, 1).put_link(replace(link(1), left_base={"name": "first"}))
    at(state, 2).put_link(replace(link(1), left_base={"name": "second"}))
    at(state, 2).end_links(["u2"])
    at(state, 9).put_link(replace(link(1), left_base={"name": "third"}))
    note(state, 9, at=NOW + 9 * DAY)
    assert state.prune_history(NOW + 3 * DAY) == Pruned(rows=5)
    rows = [row.entry for row in state.history()]
    assert [(row.kind, row.field) for row in rows] == [("link", COMPACTED), ("base", "base"), ("field", "Name")]
    assert rows[0].new["left_base"] == {"name": "second"}
    assert state.lineage() == {"u1": replace(link(1), left_base={"name": "third"})}
    assert state.prune_history(NOW + 3 * DAY) == Pruned()


def test_a_value_goes_when_it_is_superseded_for_so_long(state: State) -> None:
    """A link's only row stays however old; when its values were superseded for as long, they go as well."""
    at(state, 0).put_link(replace(link(1), left_base={"name": "first"}))
    assert state.prune_history(NOW + 5 * DAY) == Pruned()
    at(state, 6).put_link(replace(link(1), left_base={"name": "second"}))
    assert state.prune_history(NOW + 5 * DAY) == Pruned()
    assert state.prune_history(NOW + 7 * DAY) == Pruned(rows=1)
    assert "first" not in repr(state.history())
    assert state.lineage() == {"u1": replace(link(1), left_base={"name": "second"})}


def test_it_goes_in_small_steps_and_never_looks_twice(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each transaction looks at few rows; the next call goes on where one ended, however many links stay."""
    monkeypatch.setattr(retention, "BATCH", 3)
    at(state, 0).put_links([link(number) for number in range(1, 8)])
    for number in range(1, 8):
        at(state, 1).put_link(replace(link(number), status="left_gone"))
    removed = 0
    for _ in range(6):
        removed += state.prune_history(NOW + 5 * DAY, batches=1).rows
        assert len(state.lineage()) == 7
    assert removed == 7
    assert state.prune_history(NOW + 5 * DAY) == Pruned()
    assert {row.entry.new["status"] for row in state.history()} == {"left_gone"}


def asked(number: int, **facts: Any) -> ReviewItem:
    """Return a question that was asked on the first day."""
    common = {"kind": "conflict", "rule": "p", "location": "a:1", "reason": "r", "connection": "crm", "module": "m"}
    common |= {"record_id": str(number), "label": f"Record {number}", "opened_run": "run0"}
    return ReviewItem(id=f"item{number}", opened=NOW, **common, **facts)  # type: ignore[arg-type]  # text fields


def test_settled_questions_go_and_standing_ones_stay(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question goes when it was settled for so long; open and decided ones stay, however old; in small steps."""
    monkeypatch.setattr(retention, "BATCH", 2)
    state.open_reviews([asked(number) for number in range(1, 8)])
    state.decide_review("item1", {"choice": "skip"}, "anna", NOW)
    state.close_reviews([f"item{number}" for number in range(3, 8)], NOW + 2 * DAY)
    state.close_reviews(["item7"], NOW + 2 * DAY)
    assert state.prune_history(NOW + 2 * DAY) == Pruned()
    assert state.prune_history(NOW + 3 * DAY, batches=2) == Pruned(reviews=4)
    assert state.prune_history(NOW + 3 * DAY) == Pruned(reviews=1)
    kept = state.reviews(states=("open", "decided", "closed"))
    assert [(item.id, item.state) for item in kept] == [("item1", "decided"), ("item2", "open")]
    state.open_reviews([asked(3)])
    assert state.review("item3") is not None


def test_old_runs_go_and_the_history_needs_none_of_them(state: State) -> None:
    """Runs that began before go, ended or cut short, but for the one that prunes; what they did keeps its time."""
    at(state, 0).put_link(replace(link(1), left_base={"name": "first"}))
    state.start_run("run0", "apply", "digest", NOW)
    note(state, 0)
    state.start_run("run1", "apply", "digest", NOW + DAY)
    state.end_run("run1", NOW + DAY, {"done": 1})
    state.start_run("run8", "apply", "digest", NOW + 8 * DAY)
    (told,) = state.lineage().values()
    assert state.prune_history(NOW + 2 * DAY) == Pruned(rows=1, runs=2)
    assert [run.id for run in state.runs(9)] == ["run8"]
    assert list(state.lineage().values()) == [told]
    assert state.prune_history(NOW + 9 * DAY) == Pruned()
    assert [run.id for run in state.runs(9)] == ["run8"]


def test_a_row_without_a_time_gets_that_of_its_run_before_the_run_goes(state: State) -> None:
    """What stays of an old run is told with its time when the run itself is gone."""
    state.start_run("run0", "apply", "digest", NOW)
    state.start_run("run5", "apply", "digest", NOW + 5 * DAY)
    at(state, 0).put_link(link(1))
    with state.transaction() as connection:
        connection.exec_driver_sql("UPDATE history SET at = NULL")
    assert state.prune_history(NOW + 2 * DAY) == Pruned(runs=1)
    assert [row.entry.at for row in state.history()] == [NOW]


def test_rows_of_before_there_were_times_have_that_of_their_run(state: State) -> None:
    """A row without a time is as old as its run; one of an unknown run is older than anything."""
    state.start_run("run5", "apply", "digest", NOW + 5 * DAY)
    note(state, 4)
    note(state, 5)
    assert state.prune_history(NOW + 3 * DAY) == Pruned(rows=1)
    assert state.prune_history(NOW + 6 * DAY) == Pruned(rows=1)


def test_what_old_writes_sent_goes_as_well(state: State) -> None:
    """Writes that ended long ago keep their key and state, not what they sent; one that has not ended keeps all."""
    facts: dict[str, Any] = {"connection": "crm", "module": "m", "source_connection": "b", "source_module": "m"}
    facts |= {"pair_or_document": "p", "source_id": "1", "payload": {"fields": {"a": "x"}}, "payload_hash": "h"}
    state.add_intents([Intent(iid=f"i{n}", op="create", key=f"k{n}", fence=1, **facts) for n in range(3)])
    state.resolve_intent("i0", "done", remote_id="9")
    state.resolve_intent("i1", "rejected")
    later = dt.datetime.now(dt.UTC) + DAY
    assert state.prune_history(later) == Pruned(payloads=2)
    assert state.prune_history(later) == Pruned()
    assert [state.intents_of(f"k{n}")[0].payload for n in range(3)] == [{}, {}, facts["payload"]]
    assert state.intents_of("k0")[0].remote_id == "9"
