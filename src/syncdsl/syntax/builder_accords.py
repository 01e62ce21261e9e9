"""Builds `transactions`, `access`, `moved` and `use` statements from the trees of the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.syntax import EMPTY_BLOCK
from syncdsl.syntax.accords import Access, Associate, May, Moved, MovedKind, Transactions, Use, Users
from syncdsl.syntax.builder_clauses import tokens, trees
from syncdsl.syntax.builder_expressions import bounds

if TYPE_CHECKING:
    from syncdsl.syntax.accords import AccessClause
    from syncdsl.syntax.automaton import Node
    from syncdsl.syntax.builder_clauses import ClauseBuilder


class AccordBuilder:
    """Builds with the names and expressions of `base`."""

    def __init__(self, base: ClauseBuilder) -> None:
        self._base = base

    def transactions(self, tree: Node) -> Transactions:
        """Build `transactions books: quotes, invoices`."""
        base = self._base
        connection, *kinds = tokens(tree)
        clauses = [
            base.bad(child)
            if child.data == "bad"
            else Associate(span=base.span(child), record=base.name(tokens(child)[0]))
            for child in trees(tree)
        ]
        if not kinds:
            start, end = bounds(tree)
            base.findings.add(
                EMPTY_BLOCK,
                "this `transactions` names no kind of document",
                start,
                end,
                help="for example `transactions books: quotes, invoices`",
            )
        return Transactions(
            span=base.span(tree),
            connection=base.name(connection),
            kinds=tuple([base.name(kind) for kind in kinds]),
            clauses=tuple(clauses),
            header=base.header(tree, kinds[-1] if kinds else connection),
        )

    def access(self, tree: Node) -> Access:
        """Build `access books "ROLE":`."""
        base = self._base
        connection, role = tokens(tree)
        base.require_lines(tree, "access", '`users: "a@example.com"` and `may create: quotes`')
        return Access(
            span=base.span(tree),
            connection=base.name(connection),
            role=base.expressions.plain_text(role),
            clauses=tuple([self._access_clause(child) for child in trees(tree)]),
            header=base.header(tree, role),
        )

    def _access_clause(self, tree: Node) -> AccessClause:
        base = self._base
        match tree.data:
            case "users":
                texts = [base.expressions.plain_text(token) for token in tokens(tree) if token.type == "STRING"]
                profile = any(token.type == "PROFILE" for token in tokens(tree))
                return Users(
                    span=base.span(tree),
                    addresses=() if profile else tuple(texts),
                    profile=texts[0] if profile else None,
                )
            case "may":
                right, *kinds = tokens(tree)
                names = tuple([base.name(kind) for kind in kinds])
                return May(span=base.span(tree), right=base.name(right), kinds=names)
            case "bad":
                return base.bad(tree)
            case other:
                raise AssertionError(other)

    def moved(self, tree: Node) -> Moved:
        """Build `moved module clients to customers`."""
        kind, old, new = tokens(tree)
        return Moved(
            span=self._base.span(tree),
            kind=MovedKind(kind.type.lower()),
            old=self._base.name(old),
            new=self._base.name(new),
        )

    def use(self, tree: Node) -> Use:
        """Build `use "common.sync"` or `use zoho.customers`."""
        base = self._base
        named = trees(tree)
        what = base.expressions.path(named[0]) if named else base.expressions.plain_text(tokens(tree)[0])
        return Use(span=base.span(tree), what=what)
