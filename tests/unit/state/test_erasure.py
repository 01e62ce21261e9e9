"""Erasure: values become keyed digests wherever they were kept, and none is left in the file."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert
from tests.unit.state.conftest import URL
from tests.unit.state.test_links import link

from syncdsl.diagnostics import Fault
from syncdsl.schema.values import Erased
from syncdsl.state import Cause, HistoryEntry, Instance, Intent, Place, StoredRecord, Subject, open_state, sqlite_file
from syncdsl.state.erasure import erased_digest
from syncdsl.state.tables import ARCHIVE, MATCH_FORM, REVIEW

if TYPE_CHECKING:
    from pathlib import Path

    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SECRET = "jane.doe@example.com"
SUBJECT = Subject(
    records=frozenset([("crm", "Accounts", "l1"), ("books", "customers", "r1")]),
    uids=frozenset(["u1"]),
    sides=frozenset([("p", "left", "l1"), ("p", "right", "r1")]),
)
OTHER = "other@example.com"
PLACE = Place(location="main.sync:3", left=("crm", "Accounts"), right=("books", "customers"))


def intent(iid: str, **facts: Any) -> Intent:
    common: dict[str, Any] = {
        "op": "create",
        "connection": "books",
        "module": "customers",
        "pair_or_document": "p",
        "source_connection": "crm",
        "source_module": "Accounts",
        "source_id": "l1",
        "payload": {
            "fields": {"mail": SECRET},
            "source_base": {"Mail": SECRET},
            "base": {"mail": SECRET},
            "lines": ["b2:1"],
            "amount": "7",
        },
        "payload_hash": "hash",
        "fence": 1,
    }
    return Intent(iid=iid, **{**common, **facts})


def review(item: str, **facts: Any) -> dict[str, Any]:
    common: dict[str, Any] = {
        "id": item,
        "kind": "conflict",
        "rule": "p",
        "location": "main.sync:3",
        "reason": f"{SECRET} or not",
        "connection": "crm",
        "module": "Accounts",
        "record_id": "l1",
        "label": SECRET,
        "field": "Mail",
        "left": SECRET,
        "right": OTHER,
        "candidates": [],
        "state": "open",
        "opened": NOW,
        "opened_run": "run",
    }
    return {**common, **facts}


def fill(state: State) -> None:
    """Leave a value in every corner of a state, and another record's beside it."""
    state.because(Cause(run="run", by="anna", clock=lambda: NOW, places={"p": PLACE}))
    mine = replace(link(1), left_base={"Mail": "old." + SECRET, "Tier": "gold"}, right_base={"mail": SECRET})
    theirs = replace(link(2), left_base={"Mail": OTHER}, right_base={"mail": OTHER})
    state.put_links([mine, theirs])
    state.put_link(replace(mine, left_base={"Mail": SECRET, "Tier": "gold"}, status="left_gone"))
    for number, value in ((1, SECRET), (2, OTHER)):
        facts: dict[str, Any] = {"connection": "books", "module": "customers", "record_id": f"r{number}"}
        facts |= {"cause_rule": "p", "cause_location": "main.sync:4", "iid": "i1"}
        state.add_history("run", [HistoryEntry(uid=f"u{number}", field="mail", old=None, new=value, **facts)])
    state.add_intents(
        [intent("i1", key="k1"), intent("i2", key="k2", source_id="l2", payload={"fields": {"m": OTHER}})]
    )
    state.resolve_intent("i1", "done", remote_id="r1", detail=f"there was a {SECRET}")
    for step in ("crm.Accounts", "crm.Accounts|All"):
        rows = [StoredRecord(id="l1", fields={"Mail": SECRET}), StoredRecord(id="l2", fields={"Mail": OTHER})]
        state.begin_observation(step)
        state.stage(step, [(row, None) for row in rows])
        state.end_observation(step, ("Mail",), "cursor", swept=NOW)
    inputs = {"customer": SECRET}
    state.put_instance(
        Instance(document="d", connection="crm", module="Accounts", record_id="l1", number=0, key="kd", inputs=inputs)
    )
    content = {"uid": "u1", "pair": "p", "left_base": {"Mail": SECRET}, "right_base": {}}
    with state.transaction() as connection:
        connection.execute(insert(REVIEW), [review("a"), review("b", record_id="l2", label=OTHER, reason="?", left=1)])
        named = {"connection": "crm", "module": "Accounts", "id": "l1", "label": SECRET}
        connection.execute(
            insert(REVIEW), [review("c", record_id="l2", label="x", reason="", left=1, candidates=[named])]
        )
        put = {"kind": "link", "reason": "r", "organizations": {}, "content": content, "by": "anna", "at": NOW}
        connection.execute(insert(ARCHIVE), [put, {**put, "content": {**content, "uid": "u9"}}])
        form = {"pair": "p", "number": 0, "side": "left"}
        connection.execute(insert(MATCH_FORM), [{**form, "record_id": "l1", "form": SECRET}])


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_no_value_is_left_in_the_file(tmp_path: Path) -> None:
    """After an erasure the value is in no table, no free page and no log; what is another record's is all there."""
    state = open_state(URL, base=tmp_path)
    fill(state)
    with state.transaction() as connection:
        connection.execute(ARCHIVE.delete().where(ARCHIVE.c.seq == 2))
    before = state.erasable(SUBJECT)
    assert SECRET.encode() in files(tmp_path)
    done = state.erase(SUBJECT, NOW, "anna")
    assert done == before
    assert done == {
        "history": 3,
        "bases": 1,
        "writes": 1,
        "documents": 1,
        "reviews": 2,
        "readings": 2,
        "archive": 1,
    }
    state.scrub()
    held = files(tmp_path)
    assert SECRET.encode() not in held
    assert held.count(OTHER.encode()) > 8
    assert sum(state.erase(SUBJECT, NOW, "anna").values()) == 0
    state.close()


