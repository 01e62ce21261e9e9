"""Previews promise, guards stop, and a saved change set is applied exactly or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.adapters.protocol import Change, NewRecord
from syncdsl.changes.effects import Create, Update
from syncdsl.diagnostics import Fault
from syncdsl.engine.run import apply

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: overwrite in books
    map:
        Name <-> name
        Phone <-> phone

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        line:
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice

guard: creates <= {creates}, amount <= 100 EUR
"""


def busy(world: World, creates: int = 10) -> str:
    """Bring a world to where there is a create, an update, a link and an invoice to do; return an account."""
    acme = world.rules(RULES.format(creates=creates)).account("Acme", Phone="1")
    world.settle()
    world.edit(acme, Phone="2")
    world.account("New", Phone="3")
    world.account("Twin", Phone="4")
    world.customer("Twin", phone="5")
    world.deal("Deal", "Won", account=acme, Amount=Decimal("99.99"))
    return acme


def test_a_preview_writes_nothing_anywhere(world: World) -> None:
    """Both systems and the state, digest and journal, are the same before and after (I18)."""
    busy(world)
    state = world.state()
    before = (world.contents(), state.digest(), len(state.journal()), world.crm.sequence, world.books.sequence)
    world.preview()
    state = world.state()
    assert (world.contents(), state.digest(), len(state.journal()), world.crm.sequence, world.books.sequence) == before


def test_a_preview_is_the_same_every_time(world: World) -> None:
    """Equal inputs, equal change sets, whatever order the records come in (I17)."""
    busy(world)
    one = world.preview()
    world.books.records = dict(reversed(world.books.records.items()))
    world.crm.records = dict(reversed(world.crm.records.items()))
    assert world.preview() == one


def test_an_apply_performs_exactly_its_preview(world: World) -> None:
    """Every effect is one write with the previewed fields, and there is no other (I19)."""
    busy(world)
    changes = world.preview()
    before = len(world.writes)
    report = world.apply(changes)
    assert report.changes.effects == changes.effects
    assert sorted(effect.id for effect in report.done) == sorted(effect.id for effect in changes.changes)
    written: list[tuple[str, frozenset[str]]] = []
    for _, module, write in world.writes[before:]:
        assert isinstance(write, NewRecord | Change)
        written.append((module, frozenset(write.fields)))
    shown: dict[tuple[str, str], set[str]] = {}
    for effect in changes.changes:
        if isinstance(effect, Create | Update):
            name = (effect.record.module, effect.record.id or effect.id)
            shown.setdefault(name, set()).update(field.field for field in effect.fields)
    assert sorted(map(sorted_pair, written)) == sorted(
        sorted_pair((module, frozenset(fields))) for (module, _), fields in shown.items()
    )
    world.quiet()


def sorted_pair(pair: tuple[str, frozenset[str]]) -> tuple[str, list[str]]:
    return pair[0], sorted(pair[1])


@pytest.mark.parametrize("moved", ["record", "rules"])
def test_a_stale_change_set_is_refused_as_a_whole(world: World, moved: str) -> None:
    """When anything it rests on moved on, nothing of it is written."""
    acme = busy(world)
    changes = world.preview()
    if moved == "record":
        world.edit(acme, Phone="7")
    else:
        world.rules(RULES.format(creates=99))
    before = world.contents()
    with pytest.raises(Fault, match="stale"):
        world.apply(changes)
    assert world.contents() == before


def test_what_moved_on_is_left_out_alone(world: World) -> None:
    """With consent to skip what is stale, the rest is performed, and the next run does what was left out."""
    acme = busy(world)
    changes = world.preview()
    stale = [effect.id for effect in changes.changes if acme in str(effect.model_dump())]
    assert 0 < len(stale) < len(changes.changes)
    world.edit(acme, Phone="7")
    with pytest.raises(Fault, match=rf"stale: {len(stale)} of {len(changes.changes)}: `crm.Accounts/{acme}` moved on"):
        world.apply(changes)
    report = world.apply(changes, skip_stale=True)
    assert sorted(item.effect.id for item in report.stale) == sorted(stale)
    assert sorted(effect.id for effect in report.done) == sorted(
        effect.id for effect in changes.changes if effect.id not in stale
    )
    world.settle()
    (fields,) = [one for one in world.all("customers") if one["name"] == "Acme"]
    assert fields["phone"] == "7"
    assert len(world.all("invoices")) == 1


