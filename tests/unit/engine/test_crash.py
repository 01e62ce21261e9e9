"""Death at every point: whatever moment a process ends at, a rerun comes to what an undisturbed run comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import MakeWorld, World

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on duplicate: {duplicate}
    map:
        Name <-> name
        Name -> company
        Phone <-> phone
        Website <-> website
        Parent <-> parent

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        line:
            deal.Amount -> rate
            1 -> quantity

when deal.stage == won: create invoice
when deal.stage == lost: void invoice

guard: amount <= 1_000_000 EUR
"""
SHARDS = 4


def prepare(world: World, duplicate: str) -> None:
    """Bring a world to where one apply has one of everything to do."""
    world.rules(RULES.format(duplicate=duplicate))
    acme, clear = world.account("Acme", Phone="1"), world.account("Clear", Phone="2", Website="w")
    deal = world.deal("Pump", account=acme, Amount=Decimal("10.01"))
    lost = world.deal("Lost", account=acme, Amount=Decimal("20.02"))
    world.settle()
    world.edit(lost, Stage="Won")
    world.settle()
    rights = {left: right for left, right, _ in world.links()}
    world.edit(acme, Phone="11")
    world.edit(rights[clear], website=None, phone="22")
    world.edit(deal, Stage="Won")
    world.edit(lost, Stage="Lost")
    new = world.account("New", Phone="3")
    world.edit(new, Parent=Ref("Accounts", world.account("Newer")))
    world.customer("Books", phone="4")
    world.account("Twin", Phone="5", Website="left")
    world.customer("Twin", phone="6")
    world.deal("At once", "Won", account=new, Amount=Decimal("30.03"))


def essence(world: World) -> dict[str, list[list[tuple[str, str]]]]:
    """Return what both systems hold, told by names instead of ids that depend on the order of writes."""
    names = {
        record.id: str(record.fields.get("Name") or record.fields.get("name") or "")
        for store in (world.crm, world.books)
        for record in store.records.values()
    }

    def told(value: object) -> object:
        return f"-> {names[value.id]}" if isinstance(value, Ref) else value

    return {
        module: sorted(
            (sorted((name, repr(told(value))) for name, value in record.items() if name not in {"id", "key", "Key"}))
            for record in records
        )
        for module, records in world.contents().items()
    }


def keys(world: World) -> list[object]:
    return [row[name] for name in ("key", "Key") for rows in world.contents().values() for row in rows if name in row]


def finish(world: World) -> None:
    """Run until a run does nothing."""
    for _ in range(5):
        if not world.apply().done:
            return
    pytest.fail("it never comes to rest")


@pytest.mark.parametrize(("duplicate", "stride"), [("overwrite in books", 2), ("clone in books", 5), ("skip", 11)])
@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_death_at_any_point_changes_nothing_in_the_end(
    make_world: MakeWorld, duplicate: str, stride: int, shard: int
) -> None:
    """Every call and every commit: die around it, run again; same records, one key and one link each (I11, I36)."""
    prepared = make_world()
    prepare(prepared, duplicate)
    undisturbed = make_world(prepared)
    undisturbed.apply()
    points = len(undisturbed.points)
    assert points > 50
    finish(undisturbed)
    expected = essence(undisturbed)
    for point in range(1 + shard * stride, points + 1, SHARDS * stride):
        world = make_world(prepared)
        died = world.dies(point, points)
        finish(world)
        assert essence(world) == expected, died
        assert len(keys(world)) == len(set(keys(world))), died
        links = world.links()
        assert len({left for left, _, _ in links}) == len({right for _, right, _ in links}) == len(links), died
        assert world.state().open_intents() == [], died
        world.close()
