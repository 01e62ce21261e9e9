"""SD528: a test that lets anything else happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_tests import OPEN_END
from syncdsl.lint.check import Check, RuleFile, nodes, whole
from syncdsl.syntax.trials import Expect, ExpectNothing, Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for test in nodes(files, Test):
        expected = [step for step in test.steps if isinstance(step, Expect)]
        closed = any(isinstance(step, ExpectNothing) and not step.again for step in test.steps)
        if expected and not closed and whole(test):
            yield Diagnostic(
                code=OPEN_END,
                message="whatever else happens in this test is not noticed",
                span=expected[-1].span,
                help="add a line below it: `expect nothing else`",
            )


CHECK = Check(code=OPEN_END, run=_run)
