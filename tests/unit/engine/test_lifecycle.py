"""Disconnecting and connecting again: nothing is made twice, and nothing of another organisation is used."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.world import INVOICES, SCHEMAS, TWO_MODULES

from syncdsl.adapters.memory import Store
from syncdsl.adapters.protocol import NewRecord
from syncdsl.diagnostics import Fault
from syncdsl.engine.in_force import rules_in_force
from syncdsl.engine.lifecycle import bounds_of, disable, disconnect, enable
from syncdsl.engine.run import apply, preview
from syncdsl.state.archive import Bounds

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.state.records import Holdings

RULES = TWO_MODULES + INVOICES
NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def settled(world: World) -> str:
    """Settle one link of every origin and an invoice; return the id of the account that was there first."""
    world.rules(RULES)
    acme = world.account("Acme")
    world.account("Both")
    world.customer("both")
    world.account("Native", Notes="n1")
    world.customer("Other name", notes="n1")
    world.customer("Back")
    world.account("Valves", Tier="V")
    deal = world.deal("Pump", account=acme)
    world.settle()
    world.edit(deal, Stage="Won", Amount=Decimal(5))
    world.settle()
    assert len(world.all("invoices")) == 1
    return acme


def cut(world: World, *, abandon: bool = False) -> Holdings:
    """Disconnect everything."""
    state = world.state()
    return disconnect(state, bounds_of(state, None, None), user="me", now=NOW, abandon=abandon)


def test_links_say_how_they_came_about(world: World) -> None:
    """Created on either side, matched, or taken over from what the records said of each other; and when."""
    settled(world)
    links = world.state().links("customers")
    assert sorted(link.origin for link in links) == ["adopted", "created_left", "created_right", "matched"]
    assert all(link.linked_at is not None for link in links)


def test_reconnecting_makes_nothing_twice(world: World) -> None:
    """After a disconnection an apply finds created, matched and adopted links by their keys; nothing is created."""
    settled(world)
    before, links = world.contents(), world.links()
    done = cut(world)
    assert (done.links, done.documents, done.connections) == (5, 1, ("books", "crm"))
    assert world.state().lineage() == {}
    assert world.links() == set()
    writes = len(world.writes)
    world.settle()
    assert world.writes[writes:] == []
    assert world.contents() == before
    assert world.links() == links
    assert {link.origin for link in world.state().links("customers")} == {"key"}


def test_losing_everything_makes_nothing_twice(world: World) -> None:
    """The same without a state at all (I15)."""
    settled(world)
    before, links = world.contents(), world.links()
    world.forget()
    writes = len(world.writes)
    world.settle()
    assert world.writes[writes:] == []
    assert (world.contents(), world.links()) == (before, links)


def test_what_changed_meanwhile_is_decided_like_a_first_contact(world: World) -> None:
    """Bases are archived with their links: a value that differs now is a conflict, never silently overwritten."""
    acme = settled(world)
    cut(world)
    world.edit(acme, Phone="+49 30 111")
    partner = next(record for record in world.all("customers") if record["name"] == "Acme")
    world.edit(str(partner["id"]), phone="+49 30 222")
    world.settle()
    assert (world.get(acme)["Phone"], world.get(str(partner["id"]))["phone"]) == ("+49 30 111", "+49 30 222")


def test_another_organisation_begins_anew(world: World) -> None:
    """Records made from the old organisation are made in the new one too; the old one is not written to, or read."""
    settled(world)
    old = world.books
    holds = {record_id: dict(record.fields) for record_id, record in old.records.items()}
    world.books = Store("books-2", SCHEMAS["books"])
    with pytest.raises(Fault, match="SD807") as refused:
        world.apply()
    assert "syncdsl disconnect books --env test" in str(refused.value.help)
    state = world.state()
    force = bounds_of(state, world.run(state).plan, "books")
    disconnect(state, force, user="me", now=NOW, abandon=False)
    world.settle()
    assert sorted(str(record["name"]) for record in world.all("customers")) == ["Acme", "Back", "Both", "Native"]
    assert len(world.all("vendors")) == 1
    assert world.all("invoices") == []
    assert {record_id: dict(record.fields) for record_id, record in old.records.items()} == holds


def test_keys_of_this_organisation_still_count(world: World) -> None:
    """A partner deleted while its organisation was disconnected is not made again after reconnecting."""
    settled(world)
    back = next(record for record in world.all("customers") if record["name"] == "Back")
    cut(world)
    world.delete(str(back["id"]))
    world.settle()
    assert "Back" not in {record["name"] for record in world.all("customers")}


def test_only_what_belongs_to_a_connection_goes(world: World) -> None:
    """What other connections share stays; whatever no rule knows goes."""
    settled(world)
    state = world.state()
    bounds = Bounds(connections=frozenset({"books"}), keep_pairs=frozenset({"vendors"}))
    before = world.links("vendors")
    assert disconnect(state, bounds, user="me", now=NOW, abandon=False).links == 4
    assert world.links("vendors") == before
    assert set(state.identity() or ()) == {"crm"}
    archived = list(state.archived("link"))
    assert len(archived) == 4
    assert {item["content"]["pair"] for item in archived} == {"customers"}
    assert archived[0]["organizations"]["books"]["organization"] == "books-1"
    ended = [row.entry for row in state.history() if row.entry.kind == "link"]
    assert {(entry.new, entry.by) for entry in ended[-4:]} == {(None, "me")}


def test_creates_in_doubt_are_settled_first(world: World) -> None:
    """A create without an answer stops a disconnection; abandoned it is found by its key on reconnecting."""
    world.rules(RULES).account("Acme")

    def unanswered(name: str, arguments: tuple[object, ...], answer: object) -> object:
        if name == "create" and any(isinstance(one, NewRecord) for one in arguments[1]):  # type: ignore[attr-defined]
            raise ConnectionError("no answer")
        return answer

    world.answered = unanswered
    with pytest.raises(ConnectionError):
        world.apply()
    world.answered = None
    with pytest.raises(Fault, match="SD834"):
        cut(world)
    assert cut(world, abandon=True).in_doubt == 1
    state = world.state()
    assert state.open_intents() == []
    assert [item["kind"] for item in state.archived()] == ["in doubt"]
    world.settle()
    assert len(world.all("customers")) == 1


def test_switched_off_means_off(world: World) -> None:
    """An apply is refused, a preview is not; after switching on, what changed meanwhile travels."""
    acme = settled(world)
    state = world.state()
    assert disable(state, user="me", now=NOW) is None
    with pytest.raises(Fault, match="SD830"):
        world.apply()
    world.edit(acme, Phone="+49 30 111")
    assert [effect.kind for effect in world.preview().changes] == ["update"]
    run = world.run(state)
    identities = {name: connection.identity() for name, connection in run.connections.items()}
    enable(state, run.plan, run.schemas, environment="test", identities=identities, user="me", now=NOW)
    world.settle()
    assert "+49 30 111" in {record.get("phone") for record in world.all("customers")}


def test_an_accepted_apply_puts_its_rules_in_force(world: World) -> None:
    """Declined rules stay inactive; what is in force needs no rule file and means the same."""
    world.rules(RULES).account("Acme")
    state = world.state()
    apply(world.run(state, activates=True), confirm=lambda _: False)
    assert rules_in_force(state) is None
    apply(world.run(state, activates=True), confirm=lambda _: True)
    world.rules(RULES.replace("Phone <-> phone", "Phone -> phone"))
    only = frozenset({("crm", "Accounts", str(world.one("Accounts")["id"]))})
    apply(world.run(state, activates=True, focus=only), confirm=lambda _: True)
    world.rules(RULES)
    force = rules_in_force(state)
    assert force is not None
    run = world.run(state)
    assert force.plan == run.plan
    assert preview(world.run(state, only=force.plan)).digest == preview(world.run(state)).digest
    assert all(force.schemas[name].digest == run.schemas[name].digest for name in run.schemas)
