"""The journal keeps every transition, and refuses what could write twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from syncdsl.diagnostics import Fault
from syncdsl.state import HistoryEntry, Intent, NotUniqueError, Totals, open_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.unit.state.conftest import StartChild

    from syncdsl.state import State
    from syncdsl.state.records import IntentState, Operation

URL = "sqlite:///.syncdsl/state.db"
NOW = dt.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=dt.UTC)
INTENT = Intent(
    iid="i1",
    op="create",
    connection="books",
    module="contacts",
    key="k1",
    pair_or_document="customers",
    source_connection="crm",
    source_module="accounts",
    source_id="7",
    payload={"fields": {"name": "Ada \ud800"}, "amount": None},
    payload_hash="b2:00",
    fence=3,
)


def states(state: State) -> list[tuple[str, str]]:
    return [(entry.iid, entry.state) for entry in state.journal()]


def test_intents_come_back_as_they_were(state: State) -> None:
    """An intent is read as it was written, the oldest first."""
    other = replace(INTENT, iid="i0", op="update", key=None, record_id="9", instance=2, payload={"b": [1], "a": {}})
    state.add_intents([INTENT])
    state.add_intents([other])
    state.add_intents([])
    assert state.open_intents() == [INTENT, other]
    assert state.intents_of("k1") == [INTENT]
    assert state.intents_of("unknown") == []


def test_a_send_is_counted_and_stamped(state: State) -> None:
    """Each send counts; the first keeps its time, the last moves on."""
    state.add_intents([INTENT, replace(INTENT, iid="i2", key="k2")])
    state.mark_sent(["i1"], NOW)
    later = NOW + dt.timedelta(hours=1)
    state.mark_sent(["i1", "i2"], later)
    state.mark_sent([], later)
    first, second = state.open_intents()
    assert (first.state, first.attempts, first.first_sent_at, first.last_sent_at) == ("sent", 2, NOW, later)
    assert (second.state, second.attempts, second.first_sent_at, second.last_sent_at) == ("sent", 1, later, later)


def test_a_batch_is_marked_in_few_statements(state: State) -> None:
    """Marking a hundred intents takes as many statements as marking one."""
    state.add_intents([replace(INTENT, iid=f"i{n}", key=f"k{n}") for n in range(101)])
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(state._database.engine, "before_cursor_execute", note)
    state.mark_sent(["i100"], NOW)
    one = len(statements)
    statements.clear()
    state.mark_sent([f"i{n}" for n in range(100)], NOW)
    assert len(statements) == one


@pytest.mark.parametrize("unfinished", ["intent", "sent", "ambiguous", "quarantined"])
def test_one_open_create_per_key(state: State, unfinished: IntentState) -> None:
    """While a create under a key has not ended no second one is accepted."""
    state.add_intents([INTENT])
    if unfinished != "intent":
        state.resolve_intent("i1", unfinished)
    with pytest.raises(NotUniqueError):
        state.add_intents([replace(INTENT, iid="i2")])
    assert state.open_intents() == [replace(INTENT, state=unfinished)]
    assert len(states(state)) == (1 if unfinished == "intent" else 2)


@pytest.mark.parametrize("ended", ["done", "rejected", "dropped"])
def test_an_ended_create_frees_its_key(state: State, ended: IntentState) -> None:
    """After a create ended another one under its key may begin; other writes under the key always may."""
    state.add_intents([INTENT])
    state.add_intents([replace(INTENT, iid="i2", op="key")])
    state.resolve_intent("i1", ended)
    state.add_intents([replace(INTENT, iid="i3")])
    assert [item.iid for item in state.open_intents()] == ["i2", "i3"]
    assert [item.iid for item in state.intents_of("k1")] == ["i1", "i2", "i3"]


def test_creates_without_a_key_are_not_told_apart(state: State) -> None:
    """Creates in modules without a key field do not exclude each other."""
    state.add_intents([replace(INTENT, key=None), replace(INTENT, iid="i2", key=None)])
    assert len(state.open_intents()) == 2


def test_an_outcome_is_kept(state: State) -> None:
    """What became of a write is kept with the id and the words of the other system, whatever characters they have."""
    state.add_intents([INTENT])
    state.resolve_intent("i1", "ambiguous", remote_id="77", detail="no answer \ud83d")
    (found,) = state.open_intents()
    assert (found.state, found.remote_id, found.detail) == ("ambiguous", "77", "no answer \\ud83d")
    state.resolve_intent("i1", "done")
    (found,) = state.intents_of("k1")
    assert (found.state, found.remote_id, found.detail) == ("done", "77", "")
    assert state.open_intents() == []


def test_the_journal_only_grows(state: State) -> None:
    """Every transition adds an event and changes no earlier one; each names the run that made it."""
    seen = state.journal()
    assert seen == []
    steps: list[Callable[[], None]] = [
        lambda: state.add_intents([INTENT, replace(INTENT, iid="i2", key="k2")]),
        lambda: state.start_run("run-1", "apply", "plan", NOW),
        lambda: state.mark_sent(["i1", "i2"], NOW),
        lambda: state.mark_sent(["i1"], NOW),
        lambda: state.resolve_intent("i2", "rejected", detail="no"),
        lambda: state.resolve_intent("i1", "done", remote_id="7"),
        lambda: state.end_run("run-1", NOW, {"done": 1}),
    ]
    for step in steps:
        step()
        now = state.journal()
        assert now[: len(seen)] == seen
        seen = now
    assert states(state) == [
        ("i1", "intent"),
        ("i2", "intent"),
        ("i1", "sent"),
        ("i2", "sent"),
        ("i1", "sent"),
        ("i2", "rejected"),
        ("i1", "done"),
    ]
    assert [entry.run for entry in seen] == [None, None, *["run-1"] * 5]
    assert [entry.seq for entry in seen] == list(range(1, 8))
    assert {entry.at for entry in seen if entry.state == "sent"} == {NOW}


def test_what_was_committed_before_a_kill_is_open_after_it(
    tmp_path: Path, state: State, child: StartChild, url: str
) -> None:
    """After kill -9 between the send and its answer the intent stands as sent, the uncommitted outcome is gone."""
    state.add_intents([INTENT])
    code = (
        "state.mark_sent(['i1'], NOW)\nwith state.transaction():\n    state.resolve_intent('i1', 'done')\n    ready()"
    )
    sender = child(tmp_path, code)
    sender.kill()
    sender.wait()
    after = open_state(url, base=tmp_path)
    assert [(item.iid, item.state, item.attempts) for item in after.open_intents()] == [("i1", "sent", 1)]
    assert states(after) == [("i1", "intent"), ("i1", "sent")]
    after.close()


OTHERS: tuple[Operation, ...] = ("update", "delete", "deactivate", "void", "key")


def test_totals_count_what_was_done(state: State) -> None:
    """Totals since a moment count finished creates with their amounts, updates, and what was taken away or closed."""
    start = dt.datetime.now(dt.UTC)
    amounts = ["10.10", "0.20", None]
    creates = [
        replace(INTENT, iid=f"c{n}", key=f"c{n}", payload={"amount": amount}) for n, amount in enumerate(amounts)
    ]
    others = [replace(INTENT, iid=op, op=op, payload={"amount": "99"}) for op in OTHERS]
    ends: tuple[IntentState, ...] = ("rejected", "dropped", "ambiguous")
    undone = [replace(INTENT, iid=name, key=name, payload={"amount": "99"}) for name in ends]
    state.add_intents([*creates, *others, *undone])
    assert state.totals_since(start) == Totals(creates=0, updates=0, deletes=0, amount=Decimal(0))
    for intent in (*creates, *others):
        state.resolve_intent(intent.iid, "done")
    for undone_as in ends:
        state.resolve_intent(undone_as, undone_as)
    assert state.totals_since(start) == Totals(creates=3, updates=1, deletes=3, amount=Decimal("10.30"))
    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    assert state.totals_since(end) == Totals(creates=0, updates=0, deletes=0, amount=Decimal(0))


def test_an_amount_that_is_none_is_damage(state: State) -> None:
    """An amount that is not a number is SD805: a guard that cannot count must not pass."""
    state.add_intents([replace(INTENT, payload={"amount": "much"})])
    state.resolve_intent("i1", "done")
    with pytest.raises(Fault) as caught:
        state.totals_since(NOW)
    assert caught.value.code.id == "SD805"


def test_history(state: State) -> None:
    """History keeps every entry in order, with the JSON of both values, and is asked by system, module and record."""
    first = HistoryEntry(
        uid="u",
        connection="crm",
        module="accounts",
        record_id="1",
        field="name",
        old=None,
        new={"decimal": "1.00"},
        cause_rule="customers",
        cause_location="a.sync:3",
        iid="i1",
    )
    second = replace(first, module="deals", old="a", new=False, iid=None)
    third = replace(first, connection="books", record_id="2")
    state.add_history("run-1", [first, second])
    state.add_history("run-2", [third])
    state.add_history("run-3", [])
    assert [(row.seq, row.run, row.entry) for row in state.history()] == [
        (1, "run-1", first),
        (2, "run-1", second),
        (3, "run-2", third),
    ]
    assert [row.seq for row in state.history(connection="crm")] == [1, 2]
    assert [row.seq for row in state.history(connection="crm", module="deals", record_id="1")] == [2]
    assert [row.seq for row in state.history(record_id="2")] == [3]
