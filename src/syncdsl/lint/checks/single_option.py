"""SD519: a list of one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_expressions import SINGLE_OPTION
from syncdsl.lint.check import Check, RuleFile, whole
from syncdsl.lint.rewriting import operand_text, rewritten
from syncdsl.syntax.expressions import EmptyLiteral, Membership, StageClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for node in file.nodes(Membership):
            if len(node.options) != 1 or isinstance(node.operand, EmptyLiteral) or not whole(node):
                continue
            (option,) = node.options
            if isinstance(option, StageClass | EmptyLiteral):
                continue  # the one stands in no list, which the analysis says; the other is asked for with `is empty`
            operator = "!=" if node.negated else "=="
            right = f"{operand_text(file, node.operand)} {operator} {operand_text(file, option)}"
            yield Diagnostic(
                code=SINGLE_OPTION,
                message="this list has one value",
                span=node.span,
                help=f"write it with `{operator}`: `{' '.join(right.split())}`",
                fixes=rewritten(f"write `{operator}`", node.span, right, safe=True),
            )


CHECK = Check(code=SINGLE_OPTION, run=_run)
