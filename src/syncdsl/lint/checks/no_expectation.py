"""SD526: a test that expects nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_tests import NO_EXPECTATION
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.nodes import Bad
from syncdsl.syntax.trials import Expect, ExpectNothing, Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for test in nodes(files, Test):
        if test.steps and not any(isinstance(step, Expect | ExpectNothing | Bad) for step in test.steps):
            yield Diagnostic(
                code=NO_EXPECTATION,
                message="this test expects nothing, so it always passes",
                span=test.header,
                help="say what happens: `expect create invoice`, or `expect nothing else`",
            )


CHECK = Check(code=NO_EXPECTATION, run=_run)
