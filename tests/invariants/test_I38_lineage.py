"""I38: folding the history gives the links and their bases, after every step."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given
from tests.simulator.cases import Case, Step
from tests.simulator.generator import SIDES, Shape
from tests.simulator.harness import CONNECTIONS
from tests.simulator.playing import played
from tests.simulator.regressions import verify
from tests.simulator.rules import KEYS, MODULES, Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

from syncdsl.changes.effects import Update
from syncdsl.state.lineage import fold

if TYPE_CHECKING:
    from tests.simulator.harness import Outcome, Twins

    from syncdsl.engine.report import ApplyReport
    from syncdsl.schema.values import Value

SHAPE = Shape(runs=3, faults=3, merges=True)
CALM = Shape(runs=0, faults=0, deaths=False, acts=False, deletes=False, restores=False)
UNDONE = (Rules(lines="rich"), Rules(lines="one way", direction="->"), Rules(lines="references"))
KEYS_AND_STAMPS = {"id", *KEYS.values()}
RULES = (Rules(lines="rich"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in books"))


def check(case: Case) -> None:
    """Fold after every step, a death included."""

    def seen(pair: Twins, step: Step, outcome: Outcome | None) -> None:
        del outcome
        with pair.looking() as state:
            folded = fold(state.history())
            for link in state.links("customers"):
                # What only saves work is not in the history.
                bare = replace(link, lines=(), left_written=None, right_written=None)
                known = folded.pop(link.uid, None)
                require(known == bare, f"after {step.do}: the history says {known}, the state {bare}")
            require(not folded, f"after {step.do}: the history knows links that are not there: {sorted(folded)}")

    with played(case, seen) as pair:
        seen(pair, Step(do="settle"), None)


def values(pair: Twins) -> dict[tuple[str, str], dict[str, Value]]:
    """Return what every living record holds, by connection and id."""
    return {
        (CONNECTIONS[side], held.id): dict(held.now.fields)
        for side, system in pair.systems.items()
        for held in system.living(MODULES[side])
    }


def edit(pair: Twins, draw: Random, *, many: int) -> None:
    """Let people change fields of some records, on either side, to values that nothing had before."""
    names = {"phone": "Phone", "notes": "Notes", "city": "City", "website": "Website", "region": "Region"}
    for _ in range(many):
        side = draw.choice(SIDES)
        living = list(pair.systems[side].living(MODULES[side]))
        known = pair.systems[side].module(MODULES[side]).fields
        fields = [name for pool, left in names.items() if (name := left if side == "left" else pool) in known]
        if living and fields:
            name, number = draw.choice(fields), draw.randrange(10**6)
            value = f"https://{number}.example" if name.casefold() == "website" else f"+49 30 {number}"
            pair.systems[side].edit(MODULES[side], draw.choice(living).id, {name: value})


def written(report: ApplyReport) -> set[tuple[str, str, str]]:
    """Return the fields (connection, id, field) of records that were there before, and that a run wrote."""
    return {
        (effect.record.connection, effect.record.id or "", change.field)
        for effect in report.done
        if isinstance(effect, Update)
        for change in effect.fields
    }


def check_undo(case: Case) -> None:
    """Undo the first run after some edits; then compare every field with what it was before that run."""
    with played(case) as pair, pair.calmly():
        draw = Random(case.seed)
        edit(pair, draw, many=4)
        before = values(pair)
        outcome = pair.apply()
        if outcome.report is None or not written(outcome.report):
            return
        left = values(pair)
        with pair.looking() as state:
            run = state.runs(1)[0].id
        edit(pair, draw, many=2)
        after = values(pair)
        undone = pair.undo(run)
        now = values(pair)
        held = {(hold.record.connection, hold.record.id or "", hold.field) for hold in undone.changes.holds}
        told = " ".join(undone.changes.reported)
        restored = set()
        for connection, record, field in written(outcome.report):
            value = now[connection, record].get(field)
            if value == before[connection, record].get(field):
                restored.add((connection, record, field))
                known = after[connection, record].get(field) in (left[connection, record].get(field), value)
                require(known, f"{record}.{field} was edited after the run, and put back without a word")
                continue
            require(value == after[connection, record].get(field), f"{record}.{field} became something else: {value!r}")
            known = (connection, record, field) in held or f"/{record}:" in told
            require(known, f"{record}.{field} was neither put back nor asked about")
        for (connection, record), fields in after.items():
            for field in {*fields, *now[connection, record]} - KEYS_AND_STAMPS:
                if (connection, record, field) not in restored:
                    same = now[connection, record].get(field) == fields.get(field)
                    require(same, f"{record}.{field} was changed although the run did not write it")
        pair.settle()
        later = values(pair)
        for connection, record, field in restored:
            same = later[connection, record].get(field) == before[connection, record].get(field)
            require(same, f"{record}.{field} was written again after it was put back")


@examples(8)
@given(cases(rules=UNDONE, shape=CALM))
def test_I38_undo(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I38: an undo puts back what a run wrote, or asks, touches nothing else, and the runs after it leave it so."""
    check_undo(case)


@examples(8)
@given(cases(rules=RULES, shape=SHAPE))
def test_I38_lineage(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I38: whatever fails and wherever it dies, the history alone gives the links and both bases."""
    verify("I38", case, check)
