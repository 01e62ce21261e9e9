"""SD509: records that can be deleted without a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_rules import UNGUARDED_DELETION
from syncdsl.lint.check import Check, RuleFile, nodes, partial
from syncdsl.syntax.nodes import DeleteAction, Limit, OnDelete

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ACTIONS = frozenset({DeleteAction.DELETE, DeleteAction.DEACTIVATE})


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if partial(files):
        return  # the guard may stand in what was not read
    if any(limit.subject.text == "deletes" for limit in nodes(files, Limit)):
        return
    first = next((clause for clause in nodes(files, OnDelete) if clause.action in _ACTIONS), None)
    if first is not None:
        yield Diagnostic(
            code=UNGUARDED_DELETION,
            message=f"nothing limits what `{first.action.value}` takes away, so each such run waits for an approval",
            span=first.span,
            help="add a limit, such as `guard: deletes <= 10`, or `deletes <= 0` to be asked each time",
        )


CHECK = Check(code=UNGUARDED_DELETION, run=_run)
