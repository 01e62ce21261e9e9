"""What recovery makes of updates and deletes that an earlier run left in doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.engine.doubt import Doubt, create, link

from syncdsl.state import Cause, StoredRecord
from syncdsl.state.records import Place

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.state import Intent

ANEW = "it had not arrived; it is decided anew"


def update(record_id: str, **facts: Any) -> Intent:
    """Return the intent of an update of a customer's phone that got no answer."""
    payload = {"old": {"phone": "1"}, "places": [["u1", "customers", "right", "phone", "main.sync:9"]]}
    known: dict[str, Any] = {"op": "update", "key": None, "record_id": record_id, "payload": payload}
    return create(**{**known, **facts})


def delete(record_id: str, **facts: Any) -> Intent:
    """Return the intent of a delete of a linked customer that got no answer."""
    payload: dict[str, Any] = {
        "link": "u1",
        "by": None,
        "old": {"name": "Acme"},
        "places": [["u1", "customers", "right", "name", "main.sync:7"]],
    }
    known: dict[str, Any] = {"op": "delete", "key": None, "record_id": record_id, "payload": payload}
    return create(**{**known, **facts})


def because(doubt: Doubt) -> Doubt:
    """Let the history name this run."""
    places = {"customers": Place(location="main.sync:7", left=("crm", "Accounts"), right=("books", "customers"))}
    doubt.state.because(Cause(run="r1", clock=doubt.run.clock, places=places))
    return doubt


# -- updates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "ambiguous"])
@pytest.mark.parametrize("op", ["update", "key"])
def test_an_update_that_arrived_is_in_the_history(doubt: Doubt, op: str, state: str) -> None:
    """What it overwrote and what is there now, under its intent, in this run."""
    changed = doubt.world.customer("Acme", phone="2")
    assert doubt.told(update(changed, op=op, state=state)) == [f"it had arrived: {changed}"]
    assert doubt.events() == [("i1", "done", "its values are there")]
    (row,) = doubt.state.history()
    assert (row.run, row.entry.iid, row.entry.field, row.entry.old, row.entry.new) == ("r1", "i1", "phone", "1", "2")
    assert doubt.state.open_intents() == []


def test_the_remote_id_of_an_update_is_its_record(doubt: Doubt) -> None:
    """The journal knows what was changed."""
    changed = doubt.world.customer("Acme", phone="2")
    doubt.resolve(update(changed, key="k1"))
    assert [intent.remote_id for intent in doubt.state.intents_of("k1")] == [changed]


def test_an_update_that_did_not_arrive_is_decided_anew(doubt: Doubt) -> None:
    """While every field is as it was there is no history to write."""
    unchanged = doubt.world.customer("Acme", phone="1")
    assert doubt.told(update(unchanged)) == [ANEW]
    assert doubt.events() == [("i1", "dropped", "had not arrived")]
    assert doubt.state.history() == []


@pytest.mark.parametrize(("op", "state"), [("deactivate", "ambiguous"), ("void", "sent"), ("update", "quarantined")])
def test_what_is_no_update_in_doubt_writes_no_history(doubt: Doubt, op: str, state: str) -> None:
    """Whatever the record holds by now, reading it tells."""
    changed = doubt.world.customer("Acme", phone="2")
    assert doubt.told(update(changed, op=op, state=state)) == [ANEW]
    assert doubt.state.history() == []


# -- deletes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "ambiguous"])
@pytest.mark.parametrize(("by", "user", "named"), [("anna", "me", "anna"), (None, "me", "me"), (None, "", None)])
def test_a_delete_that_arrived_ends_its_link(
    world: World, state: str, by: str | None, user: str, named: str | None
) -> None:
    """The history names the intent, and who decided or ran it; the record is no longer on file, and looked at."""
    doubt = because(Doubt(world, user=user))
    doubt.state.put_link(link(uid="u1", key="u1", status="left_gone"))
    doubt.state.begin_observation("books.customers")
    doubt.state.stage("books.customers", [(StoredRecord(id=each), None) for each in ("c1", "c2")])
    intent = delete("c1", state=state, key="k1")
    assert doubt.told(replace(intent, payload={**intent.payload, "by": by})) == ["it had arrived: c1 is gone"]
    assert doubt.events() == [("i1", "done", "it is gone")]
    assert [found.remote_id for found in doubt.state.intents_of("k1")] == ["c1"]
    assert doubt.state.links("customers") == [link(uid="u1", key="u1", status="both_gone")]
    told = {
        (row.entry.kind, row.entry.field, row.entry.old, row.entry.new, row.entry.iid, row.entry.by, row.run)
        for row in doubt.state.history()
        if row.entry.iid
    }
    assert told == {
        ("field", "name", "Acme", None, "i1", named, "r1"),
        ("status", "status", "left_gone", "both_gone", "i1", named, "r1"),
    }
    assert doubt.state.stored("books.customers", ["c1", "c2"]).keys() == {"c2"}
    assert doubt.state.agenda("books.customers")["c1"] == "absent"


def test_a_run_sees_the_link_ended_before_that_is_stored(doubt: Doubt) -> None:
    """What recovery decided counts at once, and is stored with everything else."""
    doubt.state.put_link(link(uid="u1", key="u1"))
    doubt.state.add_intents([delete("c1")])
    doubt.recovery.resolve(doubt.context)
    assert doubt.context.view.links("customers").by_left["a1"].status == "both_gone"
    assert [found.status for found in doubt.state.links("customers")] == ["active"]


def test_a_delete_that_did_not_arrive_is_decided_anew(doubt: Doubt) -> None:
    """The record is still there: nothing of it or its link changes."""
    there = doubt.world.customer("Acme")
    doubt.state.put_link(link(uid="u1", key="u1", right_id=there, status="left_gone"))
    assert doubt.told(delete(there)) == [ANEW]
    assert doubt.events() == [("i1", "dropped", "had not arrived")]
    assert [found.status for found in doubt.state.links("customers")] == ["left_gone"]


@pytest.mark.parametrize("place", [{"connection": "former"}, {"module": "former"}], ids=["connection", "module"])
def test_a_delete_that_cannot_be_asked_for_is_decided_anew(doubt: Doubt, place: dict[str, str]) -> None:
    """Where the system or its module is gone nothing counts as deleted."""
    assert doubt.told(delete("c1", **place)) == [ANEW]


def test_a_delete_of_a_link_that_is_gone_only_ends(doubt: Doubt) -> None:
    """A link that is not there any more is not made again."""
    assert doubt.told(delete("c1")) == ["it had arrived: c1 is gone"]
    assert doubt.state.links("customers") == []


@pytest.mark.parametrize("op", ["delete", "deactivate", "void", "update", "key"])
@pytest.mark.parametrize("state", ["quarantined", "ambiguous"])
def test_only_what_can_be_told_is_told(doubt: Doubt, op: str, state: str) -> None:
    """Deactivations and voids are seen by reading; what is no create is never in quarantine for long."""
    assert doubt.told(delete("c1", op=op, state=state)) == (
        ["it had arrived: c1 is gone"] if (op, state) == ("delete", "ambiguous") else [ANEW]
    )
