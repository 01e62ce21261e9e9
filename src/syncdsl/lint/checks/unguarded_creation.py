"""SD505: documents that can be created without a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint import UNGUARDED_CREATION
from syncdsl.lint.check import Check, RuleFile, statements, unread
from syncdsl.syntax import walk
from syncdsl.syntax.nodes import Action, ActionVerb, Limit, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LIMITS = frozenset({"creates", "amount"})


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    if unread(files) or any(isinstance(item, Use) for item in statements(files)):
        return  # the guard may stand in what was not read
    nodes = [node for file in files for node in walk(file.program)]
    if any(isinstance(node, Limit) and node.subject.text in _LIMITS for node in nodes):
        return
    creating = (node for node in nodes if isinstance(node, Action) and node.verb is ActionVerb.CREATE)
    first = next(creating, None)
    if first is not None:
        yield Diagnostic(
            code=UNGUARDED_CREATION,
            message=f"nothing limits how many documents `create {first.document.text}` makes in one run",
            span=first.span,
            help="add a limit, such as `guard: creates <= 100`; a run above it waits for an approval",
        )


CHECK = Check(code=UNGUARDED_CREATION, run=_run)
