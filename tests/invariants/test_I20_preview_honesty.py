"""I20: whatever is written was announced, and whatever was announced is accounted for."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from tests.simulator.cases import Case, perform
from tests.simulator.generator import Shape
from tests.simulator.playing import asked, playing, previewed, sent
from tests.simulator.regressions import verify
from tests.simulator.rules import Rules
from tests.simulator.strategies import cases, examples
from tests.simulator.violation import require

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
            report = outcome.report
            announced = {
                (kind, connection, name): dict(fields) for kind, connection, name, fields in previewed(report.changes)
            }
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
