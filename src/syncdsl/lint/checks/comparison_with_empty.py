"""SD517: a comparison with `empty`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_expressions import EMPTY_COMPARISON
from syncdsl.lint.check import Check, RuleFile, whole
from syncdsl.lint.rewriting import operand_text, rewritten
from syncdsl.syntax.expressions import Binary, BinaryOperator, EmptyLiteral

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TESTS = {BinaryOperator.EQUAL: "is empty", BinaryOperator.NOT_EQUAL: "is not empty"}


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for node in file.nodes(Binary):
            test = _TESTS.get(node.operator)
            sides = [side for side in (node.left, node.right) if not isinstance(side, EmptyLiteral)]
            if test is None or len(sides) != 1 or not whole(node):
                continue
            right = f"{operand_text(file, sides[0])} {test}"
            yield Diagnostic(
                code=EMPTY_COMPARISON,
                message="this compares with `empty`",
                span=node.span,
                help=f"ask `… {test}`",
                fixes=rewritten(f"write `{test}`", node.span, right, safe=False),
            )


CHECK = Check(code=EMPTY_COMPARISON, run=_run)
