"""Rules in force, switches, and what the archive holds."""

from __future__ import annotations

import datetime as dt
import os
import socket
from typing import TYPE_CHECKING

import pytest

from syncdsl.state import open_state
from syncdsl.state.archive import Bounds
from syncdsl.state.records import Link, StoredRules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syncdsl.state import State

NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Return an empty state."""
    opened = open_state("sqlite:///state.db", base=tmp_path)
    yield opened
    opened.close()


def rules(digest: str) -> StoredRules:
    """Return rules with a digest."""
    return StoredRules(digest=digest, plan={"n": digest}, schemas={"crm": {}}, by="me", at=NOW)


def test_one_set_of_rules_is_in_force(state: State) -> None:
    """None at first; then the last that was put in force, alone."""
    assert (state.rules_in_force(), state.digest_in_force()) == (None, None)
    state.put_rules(rules("b2:1"))
    state.put_rules(rules("b2:2"))
    assert state.rules_in_force() == rules("b2:2")
    assert state.digest_in_force() == "b2:2"


def test_switches_keep_their_last_value(state: State) -> None:
    """Who set it last counts; without one syncing is on."""
    assert state.switched_off() is None
    state.set_switch("syncing", value=False, by="me", at=NOW)
    off = state.switched_off()
    assert off is not None
    assert (off.by, off.at) == ("me", NOW)
    state.set_switch("syncing", value=True, by="you", at=NOW)
    assert state.switched_off() is None


def test_a_switch_needs_no_lease(state: State, tmp_path: Path) -> None:
    """Whoever wants a run to be the last need not wait for it; who runs is told."""
    running = open_state("sqlite:///state.db", base=tmp_path)
    fence = running.acquire_lease("them", os.getpid(), socket.gethostname(), NOW)
    state.set_switch("syncing", value=False, by="me", at=NOW)
    assert state.under_way(socket.gethostname(), NOW) == "them"
    running.release_lease(fence)
    assert state.under_way(socket.gethostname(), NOW) is None
    running.close()


def test_a_thousand_links_go_in_pages(state: State) -> None:
    """Every link is archived once with the organisations of then, however many there are; keys find them."""
    facts = {"organization": "crm-1", "data_centre": "eu"}
    state.record_identity("test", {"crm": facts, "books": {**facts, "organization": "books-1"}})
    links = [
        Link(
            uid=f"u{n}", pair="customers", left_id=f"l{n}", right_id=f"r{n}", key=f"sd-{n}", left_base={"Name": f"n{n}"}
        )
        for n in range(1_203)
    ]
    with state.transaction():
        for link in links:
            state.put_link(link)
    everything = Bounds(connections=frozenset({"crm", "books"}))
    assert state.holdings(everything) == state.disconnect(everything, reason="r", by="me", at=NOW)
    archived = list(state.archived("link"))
    assert {item["content"]["uid"] for item in archived} == {link.uid for link in links}
    assert len(archived) == len(links)
    assert archived[0]["content"]["left_base"] == {"Name": f"n{archived[0]['content']['uid'][1:]}"}
    (then,) = state.archived_organizations("sd-7")
    assert then["books"]["organization"] == "books-1"
    assert state.archived_organizations("sd-none") == []
    assert state.links("customers") == []
    assert state.identity() is None
