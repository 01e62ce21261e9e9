"""What checks share that offer a fix: pieces of a file's text, and edits that lose no comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fix
from syncdsl.syntax.expressions import (
    Binary,
    BinaryOperator,
    Conditional,
    EmptinessTest,
    Membership,
    Unary,
    UnaryOperator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.diagnostics import Span
    from syncdsl.lint.check import RuleFile
    from syncdsl.syntax.expressions import Expression, _Node

_TIGHT = frozenset(
    {
        BinaryOperator.ADD,
        BinaryOperator.SUBTRACT,
        BinaryOperator.MULTIPLY,
        BinaryOperator.DIVIDE,
        BinaryOperator.COALESCE,
    }
)
_LOOSE = frozenset({BinaryOperator.OR, BinaryOperator.AND})


def operand_text(file: RuleFile, node: Expression) -> str:
    """Return an expression's text as an operand of a comparison: in parentheses where it needs them."""
    tight = not isinstance(node, Membership | EmptinessTest | Conditional | Binary | Unary)
    tight = tight or (isinstance(node, Binary) and node.operator in _TIGHT)
    tight = tight or (isinstance(node, Unary) and node.operator is UnaryOperator.MINUS)
    return file.text(node.span) if tight else f"({file.text(node.span)})"


def condition_text(file: RuleFile, node: Expression) -> str:
    """Return a condition's text as an operand of `and` or `not`: in parentheses where it needs them."""
    loose = isinstance(node, Conditional) or (isinstance(node, Binary) and node.operator in _LOOSE)
    return f"({file.text(node.span)})" if loose else file.text(node.span)


def chain(node: Expression, operator: BinaryOperator) -> Iterator[Expression]:
    """Return what one operator joins, from the left: `a or b or c` are three."""
    if isinstance(node, Binary) and node.operator is operator:
        yield from chain(node.left, operator)
        yield from chain(node.right, operator)
    else:
        yield node


def chains(file: RuleFile, operator: BinaryOperator) -> Iterator[Binary]:
    """Return the expressions of a file with this operator at the top that are not part of a longer chain of it."""
    parts: set[int] = set()
    for node in file.nodes(Binary):
        if node.operator is operator:
            parts.update(id(side) for side in (node.left, node.right))
            if id(node) not in parts:
                yield node


def rewritten(title: str, span: Span, replacement: str, *, safe: bool) -> tuple[Fix, ...]:
    """Return the fix that writes something else, unless it stands on several lines, where comments may be."""
    if span.line != span.end_line:
        return ()
    return (Fix(title=title, span=span, replacement=replacement, safe=safe),)


def removed(file: RuleFile, before: _Node, item: _Node, separator: str) -> tuple[Fix, ...]:
    """Return the unsafe fix that removes an item of a list with the separator before it; both stand on one line."""
    start, end = before.span.end, item.span.end
    between = file.source.text[start : item.span.start]
    if between.strip() != separator or before.span.end_line != item.span.end_line:
        return ()
    return (Fix(title="remove it", span=file.source.span(start, end), replacement=""),)
