"""SD190: a part of the language that is not built yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.syntax import NOT_SUPPORTED
from syncdsl.lint.check import Check, RuleFile
from syncdsl.syntax import walk
from syncdsl.syntax.nodes import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for node in walk(file.program):
            if isinstance(node, Unsupported):
                yield Diagnostic(
                    code=NOT_SUPPORTED,
                    message=f"`{node.what}` is not supported yet",
                    span=node.span,
                    help="leave it out; nothing runs from rules that have it",
                )


CHECK = Check(code=NOT_SUPPORTED, run=_run)
