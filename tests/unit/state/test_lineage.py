"""Lineage: the history of links folds to exactly the links that are stored (I38)."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.state.test_links import FIELDS, LINKS, link

from syncdsl.state import Answered, Cause, Link, NotUniqueError, Place, Subject, open_state
from syncdsl.state.tables import LINK

if TYPE_CHECKING:
    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
UIDS = st.sampled_from(["u1", "u2", "u3"])
OPERATIONS = st.one_of(
    st.tuples(st.just("put"), UIDS, LINKS),
    st.tuples(st.just("base"), UIDS, st.tuples(st.sampled_from(["left_base", "right_base"]), FIELDS)),
    st.tuples(st.just("status"), UIDS, st.sampled_from(["active", "left_gone", "both_gone"])),
    st.tuples(st.just("end"), UIDS, st.none()),
    st.tuples(st.just("fail"), UIDS, st.none()),
    st.tuples(st.just("prune"), UIDS, st.integers(0, 20)),
    st.tuples(st.just("erase"), UIDS, st.none()),
)
"""What may happen to links, whoever does it, and to their history."""


def bare(item: Link) -> Link:
    """Return a link without what only saves work and is in no history."""
    return replace(item, lines=(), left_written=None, right_written=None)


def exact(links: dict[str, Link]) -> str:
    """Return links as text, in which 1, true and 1.00 differ."""
    return repr(
        sorted(
            (uid, repr(sorted(item.left_base.items())), repr(sorted(item.right_base.items())), item)
            for uid, item in links.items()
        )
    )


def stored(state: State) -> dict[str, Link]:
    return {item.uid: bare(item) for item in state.links("p")}


def perform(state: State, what: str, uid: str, value: Any) -> None:
    """Do one thing to the link `uid`, as the engine or a person would."""
    known = state.links_by_uid([uid]).get(uid)
    match what:
        case "put":
            state.put_links([replace(value, uid=uid, left_id="l" + uid, right_id="r" + uid, key="k" + uid)])
        case "base" if known:
            state.put_link(replace(known, **{value[0]: value[1]}))
        case "status" if known:
            state.put_links([known, replace(known, status=value)])
        case "end":
            state.end_links([uid])
        case "prune":
            state.prune_history(NOW + dt.timedelta(days=value))
        case "erase":
            state.erase(Subject(records=frozenset(), uids=frozenset([uid])), NOW, "anna")
        case "fail":
            clash = [link(8), link(9, left_id="l8")]
            with pytest.raises(NotUniqueError):
                state.put_links(clash)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(OPERATIONS, max_size=12))
def test_folding_the_history_gives_the_links(operations: list[tuple[str, str, Any]]) -> None:
    """Whatever is done to links and to their history, in whatever order, folding it gives each, to the digit (I38)."""
    with tempfile.TemporaryDirectory() as folder:
        state = open_state("sqlite:///state.db", base=Path(folder))
        days = iter(range(100))
        state.because(Cause(clock=lambda: NOW + dt.timedelta(days=next(days))))
        for operation in operations:
            perform(state, *operation)
            assert exact(state.lineage()) == exact(stored(state))
        state.close()


def test_a_link_made_is_one_row(state: State) -> None:
    """A first sync settles hundreds of thousands: each is one row with both bases; nothing changed, no row."""
    first = link(1)
    state.put_links([first, link(2), first])
    state.put_link(first)
    rows = [row.entry for row in state.history()]
    assert [(row.uid, row.kind, row.field, row.old) for row in rows] == [
        ("u1", "link", "made", None),
        ("u2", "link", "made", None),
    ]


def test_a_base_tells_only_what_changed(state: State) -> None:
    """A change of a base is one row for its side: the fields that changed, with what was there and what is there."""
    base: dict[str, Any] = {"a": 1, "b": "x", "c": Decimal("1.00")}
    state.put_link(replace(link(1), left_base=base))
    state.put_link(replace(link(1), left_base={"a": True, "b": "x", "d": "new"}))
    row = state.history()[-1].entry
    assert (row.kind, row.side, row.old, row.new) == (
        "base",
        "left",
        {"a": 1, "c": {"decimal": "1.00"}},
        {"a": True, "d": "new"},
    )


def test_every_change_names_its_cause(state: State) -> None:
    """A link's history says where and when it changed, in which run, by whom, for which rule line and intent."""
    place = Place(location="main.sync:3", left=("crm", "Accounts"), right=("books", "customers"))
    state.because(Cause(run="run1", by="anna", clock=lambda: NOW, places={"p": place}))
    state.put_link(link(1))
    with state.because_of({link(1).uid: Answered(iid="iid1", by="anna")}):
        state.put_link(replace(link(1), right_base={"name": "x"}, status="left_gone"))
    made, status, base = state.history()
    assert {row.run for row in (made, status, base)} == {"run1"}
    assert made.entry.iid is None
    assert (base.entry.connection, base.entry.module, base.entry.record_id) == ("books", "customers", "r1")
    for entry in (status.entry, base.entry):
        assert (entry.iid, entry.by, entry.at) == ("iid1", "anna", NOW)
        assert (entry.cause_rule, entry.cause_location) == ("p", "main.sync:3")


def test_a_link_that_moves_keeps_its_lineage(state: State) -> None:
    """A re-linked record, a removed link and one made anew under the same uid are told, and folded."""
    state.put_link(replace(link(1), left_base={"a": 1}))
    state.put_link(replace(link(1), left_base={"a": 1}, left_id="elsewhere", key="new"))
    assert state.history()[-1].entry.new == {"left_id": "elsewhere", "key": "new"}
    state.end_links(["u1", "u7"])
    assert state.lineage() == {}
    assert state.history()[-1].entry.old["left_id"] == "elsewhere"
    state.put_link(link(1))
    assert state.lineage() == {"u1": link(1)}


def test_a_batch_that_breaks_a_promise_leaves_no_history(state: State) -> None:
    """Of a batch in which two links want one record nothing is kept: no link, and no history of one."""
    with pytest.raises(NotUniqueError):
        state.put_links([link(1), link(2, right_id="r1")])
    assert state.history() == []
    assert state.links("p") == []


def test_a_pair_that_was_renamed_is_one_row(state: State) -> None:
    """Renaming a pair is one row for all its links; what is compacted before or after it folds to the same."""
    days = iter(range(100))
    state.because(Cause(clock=lambda: NOW + dt.timedelta(days=next(days))))
    state.put_link(link(1))
    state.put_link(link(2, pair="other"))
    state.put_link(link(1, status="left_gone"))
    with state.transaction() as connection:
        connection.execute(LINK.update().where(LINK.c.pair == "p").values(pair="q"))
        state.note_renamed("p", "q")
    state.put_link(replace(link(1), pair="q", left_base={"a": 1}))
    wanted = {"u1": replace(link(1), pair="q", left_base={"a": 1}), "u2": link(2, pair="other")}
    assert state.lineage() == wanted
    for day in (2, 3, 4, 9):
        state.prune_history(NOW + dt.timedelta(days=day))
        assert state.lineage() == wanted
    assert [row.entry.field for row in state.history()] == ["made", "renamed", "compacted"]
