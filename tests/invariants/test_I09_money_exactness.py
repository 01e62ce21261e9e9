"""I09: amounts arrive exactly as they were, and none is written whose source did not change."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.oracles import engine_changes, marks
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

SHAPE = Shape(runs=2, edits=6, faults=3, begin_synced=100)
RULES = (Rules(lines="rich", conflict="crm"),)


def check(case: Case) -> None:
    """Sync, then play edits that leave amounts alone: no amount is written; and every amount is an exact decimal."""
    with playing(case) as pair:
        settled = False
        for step in case.steps:
            if not settled and step.do not in {"insert", "settle"}:
                perform(pair, Step(do="settle"))
                settled, since = True, marks(pair)
            if step.do in {"insert", "restore", "forget"} and settled:
                continue
            if step.do == "edit":
                fields = {name: value for name, value in step.fields.items() if name.casefold() != "credit"}
                step = Step(do="edit", side=step.side, pick=step.pick, fields=fields)  # noqa: PLW2901 - without amounts
            perform(pair, step)
        pair.settle()
        written = engine_changes(pair, since if settled else None)
        amounts = [change for change in written if change.field.casefold() == "credit" and settled]
        require(not amounts, f"amounts were written though none changed: {amounts[:2]}")
        for change in engine_changes(pair):
            if change.field.casefold() == "credit" and change.new is not None:
                require(isinstance(change.new, Decimal), f"an amount is no decimal: {change.new!r}")
        for left_id, right_id, status in pair.links():
            left, right = pair.left.records[left_id], pair.right.records[right_id]
            if status == "active" and left.alive and right.alive:
                mine, theirs = left.now.fields.get("Credit"), right.now.fields.get("credit")
                require(mine == theirs, f"{left_id} and {right_id} hold {mine} and {theirs}")


@st.composite
def amounts(draw: st.DrawFn) -> Case:
    """Return a case in which every record of the left has an amount of its own, of any size."""
    case = draw(cases(rules=RULES, shape=SHAPE))
    money = st.decimals(min_value=Decimal("-99999999999.99"), max_value=Decimal("99999999999.99"), places=2)
    steps = tuple(
        Step(do=step.do, side=step.side, fields={**step.fields, "Credit": draw(money)})
        if step.do == "insert" and step.side == "left"
        else step
        for step in case.steps
    )
    return Case(rules=case.rules, left=case.left, right=case.right, seed=case.seed, steps=steps)


@examples(8)
@given(amounts())
def test_I09_money_exactness(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I09: amounts are decimals, equal to the last digit, and never written without cause."""
    verify("I09", case, check)
