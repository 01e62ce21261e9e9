"""SD513: `on duplicate` in a module that finds no duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_rules import IDLE_ON_DUPLICATE
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.nodes import Bad, Dedupe, Like, Module, OnDuplicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for module in nodes(files, Module):
        if any(isinstance(clause, Dedupe | Like | Bad) for clause in module.clauses):
            continue
        clause = next((item for item in module.clauses if isinstance(item, OnDuplicate)), None)
        if clause is not None:
            yield Diagnostic(
                code=IDLE_ON_DUPLICATE,
                message=f"no key finds duplicates in `{module.name.text}`, so this never acts",
                span=clause.span,
                help="say how they are found, such as `dedupe: Email == email`",
            )


CHECK = Check(code=IDLE_ON_DUPLICATE, run=_run)
