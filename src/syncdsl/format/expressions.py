"""Expressions as documents: parentheses only where the grammar needs them, or where lines shall break."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.format import spelling
from syncdsl.format.layout import FORCED, HARD, SOFT, SPACE, IfBroken, Remark, concat, flat, group, nest
from syncdsl.syntax.expressions import (
    BadExpression,
    Binary,
    BinaryOperator,
    BooleanLiteral,
    Call,
    Conditional,
    CreatedTest,
    DateLiteral,
    EmptinessTest,
    EmptyLiteral,
    InterpolatedText,
    Membership,
    NumberLiteral,
    Path,
    StageClass,
    TextLiteral,
    Unary,
    UnaryOperator,
)
from syncdsl.syntax.spelling import escaped, spelled_name, spelled_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.format.layout import Doc
    from syncdsl.format.remarks import Remarks
    from syncdsl.syntax.comments import Comment
    from syncdsl.syntax.expressions import Expression

# The levels of the grammar, the loosest first.
ANY, OR, AND, NOT, COMPARISON, COALESCE, SUM, PRODUCT, MINUS, PRIMARY = range(10)

_LEVELS = {
    BinaryOperator.OR: OR,
    BinaryOperator.AND: AND,
    BinaryOperator.EQUAL: COMPARISON,
    BinaryOperator.NOT_EQUAL: COMPARISON,
    BinaryOperator.LESS: COMPARISON,
    BinaryOperator.LESS_EQUAL: COMPARISON,
    BinaryOperator.GREATER: COMPARISON,
    BinaryOperator.GREATER_EQUAL: COMPARISON,
    BinaryOperator.COALESCE: COALESCE,
    BinaryOperator.ADD: SUM,
    BinaryOperator.SUBTRACT: SUM,
    BinaryOperator.MULTIPLY: PRODUCT,
    BinaryOperator.DIVIDE: PRODUCT,
}

_Item = tuple["Doc", int, int]
"""One of several that stand in a row, and the offsets it stood between."""


def level_of(expression: Expression) -> int:
    """Return the level of the grammar that an expression stands on."""
    match expression:
        case Binary():
            return _LEVELS[expression.operator]
        case Unary():
            return NOT if expression.operator is UnaryOperator.NOT else MINUS
        case Membership() | EmptinessTest() | CreatedTest():
            return COMPARISON
        case Conditional():
            return ANY
        case _:
            return PRIMARY


class Expressions:
    """Lays out the expressions of one file. Every level of nesting takes at most three calls."""

    def __init__(self, text: str, remarks: Remarks) -> None:
        self._source = text
        self._remarks = remarks
        self._in_text = 0

    def whole(self, expression: Expression, start: int, end: int, level: int = ANY) -> Doc:
        """Lay out an expression that stands by itself, with the comments between two offsets of the current line.

        It gets parentheses of its own when it has to be broken, which only parentheses allow.
        """
        doc = self._doc(expression, start, end)
        if level_of(expression) < level:
            return group(concat("(", nest(concat(SOFT, doc)), SOFT, ")"))
        if isinstance(doc, str) or _breaks_in_parentheses(expression):
            return doc
        return group(concat(IfBroken("(", ""), nest(concat(SOFT, doc)), SOFT, IfBroken(")", "")))

    def _operand(self, expression: Expression, level: int) -> Doc:
        doc = self._doc(expression)
        if level_of(expression) < level:
            return group(concat("(", nest(concat(SOFT, doc)), SOFT, ")"))
        return group(nest(doc)) if isinstance(expression, Binary | Conditional) else doc

    def _doc(self, expression: Expression, start: int | None = None, end: int | None = None) -> Doc:
        """Lay out without parentheses, with the comments between the parts, and those up to the offsets given.

        Comments around an operand belong to the row that it stands in: parentheses around it may come and go.
        """
        match expression:
            case Path():
                return spelling.dotted(expression.parts)
            case TextLiteral():
                return spelled_text(expression.value)
            case NumberLiteral():
                return spelling.number(expression.value)
            case DateLiteral():
                return expression.value.isoformat()
            case BooleanLiteral():
                return "true" if expression.value else "false"
            case EmptyLiteral():
                return "empty"
            case StageClass():
                return expression.value.value
            case InterpolatedText():
                return self._interpolated(expression)
            case Binary():
                return self._chain(expression, start, end)
            case Conditional():
                return self._conditional(expression, start, end)
            case Call():
                return self._call(expression)
            case Unary(operator=UnaryOperator.NOT):
                return concat("not ", self._operand(expression.operand, NOT))
            case Unary():
                return concat(
                    "-", self._operand(expression.operand, PRIMARY)
                )  # `-(-x)`: `--x` looks like another thing
            case Membership():
                return self._membership(expression)
            case EmptinessTest():
                test = " is not empty" if expression.negated else " is empty"
                return concat(self._operand(expression.operand, COALESCE), test)
            case CreatedTest():
                return spelling.dotted(expression.operand.parts) + " is created"
            case BadExpression():  # only in files with errors, which are refused
                return self._source[expression.span.start : expression.span.end]
            case _:
                assert_never(expression)

    def _chain(self, expression: Binary, start: int | None, end: int | None) -> Doc:
        """Lay out `a or b or c` in one row: a chain leans left, so its left spine is one level."""
        level = level_of(expression)
        tail: list[Binary] = [expression]
        left = expression.left
        if level != COMPARISON:
            while isinstance(left, Binary) and level_of(left) == level:
                tail.append(left)
                left = left.left
        first = self._operand(left, COALESCE if level == COMPARISON else level)
        items: list[_Item] = [(first, left.span.start, left.span.end)]
        for link in reversed(tail):
            right = self._operand(link.right, level + 1)
            items.append((concat(f"{link.operator.value} ", right), link.right.span.start, link.right.span.end))
        return self._row(items, start, end)

    def _conditional(self, expression: Conditional, start: int | None, end: int | None) -> Doc:
        items: list[_Item] = []
        for word, part in (("if", expression.condition), ("then", expression.then), ("else", expression.otherwise)):
            items.append((concat(f"{word} ", self._operand(part, ANY)), part.span.start, part.span.end))
        return self._row(items, start, end)

    def _call(self, expression: Call) -> Doc:
        name = spelled_name(expression.function)
        if not expression.arguments:
            return f"{name}()"
        listed = self._listed(expression.arguments, expression.function_span.end, expression.span.end)
        return concat(name, listed)

    def _membership(self, expression: Membership) -> Doc:
        operand = self._operand(expression.operand, COALESCE)
        listed = self._listed(expression.options, expression.operand.span.end, expression.span.end)
        return concat(operand, " not in " if expression.negated else " in ", listed)

    def _listed(self, expressions: Sequence[Expression], start: int, end: int) -> Doc:
        items: list[_Item] = []
        for part in expressions:  # no comprehension, which takes a call of its own in some versions of Python
            items.append((self._operand(part, ANY), part.span.start, part.span.end))  # noqa: PERF401 - see above
        return group(concat("(", nest(concat(SOFT, self._row(items, start, end, comma=","))), SOFT, ")"))

    def _row(self, items: Sequence[_Item], start: int | None, end: int | None, comma: str = "") -> Doc:
        """Lay out parts in a row; with comments between them, each stands on its own line, after what it followed."""
        if not self._remarks.inner or self._in_text:
            parts: list[Doc] = []
            for index, (doc, _, _) in enumerate(items):
                parts += (f"{comma}", SPACE, doc) if index else (doc,)
            return concat(*parts, IfBroken(comma, "")) if comma else concat(*parts)
        return self._row_with_remarks(items, start, end, comma)

    def _row_with_remarks(self, items: Sequence[_Item], start: int | None, end: int | None, comma: str) -> Doc:
        parts: list[Doc] = []
        any_taken = False
        at = items[0][1] if start is None else start
        for index, (doc, first, last) in enumerate(items):
            taken = self._remarks.take(at, first)
            any_taken = any_taken or bool(taken)
            if index:
                parts += (comma, *_trailing(taken), SPACE)
            for comment in taken:
                parts += (comment.text, HARD)
            parts.append(doc)
            at = last
        if comma:
            parts.append(IfBroken(comma, ""))
        taken = self._remarks.take(at, at if end is None else end)
        if any_taken or taken:
            parts.append(FORCED)
        parts += _trailing(taken)
        for comment in taken:
            parts += (HARD, comment.text)
        return concat(*parts)

    def _interpolated(self, expression: InterpolatedText) -> str:
        self._in_text += 1
        spelled = "".join(
            [
                escaped(part) if isinstance(part, str) else spelling.placeholder(flat(self._doc(part)))
                for part in expression.parts
            ]
        )
        self._in_text -= 1
        if not self._in_text:
            written = self._source[expression.span.start : expression.span.end]
            if written.count("#") != spelled.count("#"):  # the grammar lets a comment stand in a placeholder
                return written
        return f'"{spelled}"'


def _trailing(taken: list[Comment]) -> list[Doc]:
    """Take the first comment away when it stands on the line of what was before it."""
    if taken and not taken[0].own_line:
        return [Remark(taken.pop(0).text)]
    return []


def _breaks_in_parentheses(expression: Expression) -> bool:
    """Return whether every place where the expression may be broken is inside parentheses of its own."""
    while True:
        match expression:
            case Binary() | Conditional():
                return False
            case Unary():
                bound = NOT if expression.operator is UnaryOperator.NOT else PRIMARY
            case Membership() | EmptinessTest():
                bound = COALESCE
            case _:
                return True
        expression = expression.operand
        if level_of(expression) < bound:
            return True
