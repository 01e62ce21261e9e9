"""Looking up records and links of which there are more than stay in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.engine import observation, pending, view
from syncdsl.engine.observation import Records
from syncdsl.engine.pending import Pending
from syncdsl.engine.seen import Seen
from syncdsl.engine.view import LinkIndex
from syncdsl.plan.steps import ObserveStep
from syncdsl.state import Link, StoredRecord, open_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syncdsl.state import State

STEP = ObserveStep(id="s", connection="crm", module="Accounts", fields=("name",))
IDS = [f"{number:03}" for number in range(100)]


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    """Return a state, with room for few in memory."""
    monkeypatch.setattr(observation, "KEPT", 10)
    monkeypatch.setattr(view, "KEPT", 10)
    monkeypatch.setattr(pending, "KEPT", 3)
    opened = open_state("sqlite:///state.db", base=tmp_path)
    yield opened
    opened.close()


def test_records_are_found_whatever_was_dropped(state: State) -> None:
    """Records that are in memory and records that are not are found together."""
    state.begin_observation("crm.Accounts")
    state.stage("crm.Accounts", [(StoredRecord(id=name, fields={"name": name}), None) for name in IDS])
    records = Records(state, STEP)
    for start in (0, 5, 3, 50, 0):
        wanted = [*IDS[start : start + 8], "nobody"]
        assert list(records.many(wanted)) == wanted[:-1]
    assert list(records) == IDS
    assert len(records) == 100
    assert records["007"].fields == {"name": "007"}
    assert "nobody" not in records


def test_links_are_found_whatever_was_dropped(state: State) -> None:
    """Links in memory, links on disk and links of this run are found together."""
    for name in IDS:
        state.put_link(Link(uid=f"u{name}", pair="p", left_id=name, right_id=f"r{name}", key=f"k{name}"))
    index = LinkIndex(state, "p")
    index.put(Link(uid="u000", pair="p", left_id="000", right_id="new", key="k000"))
    for start in (0, 5, 3, 50, 0):
        wanted = [*IDS[start : start + 8], "nobody"]
        assert list(index.by_left.many(wanted)) == wanted[:-1]
    assert index.by_left["000"].right_id == "new"
    assert [link.right_id for some in index.batches() for link in some][:2] == ["new", "r001"]


def test_changes_come_out_in_the_order_they_went_in(state: State) -> None:
    """Links that went to a file and other changes are taken out as one list, once."""
    waiting = Pending()
    links = [Link(uid=name, pair="p", left_id=name, right_id=name, key=name) for name in IDS]
    others = [lambda given: given.close() for _ in range(15)]
    for number, link in enumerate(links):
        waiting.add(link)
        if number % 7 == 0:
            waiting.add(others[number // 7])
    drained = list(waiting.drain())
    assert [change for change in drained if isinstance(change, Link)] == links
    assert [change for change in drained if not isinstance(change, Link)] == others
    assert drained[1] is others[0]
    assert not waiting
    assert list(waiting.drain()) == []
    assert state.links("p") == []


def test_what_was_seen_is_known() -> None:
    """Ids that were added are in, others are not, also when more are added later."""
    seen = Seen()
    for name in IDS[:50]:
        seen.add(name)
    assert "049" in seen
    assert "050" not in seen
    seen.add("050")
    assert "050" in seen
    assert "" not in seen
