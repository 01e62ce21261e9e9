"""Builds statement nodes from the trees of the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.syntax import EMPTY_BLOCK
from syncdsl.syntax.builder_accords import AccordBuilder
from syncdsl.syntax.builder_clauses import ClauseBuilder, tokens, trees
from syncdsl.syntax.builder_expressions import bounds
from syncdsl.syntax.builder_trials import TrialBuilder
from syncdsl.syntax.expressions import DateLiteral
from syncdsl.syntax.nodes import (
    Action,
    ActionVerb,
    Backfill,
    Bad,
    Connection,
    Document,
    Guard,
    Language,
    Limit,
    Program,
    Record,
    Require,
    Table,
    TableRow,
    When,
)
from syncdsl.syntax.tree import Token

if TYPE_CHECKING:
    from syncdsl.syntax.automaton import Automaton, Node
    from syncdsl.syntax.findings import Findings
    from syncdsl.syntax.nodes import Statement


class Builder(ClauseBuilder):
    """Builds the program of one file."""

    def __init__(self, automaton: Automaton, findings: Findings) -> None:
        super().__init__(automaton, findings)
        self.accords = AccordBuilder(self)
        self.trials = TrialBuilder(self)

    def program(self, tree: Node) -> Program:
        """Build the whole file."""
        return Program(
            span=self.findings.source.span(0, len(self.findings.source.text)),
            statements=tuple([self.statement(child) for child in trees(tree)]),
        )

    def statement(self, tree: Node) -> Statement:
        """Build one statement."""
        match tree.data:
            case "language":
                return self._language(tree)
            case "connection":
                name, adapter = tokens(tree)
                return Connection(span=self.span(tree), name=self.name(name), adapter=self.name(adapter))
            case "table":
                return self._table(tree)
            case "module":
                return self.module(tree)
            case "record":
                return self._record(tree)
            case "document":
                return self._document(tree)
            case "when":
                return self._when(tree)
            case "guard":
                return self._guard(tree)
            case "transactions":
                return self.accords.transactions(tree)
            case "access":
                return self.accords.access(tree)
            case "moved":
                return self.accords.moved(tree)
            case "use":
                return self.accords.use(tree)
            case "test":
                return self.trials.test(tree)
            case "bad":
                return self.bad(tree)
            case other:
                raise AssertionError(other)

    def _language(self, tree: Node) -> Language:
        number = tokens(tree)[0]
        value = self.expressions.number(number)
        return Language(span=self.span(tree), version=int(value) if value == int(value) else 0)

    def _table(self, tree: Node) -> Table:
        name = tokens(tree)[0]
        self.require_lines(tree, "table", 'rows, for example `"Goods" <-> "goods"`')
        rows = [self._row(child) for child in trees(tree) if child.data == "table_row"]
        return Table(span=self.span(tree), name=self.name(name), rows=tuple(rows))

    def _row(self, tree: Node) -> TableRow:
        left, arrow, right = tree.children
        return TableRow(
            span=self.span(tree),
            left=None if isinstance(left, Token) else self.expressions.expression(left),
            arrow=self.arrow(arrow),
            right=None if isinstance(right, Token) else self.expressions.expression(right),
        )

    def _record(self, tree: Node) -> Record:
        entity, *clauses = trees(tree)
        return Record(
            span=self.span(tree),
            name=self.name(tokens(tree)[0]),
            entity=self.entity(entity),
            clauses=tuple([self.record_clause(child) for child in clauses]),
            header=self.header(tree, entity),
        )

    def _document(self, tree: Node) -> Document:
        name, record = tokens(tree)
        entity, *clauses = trees(tree)
        return Document(
            span=self.span(tree),
            name=self.name(name),
            entity=self.entity(entity),
            record=self.name(record),
            clauses=tuple([self.document_clause(child) for child in clauses]),
            header=self.header(tree, record),
        )

    def _when(self, tree: Node) -> When:
        condition, *rest = trees(tree)
        actions: list[Action | Bad] = []
        clauses: list[Require | Backfill] = []
        for child in rest:
            match child.data:
                case "action":
                    actions.append(self._action(child))
                case "require":
                    condition_tree = trees(child)[0]
                    clauses.append(
                        Require(span=self.span(child), condition=self.expressions.expression(condition_tree))
                    )
                case "backfill":
                    since = self.expressions.date(tokens(child)[0])
                    date = since.value if isinstance(since, DateLiteral) else None
                    clauses.append(Backfill(span=self.span(child), since=date))
                case "bad":
                    actions.append(self.bad(child))
                case other:
                    raise AssertionError(other)
        if not actions:
            start, end = bounds(tree)
            self.findings.add(
                EMPTY_BLOCK,
                "this `when` has no action",
                start,
                end,
                help="for example `when deal.stage == won: create invoice`",
            )
        return When(
            span=self.span(tree),
            condition=self.expressions.expression(condition, condition=True),
            actions=tuple(actions),
            clauses=tuple(clauses),
            header=self.header(tree, condition),
        )

    def _action(self, tree: Node) -> Action:
        verb, document = tokens(tree)
        return Action(
            span=self.span(tree),
            verb=ActionVerb(verb.type.lower()),
            document=self.name(document),
            even_sent=bool(trees(tree)),
        )

    def _guard(self, tree: Node) -> Guard:
        self.require_lines(tree, "guard", "limits, for example `creates <= 500`")
        limits = [self.bad(child) if child.data == "bad" else self._limit(child) for child in trees(tree)]
        return Guard(span=self.span(tree), limits=tuple(limits))

    def _limit(self, tree: Node) -> Limit:
        subject, value, *unit = tokens(tree)
        return Limit(
            span=self.span(tree),
            subject=self.name(subject),
            value=self.expressions.number(value),
            unit=str(unit[0]) if unit else None,
            per_day=bool(trees(tree)),
        )
