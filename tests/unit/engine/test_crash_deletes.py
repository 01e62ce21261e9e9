"""Death at every point of a run that deletes and follows a merge: a rerun comes to what an undisturbed run comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.engine.conftest import MakeWorld, World

RULES = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    on conflict: crm
    on delete in crm: delete
    on delete in books: delete
    map:
        Name <-> name
        Phone <-> phone
guard: deletes <= 10
"""
SHARDS = 2
STRIDE = 2


def prepare(world: World) -> None:
    """Bring a world to where one apply deletes on either side, follows a merge, and holds an edited partner."""
    world.rules(RULES)
    left, right, merged, held = (world.account(name, Phone="1") for name in ("Left", "Right", "Merged", "Held"))
    world.settle()
    partners = {one: other for one, other, _ in world.links()}
    world.delete(left)
    world.delete(partners[right])
    world.delete(held)
    world.edit(partners[held], phone="2")
    world.merge(merged, world.account("Merged too", Phone="3"))


def essence(world: World) -> tuple[object, ...]:
    """Return what both systems hold, without ids, and how the links stand."""
    return (
        sorted((row["Name"], row["Phone"]) for row in world.all("Accounts")),
        sorted((row["name"], row["phone"]) for row in world.all("customers")),
        sorted(world.links()),
    )


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_death_at_any_point_deletes_nothing_else(make_world: MakeWorld, shard: int) -> None:
    """Around every call and commit: the same records go, the edited one stays, nothing is made again (I6, I36)."""
    prepared = make_world()
    prepare(prepared)
    undisturbed = make_world(prepared)
    undisturbed.apply()
    points = len(undisturbed.points)
    undisturbed.settle()
    expected = essence(undisturbed)
    assert sorted(link[2] for link in undisturbed.links()) == ["active", "active", "both_gone", "both_gone"]
    for point in range(1 + shard * STRIDE, points + 1, SHARDS * STRIDE):
        world = make_world(prepared)
        died = world.dies(point, points)
        (hold,) = world.settle().holds
        assert hold.why == "deleted", died
        assert essence(world) == expected, died
        assert world.state().open_intents() == [], died
        world.close()
