"""SD521: the same thing on both sides of `and`, `or` or `??`, or in both branches of an `if`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Related
from syncdsl.diagnostics.codes.lint_expressions import SAME_OPERANDS
from syncdsl.lint.check import Check, RuleFile, whole
from syncdsl.lint.rewriting import chain, chains, operand_text, removed, rewritten
from syncdsl.syntax.expressions import BinaryOperator, Conditional, EmptyLiteral

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression

_OPERATORS = (BinaryOperator.AND, BinaryOperator.OR, BinaryOperator.COALESCE)


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        for operator in _OPERATORS:
            for node in chains(file, operator):
                yield from _repeated(file, list(chain(node, operator)), operator)
        for choice in file.nodes(Conditional):
            if choice.then == choice.otherwise and whole(choice):
                yield Diagnostic(
                    code=SAME_OPERANDS,
                    message="both branches of this `if` are the same, so it decides nothing",
                    span=choice.span,
                    help="write the value alone, or another value after `else`",
                    fixes=rewritten("write the value alone", choice.span, operand_text(file, choice.then), safe=False),
                )


def _repeated(file: RuleFile, parts: Sequence[Expression], operator: BinaryOperator) -> Iterator[Diagnostic]:
    for index, part in enumerate(parts):
        first = next((earlier for earlier in parts[:index] if earlier == part), None)
        if first is None or isinstance(part, EmptyLiteral) or not whole(part):
            continue
        yield Diagnostic(
            code=SAME_OPERANDS,
            message=f"the same stands here already, and with `{operator.value}` once more it adds nothing",
            span=part.span,
            help="name what was meant instead, or leave it out",
            related=(Related(span=first.span, message="it stands here first"),),
            fixes=removed(file, parts[index - 1], part, operator.value),
        )


CHECK = Check(code=SAME_OPERANDS, run=_run)
