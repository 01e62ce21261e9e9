"""SD518: `not` before a test that has an opposite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_expressions import NEEDLESS_NOT
from syncdsl.lint.check import Check, RuleFile, whole
from syncdsl.lint.rewriting import condition_text, operand_text, rewritten
from syncdsl.syntax.expressions import (
    Binary,
    BinaryOperator,
    EmptinessTest,
    Membership,
    Unary,
    UnaryOperator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression

_OPPOSITES = {BinaryOperator.EQUAL: "!=", BinaryOperator.NOT_EQUAL: "=="}
_VALUES = frozenset(
    {
        BinaryOperator.ADD,
        BinaryOperator.SUBTRACT,
        BinaryOperator.MULTIPLY,
        BinaryOperator.DIVIDE,
        BinaryOperator.COALESCE,
    }
)


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    for file in files:
        inner: set[int] = set()
        for node in file.nodes(Unary):
            if node.operator is not UnaryOperator.NOT:
                continue
            inner.add(id(node.operand))
            if id(node) in inner or not whole(node):
                continue  # of a chain the outermost is reported
            found = _without(file, node)
            if found is not None:
                word, replacement = found
                yield Diagnostic(
                    code=NEEDLESS_NOT,
                    message="`not` is not needed here: the test has an opposite",
                    span=node.span,
                    help=f"use {word}: `{' '.join(replacement.split())}`",
                    fixes=rewritten(f"use {word}", node.span, replacement, safe=True),
                )


def _without(file: RuleFile, node: Unary) -> tuple[str, str] | None:
    """Return what to use instead of one `not` or several before a test, and the text of it; None to leave them."""
    count, base = 1, node.operand
    while isinstance(base, Unary) and base.operator is UnaryOperator.NOT:
        count, base = count + 1, base.operand
    if count % 2 == 0:
        return ("no `not`", condition_text(file, base)) if _is_test(base) else None
    opposite = _opposite(file, base)
    return opposite if opposite or count == 1 else ("one `not`", f"not {condition_text(file, base)}")


def _opposite(file: RuleFile, node: Expression) -> tuple[str, str] | None:
    """Return the word of a test's opposite, and the text of it."""
    match node:
        case EmptinessTest():
            word = "is empty" if node.negated else "is not empty"
            return f"`{word}`", f"{operand_text(file, node.operand)} {word}"
        case Membership():
            word = "in" if node.negated else "not in"
            options = ", ".join(file.text(option.span) for option in node.options)
            return f"`{word}`", f"{operand_text(file, node.operand)} {word} ({options})"
        case Binary() if node.operator in _OPPOSITES:
            word = _OPPOSITES[node.operator]
            return f"`{word}`", f"{operand_text(file, node.left)} {word} {operand_text(file, node.right)}"
        case _:
            return None


def _is_test(node: Expression) -> bool:
    """Tell whether an expression is always true or false; a field may be empty, which `not not` makes false."""
    match node:
        case EmptinessTest() | Membership():
            return True
        case Binary():
            return node.operator not in _VALUES
        case _:
            return False


CHECK = Check(code=NEEDLESS_NOT, run=_run)