def test_what_came_up_since_is_left_for_the_next_run(world: World) -> None:
    """A saved change set does exactly what it says: a record that came since is not made with it, and not lost."""
    busy(world)
    changes = world.preview()
    world.account("One more")
    report = world.apply(changes)
    assert (report.fresh, report.stale) == (1, [])
    assert sorted(effect.id for effect in report.done) == sorted(effect.id for effect in changes.changes)
    assert "One more" not in {one["name"] for one in world.all("customers")}
    world.settle()
    assert "One more" in {one["name"] for one in world.all("customers")}


def test_what_needs_something_stale_is_stale(world: World) -> None:
    """An invoice is not made while its customer, which the same change set makes, is left out."""
    world.rules(RULES.format(creates=10)).account("Other")
    world.settle()
    fresh = world.account("Fresh", Phone="3")
    world.deal("Deal", "Won", account=fresh, Amount=Decimal("9.99"))
    world.account("Alone")
    changes = world.preview()
    world.edit(fresh, Phone="4")
    report = world.apply(changes, skip_stale=True)
    assert [item.reason for item in report.stale] == [f"`crm.Accounts/{fresh}` moved on"] * 2
    assert [effect.kind for effect in report.done] == ["create"]
    assert not world.all("invoices")
    world.settle()
    assert len(world.all("invoices")) == 1


def test_a_first_link_and_its_values_are_left_out_together(world: World) -> None:
    """When the values that go with a first contact are stale, the records are not linked either."""
    world.rules(RULES.format(creates=10)).account("Alone")
    twin = world.account("Twin", Phone="4")
    other = world.customer("Twin", phone="5")
    changes = world.preview()
    assert {"link", "update"} <= {effect.kind for effect in changes.changes}
    world.edit(other, phone="6")
    report = world.apply(changes, skip_stale=True)
    assert {item.effect.kind for item in report.stale} == {"link", "update"}
    assert [effect.kind for effect in report.done] == ["create"]
    world.settle()
    assert world.get(other)["phone"] == world.get(twin)["Phone"] == "4"


def test_a_guard_of_the_day_counts_what_others_did_since(world: World) -> None:
    """A saved change set that was within a guard when it was made is stopped when other runs used it up since."""
    world.rules(RULES.replace("creates <= {creates}", "creates <= 3 per day").format())
    world.account("B")
    world.account("C")
    changes = world.preview()
    assert changes.exceeded == ()
    others = frozenset(("crm", "Accounts", world.account(name)) for name in ("D", "E"))
    assert len(apply(world.run(focus=others), confirm=lambda _: True).done) == 2
    with pytest.raises(Fault, match="creates <= 3 per day"):
        world.apply(changes)
    assert {one["name"] for one in world.all("customers")} == {"D", "E"}


def test_over_a_guard_nothing_is_written_until_that_set_is_approved(world: World) -> None:
    """Two creates over a limit of one stop the update too; the approval of exactly this change set lets it go (I21)."""
    busy(world, creates=1)
    changes = world.preview()
    before = len(world.writes)
    with pytest.raises(Fault, match="creates <= 1"):
        world.apply(changes)
    assert len(world.writes) == before
    run = world.run()
    run.state.approve(changes.digest, "me", run.clock())
    world.apply(changes)
    world.quiet()


def test_amounts_are_summed_exactly(world: World) -> None:
    """A cent over the limit is over."""
    acme = busy(world)
    assert world.preview().exceeded == ()
    world.deal("Cent", "Won", account=acme, Amount=Decimal("0.02"))
    assert [verdict.value for verdict in world.preview().exceeded] == ["100.01 EUR"]


def test_a_declined_change_set_changes_nothing(world: World) -> None:
    """No is no: nothing is written, and the next preview is the same."""
    busy(world)
    changes = world.preview()
    assert not apply(world.run(), confirm=lambda _: False).applied
    assert world.preview().effects == changes.effects
