"""Conditions that are written differently and mean the same come to one plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syncdsl.plan.expressions import Negate

if TYPE_CHECKING:
    from tests.unit.analysis.conftest import Analyse

    from syncdsl.plan.expressions import PlanExpression

RULES = """language 1

connection crm: zoho_crm
connection books: zoho_books

module customers: crm.Accounts -> books.customers
    where crm: {condition}
    dedupe: Account_Name == contact_name
    map:
        Account_Name -> contact_name

record deal: crm.Deals
    stage: Stage

document invoice: books.invoices for deal
    map:
        deal.Account_Name -> customer_id
        line:
            deal.Amount -> rate

when {trigger}: create invoice
"""
PAIRS = [
    ("not Phone is empty", "Phone is not empty"),
    ("not (Phone is not empty)", "Phone is empty"),
    ('not Phone == "1"', 'Phone != "1"'),
    ('not Phone != "1"', 'Phone == "1"'),
    ('not Phone in ("1", "2")', 'Phone not in ("1", "2")'),
    ('not Phone not in ("1", "2")', 'Phone in ("1", "2")'),
    ('Phone in ("1")', 'Phone == "1"'),
    ('Phone not in ("1", "1")', 'Phone != "1"'),
    ('Phone in ("1", "2", "1")', 'Phone in ("1", "2")'),
    ("not Phone == empty", "Phone != empty"),
    ('not not (Phone is empty and Website == "a")', 'Phone is empty and Website == "a"'),
]


def where(analysed: Analyse, condition: str) -> PlanExpression:
    """Return a condition as it stands in the plan."""
    plan = analysed(RULES.format(condition=condition, trigger="deal.stage == won")).plan
    assert plan is not None
    found = plan.pairs["customers"].left.where
    assert found is not None
    return found


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_one_condition_is_one_plan(analysed: Analyse, one: str, other: str) -> None:
    """Rewriting a condition in the usual form leaves the plan as it is, so that no trigger starts anew."""
    assert where(analysed, one) == where(analysed, other)


def test_a_stage_that_is_not_reached(analysed: Analyse) -> None:
    """`not … == won` is `… != won`, and `not … != won` is `… == won`."""
    plans = [
        analysed(RULES.format(condition="Phone is empty", trigger=trigger)).plan
        for trigger in ("not deal.stage == won", "deal.stage != won", "not deal.stage != won", "deal.stage == won")
    ]
    first, second, third, fourth = (plan.triggers[0].condition for plan in plans if plan is not None)
    assert first == second
    assert third == fourth
    assert first != third


@pytest.mark.parametrize("condition", ["not Annual_Revenue < 5", 'not starts_with(Phone, "1")'])
def test_what_has_no_opposite_stays(analysed: Analyse, condition: str) -> None:
    """An order with an empty side is false either way, and so `not` before it is no other order."""
    assert isinstance(where(analysed, condition), Negate)
