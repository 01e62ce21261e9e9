"""I33: no record is made that refers to a partner whose link is not committed, and what waits goes on when it can."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from tests.simulator.agreement import converged
from tests.simulator.cases import Case, play
from tests.simulator.generator import Shape
from tests.simulator.oracles import children_follow
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import MODULES, Rules, SideName
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.connection import SimulatedConnection
    from tests.simulator.harness import Twins

SHAPE = Shape(runs=3, faults=3, duplicates=False, deletes=False, restores=False, partners=6)
RULES = (Rules(lines="references", conflict="crm"), Rules(lines="references", conflict="crm", nested="keep"))


class Watching:
    """A connection that looks at the links whenever something is written that refers to another record."""

    def __init__(self, inner: SimulatedConnection, look: Callable[[str], None]) -> None:
        self._inner = inner
        self._look = look

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in {"create", "update"}:
            return found

        def call(module: str, what: Any, **named: Any) -> Any:
            for one in what:
                for value in one.fields.values():
                    if isinstance(value, Ref):
                        self._look(value.id)
            return found(module, what, **named)

        return call


def check(case: Case) -> None:
    """At every write of a reference, to a parent too, its target is linked; in the end everything has arrived."""
    with playing(case) as pair:

        def wrapped(side: SideName, connection: SimulatedConnection) -> Watching:
            def look(identifier: str) -> None:
                linked = {right if side == "right" else left for left, right, _ in pair.links()}
                require(identifier in linked, f"{side} {identifier} is referred to, and its link is not committed")

            return Watching(connection, look)

        pair.wrapped = wrapped
        family(pair, case.seed)
        play(pair, case.steps)
        pair.settle()
        quiet = pair.preview(sweep=True)
        converged(pair, quiet)
        children_follow(pair, quiet)


def family(pair: Twins, many: int) -> None:
    """Make a chain of accounts, each below the next one, so that children come before their parents."""
    ids = [pair.insert("left", Name=f"Generation {number}") for number in range(many + 2)]
    for child, parent in pairwise(ids):
        pair.edit("left", child, Parent=Ref(MODULES["left"], parent))


@st.composite
def families(draw: st.DrawFn) -> Case:
    """Return a case with a longer or shorter chain."""
    return replace(draw(cases(rules=RULES, shape=SHAPE)), seed=draw(st.integers(0, 5)))


@examples(10)
@given(families())
def test_I33_dependency(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I33: parents come before children in every prefix of every trace, and children follow."""
    verify("I33", case, check)
