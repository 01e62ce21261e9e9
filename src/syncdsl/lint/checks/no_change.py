"""SD527: a test in which nothing changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint_tests import NO_CHANGE
from syncdsl.lint.check import Check, RuleFile, nodes, whole
from syncdsl.syntax.trials import Assignment, Change, Expect, ExpectNothing, Given, Test, TestDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for test in nodes(files, Test):
        if not whole(test):
            continue
        changes = [step for step in test.steps if isinstance(step, Change)]
        dates = [step for step in test.steps if isinstance(step, TestDate)]
        expects = any(isinstance(step, Expect | ExpectNothing) for step in test.steps)
        if expects and not changes and len(dates) < 2:
            yield Diagnostic(
                code=NO_CHANGE,
                message="nothing changes in this test, so nothing can happen",
                span=test.header,
                help='change something that was given: `change deal "D1": Stage = "Closed Won"`',
            )
        yield from _idle_changes(test)


def _idle_changes(test: Test) -> Iterator[Diagnostic]:
    """Return the changes to what a record has already."""
    last: dict[tuple[tuple[str, ...], str], Given | Change] = {}
    given: dict[tuple[tuple[str, ...], str], dict[tuple[str, ...], Expression]] = {}
    for step in test.steps:
        if not isinstance(step, Given | Change):
            continue
        record = (step.subject.parts, step.label.value)
        values = {item.target.parts: item.value for item in step.assignments if isinstance(item, Assignment)}
        has = given.setdefault(record, {})
        if isinstance(step, Change) and values and all(has.get(name) == value for name, value in values.items()):
            yield Diagnostic(
                code=NO_CHANGE,
                message=f"`{step.label.value}` has these values already, so nothing changes",
                span=step.span,
                help="set another value, or leave the line out",
                related=(Related(span=last[record].span, message="they were set here"),),
            )
        has.update(values)
        last[record] = step


CHECK = Check(code=NO_CHANGE, run=_run)
