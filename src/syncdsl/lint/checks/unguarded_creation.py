"""SD505: documents that can be created without a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint import UNGUARDED_CREATION
from syncdsl.lint.check import Check, RuleFile, nodes, partial
from syncdsl.syntax.nodes import Action, ActionVerb, Limit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LIMITS = frozenset({"creates", "amount"})


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if partial(files):
        return  # the guard may stand in what was not read
    if any(limit.subject.text in _LIMITS for limit in nodes(files, Limit)):
        return
    first = next((action for action in nodes(files, Action) if action.verb is ActionVerb.CREATE), None)
    if first is not None:
        yield Diagnostic(
            code=UNGUARDED_CREATION,
            message=f"nothing limits how many documents `create {first.document.text}` makes in one run",
            span=first.span,
            help="add a limit, such as `guard: creates <= 100`; a run above it waits for an approval",
        )


CHECK = Check(code=UNGUARDED_CREATION, run=_run)
