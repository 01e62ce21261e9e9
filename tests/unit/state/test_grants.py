"""Who has a role because of a rule: kept, found, erased and put away on every database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from syncdsl.state import Grant, Subject
from syncdsl.state.archive import Bounds

if TYPE_CHECKING:
    from syncdsl.state import State

NOW = dt.datetime(2026, 7, 1, 12, 30, tzinfo=dt.UTC)
ADA = Grant(
    connection="books", module="users", record_id="7", address="ada@example.com", role="Sales", ours=True, since=NOW
)
BOB = replace(ADA, record_id="8", address="bob@example.com", ours=False)
ABROAD = replace(ADA, connection="books_uk", address="ada@example.com")


def test_what_is_put_is_there(state: State) -> None:
    """By system, in order of addresses; a second one of the same user takes the place of the first."""
    state.put_grants([])
    state.put_grants([BOB, ADA, ABROAD])
    assert state.grants() == [ADA, BOB, ABROAD]
    assert state.grants("books_uk") == [ABROAD]
    state.put_grants([replace(ADA, role="Ops")])
    assert state.grants("books") == [replace(ADA, role="Ops"), BOB]
    state.forget_grants([ADA])
    assert state.grants("books") == [BOB]


def test_decisions_rest_on_them(state: State) -> None:
    """The digest of the state tells who has which role, and not since when."""
    empty = state.digest()
    state.put_grants([ADA])
    before = state.digest()
    assert before != empty
    state.put_grants([replace(ADA, since=NOW + dt.timedelta(days=1))])
    assert state.digest() == before
    state.put_grants([replace(ADA, ours=False)])
    assert state.digest() != before


def test_a_user_is_found_by_id_and_address(state: State) -> None:
    """Whoever wants to know or erase what is remembered of a user names either."""
    state.put_grants([ADA])
    assert state.is_known("books", "users", "7", [])
    assert not state.is_known("books", "users", "8", [])
    assert state.records_called("books", "users", ["name"], "Ada@Example.com") == ["7"]
    assert state.records_called("books_uk", "users", ["name"], "ada@example.com") == []


def test_an_erased_address_is_a_digest(state: State) -> None:
    """The user is still told by its id, others keep their address, and a second erasure finds nothing."""
    state.put_grants([ADA, BOB])
    subject = Subject(records=frozenset([("books", "users", "7")]), uids=frozenset(), sides=frozenset())
    assert state.erasable(subject)["access"] == 1
    assert state.erase(subject, NOW, "me")["access"] == 1
    grants = {grant.record_id: grant for grant in state.grants()}
    assert grants["8"] == BOB
    assert grants["7"].address.startswith("erased:")
    assert "ada" not in grants["7"].address
    assert replace(grants["7"], address=ADA.address) == ADA
    assert state.erase(subject, NOW, "me")["access"] == 0


def test_a_disconnected_system_takes_them_along(state: State) -> None:
    """They are put into the archive with their system, where an erasure still finds them; those of others stay."""
    state.put_grants([ADA, ABROAD])
    bounds = Bounds(connections=frozenset({"books"}))
    state.disconnect(bounds, reason="disconnected", by="me", at=NOW)
    assert state.grants() == [ABROAD]
    [row] = state.archived("access")
    assert (row["content"]["record_id"], row["content"]["address"]) == ("7", "ada@example.com")
    subject = Subject(records=frozenset([("books", "users", "7")]), uids=frozenset(), sides=frozenset())
    assert state.erase(subject, NOW, "me")["archive"] == 1
    [row] = state.archived("access")
    assert "ada" not in str(row["content"])
