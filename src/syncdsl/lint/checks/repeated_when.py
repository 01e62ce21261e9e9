"""SD507: a `when` that stands twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint import REPEATED_WHEN
from syncdsl.lint.check import Check, RuleFile, placed, whole
from syncdsl.lint.removal import removal
from syncdsl.syntax.nodes import When

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    earlier: dict[When, When] = {}
    for file, statement in placed(files):
        if not isinstance(statement, When) or not _whole(statement):
            continue
        first = earlier.setdefault(statement, statement)
        if first is not statement:
            yield Diagnostic(
                code=REPEATED_WHEN,
                message="the same `when` stands in the rules already",
                span=statement.span,
                help="remove one of them; a second action takes a line of its own: `when …: create invoice`",
                fixes=(removal(file.source, statement.span, "remove this one"),),
                related=(Related(span=first.span, message="it stands here first"),),
            )


def _whole(statement: When) -> bool:
    """Tell whether all of it was read: what was not may be the difference."""
    return bool(statement.actions) and not statement.clauses and whole(statement)


CHECK = Check(code=REPEATED_WHEN, run=_run)
