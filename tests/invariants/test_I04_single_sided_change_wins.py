"""I04: what changed on one side alone arrives on the other, whatever the policy for conflicts says."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from tests.simulator.agreement import held_lines, line_agrees
from tests.simulator.cases import Case, Step, perform
from tests.simulator.generator import Shape
from tests.simulator.harness import CONNECTIONS, twins
from tests.simulator.oracles import marks
from tests.simulator.playing import playing
from tests.simulator.regressions import verify
from tests.simulator.rules import Line, Rules, SideName
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import OTHER, require

SHAPE = Shape(runs=1, edits=5, faults=2, begin_synced=100, deletes=False, restores=False, acts=False)
RULES = (
    Rules(lines="rich", conflict="review"),
    Rules(lines="rich", conflict="books"),
    Rules(lines="rich", conflict="crm"),
    Rules(lines="rich", conflict="newest"),
)


def check(case: Case) -> None:
    """Sync, edit, settle; judge the units that changed on one side alone."""
    before = [step for step in case.steps if step.do in {"insert", "settle"}]
    edits = [step for step in case.steps if step.do == "edit"]
    with playing(case) as pair:
        for step in (*before, Step(do="settle")):
            perform(pair, step)
        since = marks(pair)
        for step in (*edits, *(step for step in case.steps if step.do == "run")):
            perform(pair, step)
        pair.settle()
        quiet = held_lines(pair.preview())
        changed: defaultdict[tuple[SideName, str], set[str]] = defaultdict(set)
        for side, system in pair.systems.items():
            for change in system.log[since[side] :]:
                if change.author == "person":
                    changed[side, change.id].add(change.field)
        for left_id, right_id, _ in pair.links():
            ids: dict[SideName, str] = {"left": left_id, "right": right_id}
            for unit in _units(case.rules.map):
                sides = [side for side in ids if changed[side, ids[side]] & _fields(unit, side)]
                if len(sides) != 1 or not _travels(unit, sides[0]):
                    continue
                words = {line.text for line in unit} | {line.group or "" for line in unit}
                waits = set().union(*(quiet.get((CONNECTIONS[side], ids[side]), set()) for side in ids))
                require(not waits & words, f"{words} changed on the {sides[0]} alone, and waits")
                agrees = all(
                    line_agrees(pair, line, pair.fields("left", left_id), pair.fields("right", right_id))
                    for line in unit
                )
                require(agrees, f"{words} changed on the {sides[0]} alone, and did not arrive")


def _units(lines: tuple[Line, ...]) -> list[list[Line]]:
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.group or line.text].append(line)
    return list(found.values())


def _fields(unit: list[Line], side: SideName) -> set[str]:
    return {line.left if side == "left" else line.right for line in unit} - {""}


def _travels(unit: list[Line], side: SideName) -> bool:
    toward = OTHER[side]
    return all((line.to_right if toward == "right" else line.to_left) is not None for line in unit)


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I04_single_sided_change_wins(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I04: a change on one side alone is never a conflict, and ends as its image on the other."""
    verify("I04", case, check)


def test_I04_after_a_create_without_answer() -> None:  # noqa: N802 - the invariant's own name
    """I04: a change of the source, after its partner was made and nobody heard of it, is a change on one side alone."""
    for call in range(4, 7):
        with twins(Rules(lines="plain", conflict="books")) as pair:
            left = pair.insert("left", Name="Acme", Phone="1")
            pair.schedule.begin(planned={call: Fate.LOST_ANSWER})
            pair.apply()
            pair.edit("left", left, Phone="2")
            pair.settle()
            phones = pair.fields("left", left)["Phone"], pair.living("right")[0].now.fields["phone"]
            require(phones == ("2", "2"), f"the phone changed on the left alone, and now they are {phones}")
