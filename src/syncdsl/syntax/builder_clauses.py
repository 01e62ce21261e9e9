"""Builds the clauses of modules, records and documents from the trees of the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fix
from syncdsl.diagnostics.codes.syntax import EMPTY_BLOCK, RESERVED_WORD, TOO_DEEP
from syncdsl.syntax.builder_expressions import ExpressionBuilder, bounds, plain_name
from syncdsl.syntax.expressions import BadExpression, StageClass
from syncdsl.syntax.nodes import (
    Adopt,
    Arrow,
    Bad,
    Dedupe,
    DeleteAction,
    DuplicateAction,
    ElseSkip,
    Enforce,
    EntityName,
    Group,
    Identifier,
    Key,
    KeyEquality,
    Like,
    LineBlock,
    Map,
    MapLine,
    Module,
    OnConflict,
    OnDelete,
    OnDuplicate,
    Parent,
    Per,
    Prefer,
    StageField,
    View,
    WhenEmpty,
    Where,
    With,
    Without,
)
from syncdsl.syntax.tree import Token, Tree

if TYPE_CHECKING:
    from syncdsl.diagnostics import Span
    from syncdsl.syntax.automaton import Automaton, Node
    from syncdsl.syntax.expressions import Expression
    from syncdsl.syntax.findings import Findings
    from syncdsl.syntax.nodes import DocumentClause, MapItem, Modifier, ModuleClause, RecordClause


MAX_NESTED = 20
"""Most levels of modules in a module."""


class ClauseBuilder:
    """Builds clauses; what all statements are made of is here too."""

    def __init__(self, automaton: Automaton, findings: Findings) -> None:
        self.findings = findings
        self._depth = 0
        self.expressions = ExpressionBuilder(automaton, findings)

    def span(self, item: Node | Token) -> Span:
        """Return the span of a tree or token."""
        return self.expressions.span(item)

    def header(self, tree: Node, last: Node | Token) -> Span:
        """Return the span of a statement from its first word to the end of `last`."""
        return self.expressions.span_of(bounds(tree)[0], bounds(last)[1])

    def name(self, token: Token) -> Identifier:
        """Build a name."""
        return Identifier(span=self.span(token), text=plain_name(token))

    def arrow(self, token: object) -> Arrow:
        """Build an arrow."""
        return Arrow(str(token))

    def entity(self, tree: Node) -> EntityName:
        """Build `crm.Accounts`."""
        connection, module = tokens(tree)
        return EntityName(span=self.span(tree), connection=self.name(connection), module=self.name(module))

    def bad(self, tree: Node) -> Bad:
        """Build a line that recovery gave up."""
        return Bad(span=self.span(tree))

    def require_lines(self, tree: Node, what: str, example: str) -> None:
        """Report a header with a colon and nothing after it."""
        if not trees(tree):
            start, end = bounds(tree)
            self.findings.add(
                EMPTY_BLOCK, f"nothing stands in this `{what}`", start, end, help=f"below it stand {example}"
            )

    def module_clause(self, tree: Node) -> ModuleClause:
        """Build a clause of a module."""
        match tree.data:
            case "view":
                return self._view(tree)
            case "where":
                return self._where(tree)
            case "adopt":
                return Adopt(span=self.span(tree), key=self._key(trees(tree)[0]))
            case "dedupe":
                return Dedupe(span=self.span(tree), keys=tuple([self._key(child) for child in trees(tree)]))
            case "on_duplicate":
                action, *connection = tokens(tree)
                return OnDuplicate(
                    span=self.span(tree),
                    action=DuplicateAction(action.type.lower()),
                    connection=self.name(connection[0]) if connection else None,
                )
            case "on_conflict":
                return OnConflict(span=self.span(tree), winner=self.name(tokens(tree)[0]))
            case "on_delete":
                connection_name, done = tokens(tree)
                return OnDelete(
                    span=self.span(tree),
                    connection=self.name(connection_name),
                    action=DeleteAction(done.type.lower()),
                )
            case "map":
                return self._map(tree)
            case "with_":
                if self._depth > MAX_NESTED:
                    start, end = bounds(tree)
                    self.findings.add(
                        TOO_DEEP,
                        f"modules are nested more than {MAX_NESTED} levels deep",
                        self.expressions.offset(start),
                        self.expressions.offset(end),
                        help="pair what is deeper in a `module` of its own",
                    )
                    return Bad(span=self.span(tree))
                return With(span=self.span(tree), module=self.module(tree))
            case "parent":
                return Parent(span=self.span(tree), path=self.expressions.path(trees(tree)[0]))
            case "like":
                return self._like(tree)
            case "without":
                return self._without(tree)
            case "bad":
                return self.bad(tree)
            case other:
                raise AssertionError(other)

    def module(self, tree: Node) -> Module:
        """Build a module, or what is nested in one."""
        name, arrow = tokens(tree)
        left, right, *clauses = trees(tree)
        self._depth += 1
        built = tuple([self.module_clause(child) for child in clauses])
        self._depth -= 1
        return Module(
            span=self.span(tree),
            name=self.name(name),
            left=self.entity(left),
            arrow=self.arrow(arrow),
            right=self.entity(right),
            clauses=built,
            header=self.header(tree, right),
        )

    def record_clause(self, tree: Node) -> RecordClause:
        """Build a clause of a record."""
        match tree.data:
            case "stage":
                return StageField(span=self.span(tree), path=self.expressions.path(trees(tree)[0]))
            case "view":
                return self._view(tree)
            case "where":
                return self._where(tree)
            case "bad":
                return self.bad(tree)
            case other:
                raise AssertionError(other)

    def document_clause(self, tree: Node) -> DocumentClause:
        """Build a clause of a document."""
        match tree.data:
            case "map":
                return self._map(tree)
            case "like":
                return self._like(tree)
            case "without":
                return self._without(tree)
            case "per":
                return Per(span=self.span(tree), value=self.expressions.expression(trees(tree)[0]))
            case "bad":
                return self.bad(tree)
            case other:
                raise AssertionError(other)

    def _like(self, tree: Node) -> Like:
        return Like(span=self.span(tree), path=self.expressions.path(trees(tree)[0]))

    def _without(self, tree: Node) -> Without:
        return Without(span=self.span(tree), paths=tuple([self.expressions.path(child) for child in trees(tree)]))

    def _view(self, tree: Node) -> View:
        return View(span=self.span(tree), name=self.expressions.plain_text(tokens(tree)[0]))

    def _where(self, tree: Node) -> Where:
        connection = tokens(tree)
        return Where(
            span=self.span(tree),
            connection=self.name(connection[0]) if connection else None,
            condition=self.expressions.expression(trees(tree)[0]),
        )

    def _key(self, tree: Node) -> Key:
        equalities = []
        for child in trees(tree):
            left, right = trees(child)
            equalities.append(
                KeyEquality(
                    span=self.span(child),
                    left=self.expressions.expression(left),
                    right=self.expressions.expression(right),
                )
            )
        return Key(span=self.span(tree), equalities=tuple(equalities))

    def _map(self, tree: Node) -> Map:
        self.require_lines(tree, "map", "map lines, for example `Phone -> phone`")
        return Map(span=self.span(tree), items=tuple([self._map_item(child) for child in trees(tree)]))

    def _map_item(self, tree: Node) -> MapItem:
        match tree.data:
            case "group":
                self.require_lines(tree, "group", "map lines, for example `Billing_City -> billing_address.city`")
                return Group(span=self.span(tree), name=self.name(tokens(tree)[0]), lines=self._lines(trees(tree)))
            case "line_block":
                self.require_lines(tree, "line", "map lines, for example `deal.Amount -> rate`")
                return LineBlock(span=self.span(tree), row=None, rows=None, lines=self._lines(trees(tree)))
            case "line_for":
                rows, *lines = trees(tree)
                if not lines:
                    start, end = bounds(tree)
                    self.findings.add(EMPTY_BLOCK, "nothing stands in this `line for`", start, end)
                return LineBlock(
                    span=self.span(tree),
                    row=self.name(tokens(tree)[0]),
                    rows=self.expressions.path(rows),
                    lines=self._lines(lines),
                )
            case "bad":
                return self.bad(tree)
            case _:
                return self._map_line(tree)

    def _lines(self, children: list[Node]) -> tuple[MapLine | Bad, ...]:
        return tuple([self.bad(child) if child.data == "bad" else self._map_line(child) for child in children])

    def _map_line(self, tree: Node) -> MapLine:
        left, right, *modifiers = trees(tree)
        return MapLine(
            span=self.span(tree),
            left=self._side(left),
            arrow=self.arrow(tokens(tree)[0]),
            right=self._side(right),
            modifiers=tuple([self._modifier(child) for child in modifiers]),
        )

    def _side(self, tree: Node) -> Expression:
        """Build a side of a map line; a stage class means nothing there, so a field of that name is meant."""
        expression = self.expressions.expression(tree)
        if not isinstance(expression, StageClass):
            return expression
        start, end = bounds(tree)
        word = expression.value.value
        self.findings.add(
            RESERVED_WORD,
            f"`{word}` is a word of the language",
            start,
            end,
            help=f"a field of that name is written in backticks: `` `{word}` ``",
            fixes=[Fix(title="write it in backticks", span=expression.span, replacement=f"`{word}`")],
        )
        return BadExpression(span=expression.span)

    def _modifier(self, tree: Node) -> Modifier:
        span = self.span(tree)
        match tree.data:
            case "when_empty":
                return WhenEmpty(span=span)
            case "prefer":
                return Prefer(span=span, winner=self.name(tokens(tree)[0]))
            case "enforce":
                return Enforce(span=span)
            case "else_skip":
                return ElseSkip(span=span)
            case other:
                raise AssertionError(other)


def tokens(tree: Node) -> list[Token]:
    """Return the tokens among a tree's children."""
    return [child for child in tree.children if isinstance(child, Token)]


def trees(tree: Node) -> list[Node]:
    """Return the trees among a tree's children."""
    return [child for child in tree.children if isinstance(child, Tree)]
