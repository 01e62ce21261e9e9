"""SD514: a module in which nothing finds the records that both sides have already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_rules import NO_DEDUPE
from syncdsl.lint.check import Check, RuleFile, nodes
from syncdsl.syntax.nodes import Adopt, Bad, Dedupe, Like, Module, OnDuplicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for module in nodes(files, Module):
        # `on duplicate` without a key is a finding of its own.
        if module.name.text and not any(
            isinstance(clause, Adopt | Dedupe | Like | OnDuplicate | Bad) for clause in module.clauses
        ):
            yield Diagnostic(
                code=NO_DEDUPE,
                message=f"every record of `{module.name.text}` is created on the other side, even one that is there",
                span=module.header,
                help="say how records that both sides have are found, such as `dedupe: Email == email`",
            )


CHECK = Check(code=NO_DEDUPE, run=_run)
