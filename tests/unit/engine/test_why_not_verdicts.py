"""What `why-not` says is what runs do: over many records at once, those it says come next and no others."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING

from tests.unit.engine.asking import ask
from tests.unit.engine.test_acting import HEAD
from tests.unit.engine.test_why_not import SCOPED

if TYPE_CHECKING:
    from tests.unit.engine.conftest import World

RULES = (
    HEAD.replace("dedupe:", "where crm: Tier is empty\n    where books: tier is empty\n    dedupe:")
    + "when deal.stage == won and not (deal.Amount < 5): create invoice\n    require: deal.Number is not empty\n"
)


def test_records_that_come_next_are_those_that_runs_make(world: World) -> None:
    """Of every combination of what a module asks for, exactly those said to come next get a partner."""
    world.rules(SCOPED).account("First", Tier="A", Region="EU")
    world.customer("Twin 0", tier="A")
    world.customer("Twin 0", tier="A")
    world.settle()
    made = [
        world.account(name if name.startswith("Twin") else f"{name}{number}", Tier=tier, Region=region)
        for number, (tier, region, name) in enumerate(
            product(("A", "B", None), ("EU", None), ("Short ", "Long " * 9, "Twin 0"))
        )
    ]
    before = {left for left, _, _ in world.links()}
    said = {record for record in made if ask(world, record, now=True).answers[0].verdict == "next"}
    world.settle()
    assert {left for left, _, _ in world.links()} - before == said
    assert said
    for record in set(made) - said:
        (found,) = ask(world, record).answers
        assert found.failing is not None, record


def test_documents_that_come_next_are_those_that_runs_make(world: World) -> None:
    """Of every combination of stage, amount, customer and what is required, exactly those get an invoice."""
    world.crm.keeps_stages = False
    world.rules(RULES)
    accounts = [world.account("In"), world.account("Out", Tier="B"), None]
    world.settle()
    deals = [
        world.deal(f"Deal {number}", "Open", account=account, Amount=amount, Number=order)
        for number, (account, amount, order) in enumerate(
            product(accounts, (Decimal(4), Decimal(5), None), ("PO", None))
        )
    ]
    world.settle()
    for number, deal in enumerate(deals):
        if number % 4 != 3:
            world.edit(deal, Stage="Won")
    said = {deal for deal in deals if ask(world, deal, "invoice", now=True).answers[0].verdict == "next"}
    world.settle()
    assert {one.record_id for one in world.state().instances("invoice")} == said
    assert 0 < len(said) < len(deals)
    for deal in set(deals) - said:
        (found,) = ask(world, deal, "invoice").answers
        assert found.failing is not None, deal
        assert found.verdict == "blocked"
    assert {ask(world, deal, "invoice").answers[0].verdict for deal in said} == {"done"}
