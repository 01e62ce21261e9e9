"""Finding records in the CRM, and what is said of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.diagnostics import Fault
from syncdsl.engine.searching import search
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

    from syncdsl.engine.searching import Search

MAP = """
module customers: crm.Accounts -> books.customers
    where crm: Tier == "A"
    dedupe: Name == name
    on duplicate: overwrite
    map:
        Name -> name
"""
NESTED = (
    MAP
    + """    with offers: crm.Deals -> books.vendors
        parent: Account
        map:
            Name -> name
"""
)


def found(world: World, text: str) -> Search:
    """Search with the rules of a world."""
    return search(world.run(), text)


def situations(result: Search) -> dict[str, tuple[str, str]]:
    """Return (situation, why) of each hit's first standing by its label."""
    return {hit.record.label: (hit.standings[0].situation, hit.standings[0].why) for hit in result.hits}


def test_every_hit_says_how_it_stands(world: World) -> None:
    """Linked with whom, out of scope and why, a duplicate on the other side, or what a sync would make."""
    world.rules(MAP)
    world.account("Acme one", Tier="A")
    world.apply()
    world.account("Acme two", Tier="B")
    world.account("Acme three", Tier="A")
    twin = world.customer("acme four")
    world.account("Acme four", Tier="A")
    world.account("Other", Tier="A")
    result = found(world, "acme")
    stands = situations(result)
    assert stands == {
        "Acme one": ("linked", "linked"),
        "Acme two": ("out of scope", "`where crm` does not hold (Tier = `B`)"),
        "Acme three": ("create", "a sync makes it in books.customers"),
        "Acme four": ("match", "a record has the same `Name == name`; `on duplicate: overwrite in books`"),
    }
    partners = {hit.record.label: [partner.id for partner in hit.standings[0].partners] for hit in result.hits}
    assert partners["Acme four"] == [twin]
    assert partners["Acme one"] == [next(iter(world.links()))[1]]


def test_children_are_listed_below_their_parent_and_once(world: World) -> None:
    """All records that belong to a hit stand below it, whatever their names; those of nobody stand alone."""
    world.rules(NESTED)
    acme, other = world.account("Acme", Tier="A"), world.account("Other", Tier="A")
    world.deal("Pump for Acme", account=acme)
    world.deal("Valve", account=acme)
    world.deal("Acme's rival", account=other)
    result = found(world, "acme")
    assert [(hit.record.label, [child.record.label for child in hit.children]) for hit in result.hits] == [
        ("Acme", ["Pump for Acme", "Valve"]),
        ("Acme's rival", []),
    ]
    assert [child.standings[0].situation for child in result.hits[0].children] == ["waits", "waits"]
    assert "has no partner yet" in result.hits[0].children[0].standings[0].why


def test_a_deleted_partner_is_told(world: World) -> None:
    """A record whose partner was deleted says that nothing is made again."""
    world.rules(MAP)
    world.account("Acme", Tier="A")
    world.apply()
    ((_, right, _),) = world.links()
    world.delete(right)
    world.apply()
    assert situations(found(world, "acme"))["Acme"][0] == "deleted"


def test_a_view_is_judged_by_the_last_reading(world: World) -> None:
    """No system tells of one record whether a view shows it: what was read last is told as such."""
    world.rules(MAP.replace('    where crm: Tier == "A"', '    view: "Some"'))
    world.crm.views["Accounts", "Some"] = lambda fields: fields.get("Name") != "Acme hidden"
    world.account("Acme hidden")
    world.account("Acme shown")
    world.apply()
    stands = situations(found(world, "acme"))
    assert stands["Acme hidden"] == ("out of scope", 'it was not in the view "Some" at the last reading')
    assert stands["Acme shown"][0] == "linked"


def test_a_search_can_be_limited(world: World) -> None:
    """At most so many of a module are asked for, and it is said where there may be more; a module can be named."""
    world.rules(NESTED)
    for number in range(3):
        world.account(f"Acme {number}", Tier="A", Parent=Ref("Accounts", "none"))
    result = search(world.run(), "acme", limit=2)
    assert (len(result.hits), result.more) == (2, (("crm", "Accounts"),))
    assert search(world.run(), "acme", module="customers.offers").places == (("crm", "Deals"),)
    with pytest.raises(Fault) as caught:
        search(world.run(), "acme", module="nobody")
    assert caught.value.code.id == "SD841"


def test_rules_without_modules_cannot_be_searched(world: World) -> None:
    """Where nothing is synced there is nothing to find."""
    world.rules("")
    with pytest.raises(Fault) as caught:
        search(world.run(), "acme")
    assert caught.value.code.id == "SD842"


def test_finding_writes_nothing(world: World) -> None:
    """A search sends no write."""
    world.rules(MAP)
    world.account("Acme", Tier="A")
    found(world, "acme")
    assert world.writes == []
