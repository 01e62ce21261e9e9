"""The order of a test's steps: what is given comes first, labels are given once, and days only go forward."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, assert_never

from syncdsl.diagnostics.codes.trials import DAY_BEFORE, GIVEN_TOO_LATE, REPEATED_LABEL
from syncdsl.syntax import nodes, trials

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker

FIRST_DAY = dt.date(2026, 1, 1)
"""The day on which a test begins that names none before its first change."""


def check_order(node: trials.Test, checker: Checker) -> None:
    """Report what comes too late, and what comes twice."""
    switched_on = False
    given: set[tuple[str, str]] = set()
    day: dt.date | None = None
    for step in node.steps:
        match step:
            case trials.Given():
                if switched_on:
                    checker.report(
                        GIVEN_TOO_LATE,
                        f"`{step.label.value}` is given after the rules are switched on",
                        step.span,
                        help="move it above the first `change` and `expect`, or make it a `change`",
                    )
                record = (step.subject.text, step.label.value)
                if record in given:
                    checker.report(
                        REPEATED_LABEL,
                        f"`{step.label.value}` is given already",
                        step.label.span,
                        help="give it another label, or set all its fields in one step",
                    )
                given.add(record)
            case trials.Change() | trials.Expect() | trials.ExpectNothing():
                switched_on, day = True, day or FIRST_DAY
            case trials.TestDate():
                day = _later(step, day, checker) if switched_on else step.date or day
            case trials.Cases() | nodes.Bad():
                pass
            case _:
                assert_never(step)


def _later(step: trials.TestDate, day: dt.date | None, checker: Checker) -> dt.date | None:
    if step.date is not None and day is not None and step.date < day:
        checker.report(
            DAY_BEFORE,
            f"it is {day} already, and time only goes forward",
            step.span,
            help="write a later day, or let the test begin earlier: `today:` above the first `change`",
        )
        return day
    return step.date or day
