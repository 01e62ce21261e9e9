"""I27: what was paid, voided or sent is not changed, but for what the rules say even of sent documents."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step, perform
from tests.simulator.deals import EVEN_SENT, INVOICING, Life, deals
from tests.simulator.document_oracles import closed_is_closed, last_change, never_two_live, untouched_since
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.playing import played, playing
from tests.simulator.regressions import verify
from tests.simulator.strategies import examples

if TYPE_CHECKING:
    from syncdsl.schema.values import Fields

SHAPE = Shape(runs=6, faults=1, acts=False)
LIFE = Life(deals=3, deletes=False)


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Search for lives of deals whose documents people send, pay and void."""
    return deals(Searched(draw), shape=SHAPE, life=LIFE, rules=(INVOICING, EVEN_SENT))


def check(case: Case) -> None:
    """In the end, over everything that was ever written."""
    with played(case) as pair:
        closed_is_closed(pair, even_sent="even sent" in case.rules.extra)
        never_two_live(pair)


@examples(30)
@given(lives())
def test_I27_closed_documents(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I27: no mutation of what is paid or void, nor of what a person sent unless the rule says so."""
    verify("I27", case, check)


@pytest.mark.parametrize("status", ["sent", "paid", "void"])
def test_I27_each_state(status: str) -> None:  # noqa: N802 - the invariant's own name
    """I27: a deal that is edited and lost leaves its invoice alone in each of these states."""
    made = (
        Step(do="insert", side="left", fields={"Name": "Acme"}),
        Step(do="settle"),
        Step(do="insert", side="left", deal=True, fields={"Name": "Deal 1", "Stage": "Won", "Amount": Decimal(1)}),
        Step(do="settle"),
        Step(do="edit", side="right", deal=True, fields={"status": status}),
        Step(do="settle"),
    )
    with playing(Case(rules=INVOICING, steps=made)) as pair:
        for step in made:
            perform(pair, step)
        since = last_change(pair)
        changes: tuple[Fields, ...] = ({"Amount": Decimal(2)}, {"Stage": "Lost"})
        for fields in changes:
            perform(pair, Step(do="edit", side="left", deal=True, fields=fields))
            perform(pair, Step(do="settle"))
        untouched_since(pair, since)
        assert len(list(pair.right.living("invoices"))) == 1
