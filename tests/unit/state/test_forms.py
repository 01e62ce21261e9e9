"""How records of a pair are found by what its keys make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.state import StoredRecord

if TYPE_CHECKING:
    from syncdsl.state import State


def test_records_that_share_a_form_are_found_on_both_sides(state: State) -> None:
    """Whoever has the same form of the same key is found, and nobody else."""
    state.put_forms("p", "left", {"l1": [(0, "ada"), (1, "x")], "l2": [(0, "bob")], "l3": [(0, "ada")], "l4": []})
    state.put_forms("p", "right", {"r1": [(0, "ada")], "r2": [(1, "ada")], "r3": [(1, "x")]})
    state.put_forms("other", "right", {"r9": [(0, "ada")]})
    assert state.sharing("p", "left", ["l1"]) == ({"l1", "l3"}, {"r1", "r3"})
    assert state.sharing("p", "right", ["r2"]) == (set(), {"r2"})
    assert state.sharing("p", "left", ["l2", "l4"]) == ({"l2"}, set())


def test_forms_are_replaced_record_by_record(state: State) -> None:
    """A record's new forms replace its old ones, those of others stay, and a pair is forgotten alone."""
    state.put_forms("p", "left", {"l1": [(0, "ada")], "l2": [(0, "ada")]})
    state.put_forms("p", "left", {"l1": [(0, "bob")]})
    assert state.sharing("p", "left", ["l2"]) == ({"l2"}, set())
    state.put_forms("q", "left", {"l1": [(0, "ada")]})
    state.forget_forms("p")
    assert state.sharing("p", "left", ["l1", "l2"]) == (set(), set())
    assert state.sharing("q", "left", ["l1"]) == ({"l1"}, set())


def test_a_pass_is_remembered(state: State) -> None:
    """The digest and the day of the last pass of a pair are kept."""
    assert state.passed("p") is None
    state.put_pass("p", "d1", None)
    state.put_pass("p", "d2", "2026-01-01")
    assert state.passed("p") == ("d2", "2026-01-01")


@pytest.mark.parametrize("odd", ["x" * 5000, "zero\0byte", "half \ud83d"])
def test_odd_texts_are_found_again_by_any_database(state: State, odd: str) -> None:
    """A form that is too long to index, or holds what is no character, is found by its equal; no key is like that."""
    state.put_forms("p", "left", {"l1": [(0, odd)], "l2": [(0, odd + "!")]})
    state.put_forms("p", "right", {"r1": [(0, odd)]})
    assert state.sharing("p", "left", ["l1"]) == ({"l1"}, {"r1"})
    assert state.filed_under("p", "left", 0, [odd]) == {"l1"}
    state.begin_observation("step")
    state.stage("step", [(StoredRecord(id="1", fields={"name": odd}), odd)])
    assert state.stored("step", ["1"])["1"].fields == {"name": odd}
    assert state.agenda("step") == {"1": "changed"}
    state.clear_agenda("step")
    state.stage("step", [(StoredRecord(id="1", fields={"name": odd}), odd)])
    assert state.agenda("step") == {}
    state.set_aside("p", "left", "1", odd)
