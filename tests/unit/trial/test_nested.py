"""Verification of modules nested in others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.trial.conftest import verified

from syncdsl.schema.values import Ref
from syncdsl.state import Link

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = """
module customers: crm.Accounts -> books.customers
    where crm: Tier == "A"
    dedupe: Name == name
    map:
        Name -> name
    with offers: crm.Deals -> books.vendors
        parent: Account
        map:
            Name -> name
"""


def link(world: World, pair: str, left: str, right: str) -> None:
    """Link two records by hand: both hold what they held when they were linked."""
    state = world.state()
    lines = tuple(line.digest for line in world.run(state).plan.pairs[pair].lines)
    state.put_link(
        Link(
            uid=f"{pair}{left}",
            pair=pair,
            left_id=left,
            right_id=right,
            key=f"sd-{pair}{left}",
            lines=lines,
            left_base={"Name": world.get(left)["Name"]},
            right_base={"name": world.get(right)["name"]},
        )
    )


def test_children_belong_to_parents_in_scope(world: World) -> None:
    """A child is missing only when its parent is in scope; a linked one is compared only then."""
    world.rules(RULES)
    inside, outside = world.account("Inside", Tier="A"), world.account("Outside", Tier="B")
    child = world.deal("Offer", account=inside)
    world.deal("Elsewhere", account=outside)
    world.deal("Orphan")
    parent = world.customer("Inside")
    partner = world.record(world.books, "vendors", name="Offer")
    link(world, "customers", inside, parent)
    module = {item.name: item for item in verified(world).modules}
    assert (module["customers"].linked, module["customers.offers"].missing_right) == (1, 1)
    link(world, "customers.offers", child, partner)
    found = verified(world)
    assert found.in_sync
    world.edit(child, Name="Better offer")
    (difference,) = verified(world).differences
    assert (difference.rule, difference.kind, difference.field) == ("customers.offers", "pending", "name")
    world.edit(child, Account=Ref("Accounts", outside))
    module = {item.name: item for item in verified(world).modules}
    assert (module["customers.offers"].outside, module["customers.offers"].linked) == (1, 0)


def test_a_module_can_be_verified_alone_and_with_those_below_it(world: World) -> None:
    """A nested module's name looks at it alone, its parent's at both."""
    world.rules(RULES)
    world.account("Inside", Tier="A")
    assert [item.name for item in verified(world, module="customers").modules] == ["customers", "customers.offers"]
    assert [item.name for item in verified(world, module="customers.offers").modules] == ["customers.offers"]
