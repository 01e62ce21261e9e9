"""I39: `verify` reports a difference exactly where both sides differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.agreement import line_agrees, without_suffix
from tests.simulator.generator import Shape
from tests.simulator.oracles import marks, no_writes
from tests.simulator.playing import asked, played
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.trial.verification import verify as look

if TYPE_CHECKING:
    from tests.simulator.cases import Case
    from tests.simulator.harness import Twins

    from syncdsl.changes.verification import Verification

SHAPE = Shape(runs=2, faults=3, edits=8, restores=False)
RULES = (
    Rules(lines="rich"),
    Rules(lines="rich", conflict="review"),
    Rules(lines="one way", direction="->"),
    Rules(lines="plain", duplicate="clone in books"),
)
EVERYTHING = 10_000


def check(case: Case) -> None:
    """Compare, in the middle of things, what `verify` tells with what the records hold."""
    with played(case, settle=False) as pair:
        since, before = marks(pair), asked(pair)
        found = _verified(pair)
        no_writes(pair, since)
        require(asked(pair) == before, "verifying sent something")
        told = {(item.left.id, item.right.id, item.line.split(", ")[0]) for item in found.differences}
        true = _differing(pair)
        require(not true - told, f"both sides differ, and nothing says so: {sorted(true - told)[:3]}")
        require(not told - true, f"a difference is told where there is none: {sorted(told - true, key=repr)[:3]}")


def _verified(pair: Twins) -> Verification:
    with pair.calmly():
        found: Verification = pair.on_a_copy(lambda state: look(pair.run(state), limit=EVERYTHING))
        return found


def _differing(pair: Twins) -> set[tuple[str, str, str]]:
    with pair.looking() as state:
        links = state.links("customers")
    found: set[tuple[str, str, str]] = set()
    for link in links:
        left, right = pair.left.records[link.left_id], pair.right.records[link.right_id]
        if link.status != "active" or not left.alive or not right.alive:
            continue
        for line in pair.rules.map:
            bare = without_suffix(left.now.fields, "left", link), without_suffix(right.now.fields, "right", link)
            if not line.when_empty and not line_agrees(pair, line, *bare):
                found.add((link.left_id, link.right_id, line.text.split(", ")[0]))
    return found


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I39_verifier_soundness(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I39: no false "in sync" and no false alarm."""
    verify("I39", case, check)
