"""I29: what is quiet stays quiet, whatever the maps lose and whatever the systems make of values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.deals import Life, deals
from tests.simulator.draws import Searched, choose
from tests.simulator.generator import LOSSY, Shape
from tests.simulator.harness import twins
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.switches import Switches
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.cases import Case

SHAPE = Shape(runs=2, faults=2, restores=False)
RULES = (
    Rules(lines="rich"),
    Rules(lines="rich", conflict="crm"),
    Rules(lines="plain", duplicate="clone in books"),
    Rules(lines="plain", deletes=("deactivate", "delete"), guard="deletes <= 100"),
    Rules(lines="plain", deletes=("delete", "delete"), nested="delete", guard="deletes <= 100"),
)


def check(case: Case) -> None:
    """Run on: incremental, a sweep, incremental; and once more over everything, as after a change of rules."""
    with played(case) as pair:
        reads = pair.left.counts["observe"] + pair.right.counts["observe"]
        looping = [hold.reason for hold in pair.preview().holds if "to and fro" in hold.reason]
        require(not looping, f"only the loop breaker brought it to rest: {looping}")
        planned = pair.left.counts["observe"] + pair.right.counts["observe"] - reads
        for sweep in (False, True, False):
            since, calls = marks(pair), pair.left.counts["observe"] + pair.right.counts["observe"]
            with pair.calmly():
                outcome = pair.apply(sweep=sweep)
            no_writes(pair, since)
            require(outcome.idle, f"a quiet run did something: {outcome.text}")
            taken = pair.left.counts["observe"] + pair.right.counts["observe"] - calls
            require(sweep or taken <= planned, f"a quiet run read {taken} pages instead of {planned}")
        pair.look_at_everything()
        since = marks(pair)
        with pair.calmly():
            outcome = pair.apply()
        no_writes(pair, since)
        require(outcome.idle, f"a run that looked at everything did something: {outcome.text}")


@st.composite
def lossy(draw: st.DrawFn) -> Case:
    """Return a case whose systems make something else of values."""
    case = draw(cases(rules=RULES, shape=SHAPE))
    for _ in range(draw(st.integers(0, 3))):
        side, how = choose(Searched(draw), LOSSY)
        mine = case.left if side == "left" else case.right
        changed = replace(mine, coercions=tuple(dict([*mine.coercions, *how]).items()))
        case = replace(case, left=changed) if side == "left" else replace(case, right=changed)
    return case


@examples(14)
@given(lossy())
def test_I29_quiescence(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I29: nothing travels back and forth, even where values are trimmed, cut, rounded, or never the same twice."""
    verify("I29", case, check)


def test_I29_coercions_stay() -> None:  # noqa: N802 - the invariant's own name
    """I29: what a system makes of a value that it was given is nobody's change, and does not travel back."""
    upper = Switches(coercions=(("customers.name", "upper"),))
    with twins(Rules(lines="plain", conflict="books"), right=upper) as pair:
        left = pair.insert("left", Name="Acme")
        pair.settle()
        pair.edit("left", left, Name="Acme Works")
        pair.settle()
        names = pair.fields("left", left)["Name"], pair.living("right")[0].now.fields["name"]
        require(names == ("Acme Works", "ACME WORKS"), f"the names are {names}")


@st.composite
def lives(draw: st.DrawFn) -> Case:
    """Search for lives of deals and their documents."""
    return deals(Searched(draw), shape=SHAPE, life=Life())


@examples(6)
@given(lives())
def test_I29_documents(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I29: documents that came to rest stay at rest, also when every record is looked at."""
    verify("I29", case, check)
