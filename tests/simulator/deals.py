"""Deals and the documents made for them: schemas, rules, and lives in which people and the engine both act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.simulator.cases import Case, Step
from tests.simulator.draws import Draw, chance, choose
from tests.simulator.generator import disturbed, switches
from tests.simulator.rules import Rules

from syncdsl.adapters.protocol import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.generator import Shape

STAGES = ("Open", "Won", "Lost")
DOCUMENTS = """
record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account -> customer
        deal.Name -> reference
        deal.Notes -> notes
        today() -> date
        line:
            deal.Name -> name
            deal.Amount -> rate

when deal.stage == won: create invoice
when deal.stage == lost: void invoice
"""
INVOICING = Rules(lines="plain", conflict="crm", extra=DOCUMENTS)
EVEN_SENT = replace(INVOICING, extra=DOCUMENTS.replace("void invoice", "void invoice, even sent"))
RENAMED = replace(
    INVOICING,
    extra=DOCUMENTS.replace("invoice: books", "bill: books")
    .replace("create invoice", "create bill")
    .replace("void invoice", "void bill")
    + "\nmoved document invoice to bill\n",
)
"""The same document by another name."""
REORDERED = replace(
    INVOICING,
    extra=DOCUMENTS.replace(
        "when deal.stage == won: create invoice\nwhen deal.stage == lost: void invoice\n",
        "# other words\nwhen deal.stage == lost: void invoice\n\nwhen deal.stage == won: create invoice\n",
    ),
)
REWORDED = replace(INVOICING, extra=DOCUMENTS.replace("== won:", "== won and deal.Name is not empty:"))
"""Another condition, which begins with a baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What happens to deals: how many there are, at most how much between two runs, and what else people do."""

    deals: int = 3
    deeds: int = 4
    people: bool = True
    deletes: bool = True


def deals(draw: Draw, *, shape: Shape, life: Life, rules: Sequence[Rules] = (INVOICING,)) -> Case:
    """Return a case: accounts that are synced, then deals that come, move and go, with disturbed runs between."""
    chosen = choose(draw, rules)
    steps = [Step(do="insert", side="left", fields={"Name": name}) for name in ("Acme", "Beta")]
    steps.append(Step(do="settle"))
    number = 0
    for _ in range(draw.integer(1, life.deals)):
        number += 1
        steps.append(_new(draw, number))
    steps.append(Step(do="run"))
    for _ in range(draw.integer(2, shape.runs)):
        for _ in range(draw.integer(1, life.deeds)):
            if chance(draw, 10):
                number += 1
                steps.append(_new(draw, number))
            else:
                steps.append(_deed(draw, life))
        steps.append(disturbed(draw, chosen, shape))
        if chance(draw, 40):
            steps.append(Step(do="run"))
    return Case(
        rules=chosen,
        left=replace(switches(draw), reading="keyset"),
        right=switches(draw, tiers=(Tier.T1, Tier.T2, Tier.T0)),
        seed=draw.integer(0, 3),
        steps=tuple(steps),
    )


def _new(draw: Draw, number: int) -> Step:
    fields: dict[str, Any] = {
        "Name": f"Deal {number}",
        "Stage": choose(draw, ("Won", *STAGES)),
        "Amount": Decimal(number),
    }
    return Step(do="insert", side="left", deal=True, other=draw.integer(0, 3), fields=fields)


def _deed(draw: Draw, life: Life) -> Step:
    """Return something that a person does to a deal or a document."""
    pick = draw.integer(0, 5)
    kind = choose(
        draw,
        (
            "move",
            "move",
            "move",
            "amount",
            *(("touch", "status") if life.people else ()),
            *(("delete",) * life.deletes),
        ),
    )
    match kind:
        case "move":
            return Step(do="edit", side="left", deal=True, pick=pick, fields={"Stage": choose(draw, STAGES)})
        case "amount":
            fields: dict[str, Any] = {"Amount": Decimal(draw.integer(1, 99)), "Notes": choose(draw, ("a", "b"))}
            return Step(do="edit", side="left", deal=True, pick=pick, fields=fields)
        case "touch":
            return Step(do="edit", side="right", deal=True, pick=pick, fields={"notes": choose(draw, ("x", "y"))})
        case "status":
            status = choose(draw, ("sent", "paid", "void", "sent"))
            return Step(do="edit", side="right", deal=True, pick=pick, fields={"status": status})
        case _:
            return Step(do="delete", side=choose(draw, ("left", "right")), deal=True, pick=pick)
