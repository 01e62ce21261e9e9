"""SD530: a column of `cases` that no step uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_tests import UNUSED_COLUMN
from syncdsl.lint.check import Check, RuleFile, nodes, whole
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import Path
from syncdsl.syntax.trials import Cases, Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for test in nodes(files, Test):
        if not whole(test):
            continue
        steps = [step for step in test.steps if not isinstance(step, Cases)]
        used = {node.parts[0] for step in steps for node in walk(step) if isinstance(node, Path)}
        for cases in (step for step in test.steps if isinstance(step, Cases)):
            for name in cases.names:
                if name.text not in used:
                    yield Diagnostic(
                        code=UNUSED_COLUMN,
                        message=f"no step of this test uses `{name.text}`",
                        span=name.span,
                        help=f"use it: `Stage = {name.text}`, or leave the column out",
                    )


CHECK = Check(code=UNUSED_COLUMN, run=_run)
