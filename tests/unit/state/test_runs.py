"""Whose state it is, what ran, and what was approved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault

if TYPE_CHECKING:
    from syncdsl.state import State

NOW = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
CRM = {"organization": "100", "data_centre": "eu"}
BOOKS = {"organization": "200", "data_centre": "eu"}


def test_a_new_state_belongs_to_nobody(state: State) -> None:
    """Before the first apply any organisation is welcome."""
    assert state.identity() is None
    state.check_identity("prod", {"crm": CRM})


def test_the_first_organisations_are_remembered(state: State) -> None:
    """The organisations of the first run stay, a connection that rules add later joins them."""
    state.record_identity("prod", {"crm": CRM})
    state.record_identity("prod", {"crm": {**CRM, "organization": "999"}, "books": BOOKS})
    assert state.identity() == {"crm": {**CRM, "environment": "prod"}, "books": {**BOOKS, "environment": "prod"}}
    state.check_identity("prod", {"crm": CRM, "books": BOOKS})
    state.check_identity("prod", {"crm": CRM, "third": BOOKS})


@pytest.mark.parametrize(
    ("environment", "crm", "named"),
    [
        ("prod", {**CRM, "organization": "999"}, "999"),
        ("prod", {**CRM, "data_centre": "com"}, "com"),
        ("test", CRM, "test"),
    ],
)
def test_another_identity_is_refused(state: State, environment: str, crm: dict[str, str], named: str) -> None:
    """Another organisation, data centre or environment is SD807, and the message names what was and what would be."""
    state.record_identity("prod", {"crm": CRM})
    with pytest.raises(Fault) as caught:
        state.check_identity(environment, {"crm": crm, "books": BOOKS})
    assert caught.value.code.id == "SD807"
    assert named in caught.value.message
    assert "100" in caught.value.message
    assert caught.value.help is not None


def test_approvals(state: State) -> None:
    """Exactly the change set that was approved is, and approving it again changes nothing."""
    assert not state.approved("d1")
    state.approve("d1", "Ada", NOW)
    state.approve("d1", "Bob", NOW + dt.timedelta(days=1))
    assert state.approved("d1")
    assert not state.approved("d")
    assert not state.approved("D1")
    with state.reading() as connection:
        assert connection.exec_driver_sql('SELECT "by" FROM approval').scalars().all() == ["Ada"]


def test_a_run_is_kept_with_its_end(state: State) -> None:
    """A run is kept from its begin on; how it ended is added when it does."""
    state.start_run("r1", "apply", "plan", NOW)
    state.start_run("r2", "apply", "plan", NOW)
    state.end_run("r2", NOW, {"done": 2})
    with state.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, ended IS NULL, summary FROM run ORDER BY id").all()
    assert [tuple(row) for row in rows] == [("r1", 1, None), ("r2", 0, '{"done":2}')]


def test_a_time_without_a_zone_is_refused(state: State) -> None:
    """A moment that does not say where is an error of the program and is not stored."""
    with pytest.raises(Exception, match="needs its time zone"):
        state.approve("d1", "Ada", NOW.replace(tzinfo=None))
    assert not state.approved("d1")
