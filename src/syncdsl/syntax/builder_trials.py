"""Builds `test` statements from the trees of the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.syntax import EMPTY_BLOCK
from syncdsl.syntax.builder_clauses import tokens, trees
from syncdsl.syntax.builder_expressions import bounds
from syncdsl.syntax.expressions import DateLiteral
from syncdsl.syntax.trials import (
    Assignment,
    Case,
    Cases,
    Change,
    EffectName,
    Expect,
    ExpectNothing,
    Given,
    Test,
    TestDate,
)

if TYPE_CHECKING:
    from syncdsl.syntax.automaton import Node
    from syncdsl.syntax.builder_clauses import ClauseBuilder
    from syncdsl.syntax.parts import Bad
    from syncdsl.syntax.trials import TestStep

_EFFECTS = {effect.value.upper(): effect for effect in EffectName}


class TrialBuilder:
    """Builds with the names and expressions of `base`."""

    def __init__(self, base: ClauseBuilder) -> None:
        self._base = base

    def test(self, tree: Node) -> Test:
        """Build a test."""
        name = tokens(tree)[0]
        self._base.require_lines(tree, "test", "`given`, `change` and `expect`")
        return Test(
            span=self._base.span(tree),
            name=self._base.expressions.plain_text(name),
            steps=tuple([self._step(child) for child in trees(tree)]),
            header=self._base.header(tree, name),
        )

    def _step(self, tree: Node) -> TestStep:
        base = self._base
        match tree.data:
            case "today":
                date = base.expressions.date(tokens(tree)[0])
                return TestDate(span=base.span(tree), date=date.value if isinstance(date, DateLiteral) else None)
            case "given" | "change":
                subject, *assignments = trees(tree)
                self._require_assignments(tree, assignments)
                kind = Given if tree.data == "given" else Change
                return kind(
                    span=base.span(tree),
                    subject=base.expressions.path(subject),
                    label=base.expressions.plain_text(tokens(tree)[0]),
                    assignments=tuple([self._assignment(child) for child in assignments]),
                )
            case "expect":
                return self._expect(tree)
            case "cases":
                base.require_lines(tree, "cases", 'rows with one value for each name, for example `"Won", 100`')
                return Cases(
                    span=base.span(tree),
                    names=tuple([base.name(token) for token in tokens(tree)]),
                    rows=tuple([self._case(child) for child in trees(tree)]),
                )
            case "bad":
                return base.bad(tree)
            case other:
                raise AssertionError(other)

    def _require_assignments(self, tree: Node, assignments: list[Node]) -> None:
        if not assignments and tree.data == "change":
            start, end = bounds(tree)
            self._base.findings.add(
                EMPTY_BLOCK,
                "this `change` changes nothing",
                start,
                end,
                help='for example `change deal "D1": Stage = "Closed Won"`',
            )

    def _assignment(self, tree: Node) -> Assignment | Bad:
        if tree.data == "bad":
            return self._base.bad(tree)
        target, value = trees(tree)
        return Assignment(
            span=self._base.span(tree),
            target=self._base.expressions.path(target),
            value=self._base.expressions.expression(value),
        )

    def _expect(self, tree: Node) -> Expect | ExpectNothing:
        base = self._base
        words = tokens(tree)
        if words[0].type == "NOTHING":
            return ExpectNothing(span=base.span(tree), again=words[1].type == "AGAIN")
        subject, *conditions = trees(tree)
        labels = [token for token in words if token.type == "STRING"]
        return Expect(
            span=base.span(tree),
            effect=_EFFECTS[words[0].type],
            subject=base.expressions.path(subject),
            label=base.expressions.plain_text(labels[0]) if labels else None,
            conditions=tuple([base.expressions.expression(child) for child in conditions]),
        )

    def _case(self, tree: Node) -> Case | Bad:
        if tree.data == "bad":
            return self._base.bad(tree)
        values = tuple([self._base.expressions.expression(child) for child in trees(tree)])
        return Case(span=self._base.span(tree), values=values)