def test_rewriting_changes_nothing_that_is_there(state: State) -> None:
    """On every database: what a state holds is the same after it was rewritten."""
    fill(state)
    state.erase(SUBJECT, NOW, "anna")
    before = (state.digest(), state.history())
    state.scrub()
    assert (state.digest(), state.history()) == before


def test_the_fold_and_comparisons_go_on(state: State) -> None:
    """Erased history folds to the erased links; equal values have equal digests; the rows say so."""
    fill(state)
    state.erase(SUBJECT, NOW, "anna")
    link_1, link_2 = state.links("p")
    assert state.lineage() == {"u1": link_1, "u2": link_2}
    assert isinstance(link_1.left_base["Mail"], Erased)
    assert link_1.left_base["Mail"] == link_1.right_base["mail"] != link_1.left_base["Tier"]
    assert link_2.left_base == {"Mail": OTHER}
    key = state.erasure_key()
    assert key is not None
    assert link_1.left_base["Mail"] == Erased(erased_digest(key, SECRET))
    assert {row.entry.erased for row in state.history() if row.entry.uid == "u1" and row.entry.kind != "status"} == {
        True
    }
    assert not any(row.entry.erased for row in state.history() if row.entry.uid == "u2")


def test_two_states_have_different_digests(state: State, tmp_path: Path) -> None:
    """The key of the digests is each state's own, so that nobody can compare two states, or try values without one."""
    other = open_state(URL, base=tmp_path / "other")
    for one in (state, other):
        fill(one)
        one.erase(SUBJECT, NOW, "anna")
    assert state.links("p")[0].left_base["Mail"] != other.links("p")[0].left_base["Mail"]
    other.close()


def test_what_is_needed_stays(state: State) -> None:
    """Ids, keys, causes, amounts and who is whose partner stay: the engine goes on with them."""
    fill(state)
    state.erase(SUBJECT, NOW, "anna")
    (done,) = state.intents_of("k1")
    assert (done.remote_id, done.payload["lines"], done.payload["amount"]) == ("r1", ["b2:1"], "7")
    assert set(done.payload["fields"]["mail"]) == {"erased"}
    assert state.link("p", left_id="l1") is not None
    assert {row.entry.cause_location for row in state.history() if row.entry.kind == "field"} == {"main.sync:4"}


def test_what_was_read_is_read_again(state: State) -> None:
    """A reading without the record would make it look deleted: its modules are read completely by the next run."""
    fill(state)
    state.erase(SUBJECT, NOW, "anna")
    for step in ("crm.Accounts", "crm.Accounts|All"):
        seen = state.observation(step)
        assert seen is not None
        assert (set(state.stored_ids(step, "", 9)), seen.cursor, seen.swept) == ({"l2"}, None, None)


def test_what_is_under_way_is_counted(state: State) -> None:
    """A write that has not ended, or a decision no run has carried out, needs its values; both are told beforehand."""
    fill(state)
    assert state.unfinished(SUBJECT) == 0
    state.add_intents([intent("i3", key="k3")])
    with state.transaction() as connection:
        connection.execute(insert(REVIEW), [review("d", state="decided", decision={"value": SECRET})])
    assert state.unfinished(SUBJECT) == 2
    state.erase(SUBJECT, NOW, "anna")
    assert state.intents_of("k3")[0].payload["fields"] == {"mail": SECRET}


def test_another_reader_keeps_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program reads an older state of the file, its log cannot be emptied, and that is said."""
    monkeypatch.setattr(sqlite_file, "BUSY_MILLISECONDS", 1)
    state, other = (open_state(URL, base=tmp_path) for _ in range(2))
    fill(state)
    with state.transaction() as connection:
        connection.execute(ARCHIVE.delete().where(ARCHIVE.c.seq == 2))
    with other.reading() as reading:
        reading.execute(REVIEW.select()).all()
        state.erase(SUBJECT, NOW, "anna")
        with pytest.raises(Fault) as refused:
            state.scrub()
        assert refused.value.code.id == "SD808"
    other.close()
    state.scrub()
    assert SECRET.encode() not in files(tmp_path)
    state.close()
