"""I41: the date alone changes nothing."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.cases import Case, Step
from tests.simulator.deals import INVOICING, Life, deals
from tests.simulator.draws import Searched
from tests.simulator.generator import Shape
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

SHAPE = Shape(runs=2, faults=2)
RULES = (Rules(lines="rich"), Rules(lines="references"), Rules(lines="plain", duplicate="skip"))
DAYS = (1, 30, 400)


def check(case: Case) -> None:
    """When all is quiet, let days and years pass."""
    with played(case) as pair:
        since = marks(pair)
        for days in DAYS:
            pair.timeline.advance(days * 86400.0)
            with pair.calmly():
                outcome = pair.apply()
            require(outcome.idle, f"after {days} days something was done: {outcome.text}")
        no_writes(pair, since)


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Search for lives of deals whose documents carry the date on which they were made."""
    return deals(Searched(draw), shape=SHAPE, life=Life())


@examples(10)
@given(lives())
def test_I41_documents(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I41: advancing the date alone changes no document, though `today()` stands in its map, and fires no edge."""
    verify("I41", case, check)


@examples(7)
@given(cases(rules=RULES, shape=SHAPE))
def test_I41_quiet_clock(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I41: advancing the date alone changes no record."""
    verify("I41", case, check)


def test_I41_a_date_is_fixed() -> None:  # noqa: N802 - the invariant's own name
    """I41: a draft that follows its record days later keeps the date on which it was made."""
    steps = (
        Step(do="insert", side="left", fields={"Name": "Acme"}),
        Step(do="settle"),
        Step(do="insert", side="left", deal=True, fields={"Name": "Deal 1", "Stage": "Won", "Amount": Decimal(1)}),
        Step(do="settle"),
        Step(do="wait", seconds=5 * 86_400.0),
        Step(do="edit", side="left", deal=True, fields={"Amount": Decimal(2)}),
        Step(do="settle"),
    )
    with played(Case(rules=INVOICING, steps=steps)) as pair:
        (invoice,) = pair.right.living("invoices")
        dates = [change.new for change in pair.right.log if change.field == "date"]
        rates = [change.new for change in pair.right.log if change.field == "lines"]
        require(len(dates) == 1, f"the date of {invoice.id} was written {len(dates)} times")
        require(len(rates) == 2, "the draft did not follow")
