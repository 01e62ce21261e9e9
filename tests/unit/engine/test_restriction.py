"""A run restricted to some modules: what is outside is neither read nor changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.unit.engine.world import HEAD, INVOICES, SCHEMAS, TWO_MODULES, compiled

from syncdsl.diagnostics import Fault
from syncdsl.engine.run import apply
from syncdsl.plan.restriction import needed_elsewhere, restricted
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World


RULES = TWO_MODULES + INVOICES


def steps(*names: str) -> list[str]:
    """Return the steps of the rules restricted to these modules."""
    return [step.id for step in restricted(compiled(HEAD + RULES), names, SCHEMAS).steps]


def test_a_module_alone_reads_and_writes_its_own_sides() -> None:
    """Only the steps of one module are left; steps come after those left that they need."""
    found = steps("customers")
    assert [name for name in found if name.startswith(("match", "merge", "trigger"))] == [
        "match customers",
        "merge customers",
    ]
    assert [name for name in found if name.startswith("write")] == ["write books.customers", "write crm.Accounts"]
    assert not any("Deals" in name or "vendors" in name or "invoices" in name for name in found)
    done: set[str] = set()
    for step in restricted(compiled(HEAD + RULES), ["customers"], SCHEMAS).steps:
        assert set(step.after) <= done
        done.add(step.id)


def test_what_it_refers_to_comes_with_it() -> None:
    """Vendors refer to customers, whose partners have to exist first."""
    assert {"match customers", "match vendors"} <= set(steps("vendors"))


def test_a_name_that_is_none_is_refused() -> None:
    """The nearest one is offered."""
    with pytest.raises(Fault, match="SD833") as fault:
        steps("customer")
    assert fault.value.help == "did you mean `customers`?"


def test_what_others_read_too_is_told() -> None:
    """The accounts of a run for customers alone are news to vendors and deals as well."""
    whole = compiled(HEAD + RULES)
    part = restricted(whole, ["customers"], SCHEMAS)
    assert needed_elsewhere(whole, part, SCHEMAS) == {"observe crm.Accounts"}
    assert needed_elsewhere(whole, whole, SCHEMAS) == frozenset()


def test_only_the_named_module_changes(world: World) -> None:
    """A restricted run writes nothing outside, and the next full one does what was left."""
    world.rules(RULES)
    acme = world.account("Acme")
    world.account("Valves", Tier="V", Parent=Ref("Accounts", acme))
    run = world.run()
    part = restricted(run.plan, ["customers"], run.schemas)
    report = apply(world.run(only=part), confirm=lambda _: True)
    assert [effect.kind for effect in report.done] == ["create"]
    assert (len(world.all("customers")), len(world.all("vendors"))) == (1, 0)
    world.settle()
    (vendor,) = world.all("vendors")
    assert vendor["parent"] == Ref("customers", str(world.one("customers")["id"]))


def test_links_of_other_modules_are_found(world: World) -> None:
    """A reference into a module that the run leaves out is written all the same when its partner is there."""
    world.rules(RULES)
    acme = world.account("Acme")
    world.settle()
    bolt = world.account("Bolt", Tier="V", Parent=Ref("Accounts", acme))
    run = world.run()
    apply(world.run(only=restricted(run.plan, ["vendors"], run.schemas)), confirm=lambda _: True)
    (vendor,) = world.all("vendors")
    assert vendor["parent"] == Ref("customers", str(world.one("customers")["id"]))
    assert (bolt, str(vendor["id"]), "active") in world.links("vendors")


def test_what_happened_elsewhere_is_not_forgotten(world: World) -> None:
    """A deal won, and a vendor's account renamed, before a run for customers alone are carried out by the next one."""
    world.rules(RULES)
    acme, valves = world.account("Acme"), world.account("Valves", Tier="V")
    deal = world.deal("Pump", account=acme)
    world.settle()
    world.edit(deal, Stage="Won", Amount=Decimal(5))
    world.edit(valves, Name="Valves AG")
    run = world.run()
    apply(world.run(only=restricted(run.plan, ["customers"], run.schemas)), confirm=lambda _: True)
    assert world.all("invoices") == []
    world.settle()
    assert world.one("vendors")["name"] == "Valves AG"
    assert len(world.all("invoices")) == 1


NESTED = """
module customers: crm.Accounts <-> books.customers
    dedupe: Name == name
    map:
        Name <-> name
    with contacts: crm.Contacts -> books.persons
        parent: Account
        map:
            Name -> name
"""


@pytest.mark.parametrize("name", ["customers", "customers.contacts"])
def test_parents_and_children_go_together(name: str) -> None:
    """A module brings what is nested in it, and a nested one its parent."""
    found = [step.id for step in restricted(compiled(HEAD + NESTED), [name], SCHEMAS).steps]
    assert {"match customers", "match customers.contacts"} <= set(found)


def test_a_guard_stops_a_limited_run_too(world: World) -> None:
    """Limits are judged on what the limited run would do, before its first write."""
    world.rules(RULES + "\nguard: creates <= 1\n")
    world.account("Acme")
    world.account("Bolt")
    run = world.run()
    with pytest.raises(Fault, match="SD801"):
        apply(world.run(only=restricted(run.plan, ["customers"], run.schemas)), confirm=lambda _: True)
    assert world.writes == []
