"""I20: whatever is written was announced, and whatever was announced is accounted for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from tests.simulator.cases import Case, perform
from tests.simulator.generator import Shape
from tests.simulator.harness import twins
from tests.simulator.playing import asked, playing, previewed, sent
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.schedule import Fate
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulator.harness import Twins
    from tests.simulator.rules import SideName

    from syncdsl.engine.report import ApplyReport

SHAPE = Shape(runs=3, faults=3, merges=True, deaths=False)
RULES = (Rules(lines="rich"), Rules(lines="references"), Rules(lines="plain", duplicate="clone in books"))


def check(case: Case) -> None:
    """Judge the report of every run against what was sent."""
    with playing(case) as pair:
        for step in case.steps:
            before = asked(pair)
            outcome = perform(pair, step)
            if step.do != "run" or outcome is None or outcome.report is None:
                continue
            accounted(pair, before, outcome.report)


def accounted(pair: Twins, before: dict[SideName, int], report: ApplyReport) -> None:
    """Demand that a report tells of everything that was sent, and of everything that was announced."""
    announced = {(kind, connection, name): dict(fields) for kind, connection, name, fields in previewed(report.changes)}
    for kind, connection, name, fields in sent(pair, before):
        known = announced.get((kind, connection, name))
        require(known is not None, f"{kind} {connection} {name} was sent, and nobody was told")
        assert known is not None
        require(dict(fields).items() <= known.items(), f"{kind} {name}: {fields} was sent, {known} announced")
    told = Counter(effect.id for effect in report.changes.changes)
    became = Counter(
        effect.id
        for effect in (
            *report.done,
            *(item.effect for item in report.failed),
            *report.moved_on,
            *report.unknown,
            *report.waiting,
        )
    )
    silent = told.keys() - became.keys()
    require(not silent, f"nobody says what became of {silent}")


@examples(10)
@given(cases(rules=RULES, shape=SHAPE))
def test_I20_preview_honesty(case: Case) -> None:  # noqa: N802 - the invariant's own name
    """I20: no write without its effect in the change set, no effect without its outcome in the report."""
    verify("I20", case, check)


@pytest.mark.parametrize("fate", [Fate.LOST_ANSWER, Fate.LOST_REQUEST, Fate.REFUSED, Fate.OK])
def test_I20_every_end_of_a_write_is_told(fate: Fate) -> None:  # noqa: N802 - the invariant's own name
    """I20: whatever became of a create, an answer that never came included, its effect is in the report."""
    met = False
    for call in range(1, 9):
        with twins(Rules(lines="plain")) as pair:
            pair.insert("left", Name="Acme", Phone="1")
            pair.schedule.begin(planned={call: fate})
            before = asked(pair)
            outcome = pair.apply()
            if outcome.report is not None:
                accounted(pair, before, outcome.report)
                met = met or bool(outcome.report.unknown or outcome.report.failed or outcome.report.done)
    require(met, "no create met its fate")
