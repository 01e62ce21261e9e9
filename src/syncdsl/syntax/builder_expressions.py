"""Builds expression nodes from the trees of the parser."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.syntax import BAD_CREATED, BAD_VALUE, TOO_DEEP
from syncdsl.syntax.builder_texts import TextBuilder
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
    StageClassName,
    TextLiteral,
    Unary,
    UnaryOperator,
)
from syncdsl.syntax.tree import Token, Tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import Span
    from syncdsl.syntax.automaton import Automaton, Node
    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.findings import Findings

MAX_DEPTH = 200
_WELL_FORMED_NUMBER = re.compile(r"[0-9]+(_[0-9]+)*(\.[0-9]+)?")
_CHAINS = {"or_": BinaryOperator.OR, "and_": BinaryOperator.AND, "coalesce": BinaryOperator.COALESCE}


class _TooDeep(Exception):  # noqa: N818 - leaves the recursion; it is reported, not raised to callers
    """An expression with more levels than `MAX_DEPTH`."""


class ExpressionBuilder:
    """Builds expressions of one file. `offsets` maps the positions of a placeholder's text to those of the file."""

    def __init__(
        self, automaton: Automaton, findings: Findings, offsets: Sequence[int] | None = None, depth: int = 0
    ) -> None:
        self._automaton = automaton
        self._findings = findings
        self._offsets = offsets
        self._place = findings.source.span
        self._depth = depth

    def offset(self, position: int) -> int:
        """Return the file's offset of a position in the text that was parsed."""
        return position if self._offsets is None else self._offsets[position]

    def span_of(self, start: int, end: int) -> Span:
        """Return the span of two positions in the text that was parsed."""
        return self._findings.source.span(self.offset(start), self.offset(end))

    def span(self, item: Node | Token) -> Span:
        """Return the span of a tree or token."""
        if self._offsets is None:
            return self._place(item.start_pos, item.end_pos)
        return self.span_of(item.start_pos, item.end_pos)

    def expression(self, tree: Node, *, condition: bool = False) -> Expression:
        """Build an expression; `condition` where `is created` may stand as the whole of it."""
        try:
            if tree.data == "is_created" and condition:
                return self._created(tree)
            return self._build(tree, self._depth)
        except _TooDeep:
            start, end = bounds(tree)
            self._findings.add(
                TOO_DEEP,
                f"this expression is nested more than {MAX_DEPTH} levels deep",
                self.offset(start),
                self.offset(end),
                help='split it up; a long chain of `or` is better written as `in ("a", "b")`',
            )
            return BadExpression(span=self.span(tree))

    def path(self, tree: Node) -> Path:
        """Build a path."""
        parts = [child for child in tree.children if isinstance(child, Token)]
        return Path(
            span=self.span(tree),
            parts=tuple(plain_name(part) for part in parts),
            part_spans=tuple(self.span(part) for part in parts),
        )

    def plain_text(self, token: Token) -> TextLiteral:
        """Build a text that takes no placeholders."""
        text = self._texts(0).plain(token)
        return TextLiteral(span=self.span(token), value=text)

    def number(self, token: Token) -> Decimal:
        """Read a number; one with misplaced underscores is reported and read without them."""
        if token and not _WELL_FORMED_NUMBER.fullmatch(token):
            self._report_value(token, f"underscores in `{token}` do not stand between digits")
        return Decimal(token.replace("_", "") or 0)

    def _build(self, tree: Node, depth: int) -> Expression:
        """One level; every level of the tree takes one call, so that the depth is bounded."""
        if depth >= MAX_DEPTH:
            raise _TooDeep
        deeper = depth + 1
        span = self.span(tree)
        children = tree.children
        match tree.data:
            case "path":
                path = self.path(tree)
                return path if all(path.parts) else BadExpression(span=span)
            case "literal":
                return self._literal(_token(children[0]), depth)
            case "call":
                name = _token(children[0])
                return Call(
                    span=span,
                    function=plain_name(name),
                    function_span=self.span(name),
                    arguments=tuple([self._build(_tree(child), deeper) for child in children[1:]]),
                )
            case "or_" | "and_" | "coalesce":
                return Binary(
                    span=span,
                    operator=_CHAINS[tree.data],
                    left=self._build(_tree(children[0]), deeper),
                    right=self._build(_tree(children[1]), deeper),
                )
            case "compare" | "sum" | "product":
                return Binary(
                    span=span,
                    operator=BinaryOperator(str(children[1])),
                    left=self._build(_tree(children[0]), deeper),
                    right=self._build(_tree(children[2]), deeper),
                )
            case "not_" | "negative":
                return Unary(
                    span=span,
                    operator=UnaryOperator.NOT if tree.data == "not_" else UnaryOperator.MINUS,
                    operand=self._build(_tree(children[0]), deeper),
                )
            case "member" | "not_member":
                return Membership(
                    span=span,
                    operand=self._build(_tree(children[0]), deeper),
                    options=tuple([self._build(_tree(child), deeper) for child in children[1:]]),
                    negated=tree.data == "not_member",
                )
            case "is_empty" | "is_not_empty":
                return EmptinessTest(
                    span=span,
                    operand=self._build(_tree(children[0]), deeper),
                    negated=tree.data == "is_not_empty",
                )
            case "is_created":
                return self._misplaced_created(tree)
            case "conditional":
                return Conditional(
                    span=span,
                    condition=self._build(_tree(children[0]), deeper),
                    then=self._build(_tree(children[1]), deeper),
                    otherwise=self._build(_tree(children[2]), deeper),
                )
            case other:
                raise AssertionError(other)

    def _literal(self, token: Token, depth: int) -> Expression:
        span = self.span(token)
        match token.type:
            case "STRING":
                if not token:  # a placeholder of recovery
                    return BadExpression(span=span)
                parts = self._texts(depth + 1).interpolated(token)
                if all(isinstance(part, str) for part in parts):
                    return TextLiteral(span=span, value="".join(part for part in parts if isinstance(part, str)))
                return InterpolatedText(span=span, parts=parts)
            case "NUMBER" | "DATE" if not token:
                return BadExpression(span=span)
            case "NUMBER":
                return NumberLiteral(span=span, value=self.number(token), whole="." not in token)
            case "DATE":
                return self.date(token)
            case "TRUE" | "FALSE":
                return BooleanLiteral(span=span, value=token.type == "TRUE")
            case "EMPTY":
                return EmptyLiteral(span=span)
            case "WON" | "LOST" | "OPEN":
                return StageClass(span=span, value=StageClassName(str(token)))
            case other:
                raise AssertionError(other)

    def date(self, token: Token) -> DateLiteral | BadExpression:
        """Read a date; one that does not exist is reported."""
        try:
            return DateLiteral(span=self.span(token), value=dt.date.fromisoformat(token))
        except ValueError:
            self._report_value(token, f"the date {token} does not exist")
            return BadExpression(span=self.span(token))

    def placeholder(self, text: str, offsets: Sequence[int], depth: int) -> Expression:
        """Parse and build what stands between the braces of a text. Errors as of `Automaton.parse`."""
        tree = self._automaton.parse(text + "\n", "interpolation")
        inner = ExpressionBuilder(self._automaton, self._findings, offsets, depth)
        return inner.expression(_tree(tree.children[0]))

    def _texts(self, depth: int) -> TextBuilder:
        return TextBuilder(self, self._findings, depth)

    def _created(self, tree: Node) -> Expression:
        operand = _tree(tree.children[0])
        if operand.data != "path" or len(operand.children) != 1:
            return self._misplaced_created(tree)
        return CreatedTest(span=self.span(tree), operand=self.path(operand))

    def _misplaced_created(self, tree: Node) -> BadExpression:
        start, end = bounds(tree)
        self._findings.add(
            BAD_CREATED,
            "`is created` is the whole condition of a `when`, and before it stands the name of a record",
            self.offset(start),
            self.offset(end),
            help="for example `when deal is created: create quote`",
        )
        return BadExpression(span=self.span(tree))

    def _report_value(self, token: Token, message: str) -> None:
        start, end = bounds(token)
        self._findings.add(BAD_VALUE, message, self.offset(start), self.offset(end))


def bounds(item: Node | Token) -> tuple[int, int]:
    """Return the positions of a tree or token in the text that was parsed."""
    return item.start_pos, item.end_pos


def plain_name(token: Token) -> str:
    """Return a name without its backticks; empty for a placeholder of recovery."""
    return str(token[1:-1]) if token.type == "QUOTED" else str(token)


def _tree(child: object) -> Node:
    if not isinstance(child, Tree):
        raise TypeError(child)
    return child


def _token(child: object) -> Token:
    if not isinstance(child, Token):
        raise TypeError(child)
    return child
