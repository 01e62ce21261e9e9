"""From checked `test` statements to what is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.expectations import expectation_subject
from syncdsl.analysis.rehearsals import (
    Condition,
    Expected,
    NothingExpected,
    PutRecord,
    Rehearsal,
    Setting,
    SetToday,
)
from syncdsl.analysis.subjects import Trial, subject_scope
from syncdsl.analysis.trials import case_values, values_of
from syncdsl.analysis.typing import Lowering
from syncdsl.schema.types import ReferenceType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes, trials, walk
from syncdsl.syntax.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.analysis.expectations import Subject
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.rehearsals import RehearsalStep
    from syncdsl.analysis.scope import Scope
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import DocumentPlan, Pair
    from syncdsl.syntax.expressions import _Node


def lower_tests(
    checker: Checker, records: Mapping[str, Scope], documents: Mapping[str, DocumentPlan], pairs: Sequence[Pair]
) -> tuple[Rehearsal, ...]:
    """Return the tests of rules in which nothing is wrong, one for each row of `cases`, in the order of the files."""
    return tuple(
        rehearsal
        for node in checker.names.tests
        for rehearsal in _Rehearsals(node, checker, records, documents, pairs).all()
    )


class _Rehearsals:
    """What one test comes to."""

    def __init__(
        self,
        node: trials.Test,
        checker: Checker,
        records: Mapping[str, Scope],
        documents: Mapping[str, DocumentPlan],
        pairs: Sequence[Pair],
    ) -> None:
        self._node = node
        self._checker = checker
        self._records = records
        self._documents = documents
        self._pairs = pairs

    def all(self) -> Iterator[Rehearsal]:
        """Yield the test once, or once for each row of its cases."""
        rows = [row for step in self._node.steps if isinstance(step, trials.Cases) for row in step.rows]
        if not rows:
            yield self._rehearsal(None, {})
            return
        values = case_values(self._node, self._checker)
        for number, row in enumerate(rows):
            if isinstance(row, trials.Case):
                yield self._rehearsal(
                    self._checker.text(row.span), {name: found[number] for name, found in values.items()}
                )

    def _rehearsal(self, case: str | None, values: Mapping[str, ast.Expression]) -> Rehearsal:
        trial = Trial(cases={name: (value,) for name, value in values.items()})
        steps = tuple(found for step in self._node.steps if (found := self._step(step, trial)) is not None)
        return Rehearsal(name=self._node.name.value, case=case, steps=steps, span=self._node.header)

    def _step(self, step: trials.TestStep, trial: Trial) -> RehearsalStep | None:
        match step:
            case trials.TestDate():
                return SetToday(date=step.date, span=step.span) if step.date is not None else None
            case trials.Given() | trials.Change():
                return self._put(step, trial)
            case trials.Expect():
                return self._expected(step, trial)
            case trials.ExpectNothing():
                return NothingExpected(again=step.again, span=step.span)
            case trials.Cases() | nodes.Bad():
                return None

    def _put(self, step: trials.Given | trials.Change, trial: Trial) -> PutRecord | None:
        scope = subject_scope(step.subject, self._records, self._checker)
        if scope is None:
            return None
        settings = [
            setting
            for item in step.assignments
            if isinstance(item, trials.Assignment) and (setting := self._setting(item, scope, trial)) is not None
        ]
        return PutRecord(
            given=isinstance(step, trials.Given),
            connection=scope.connection,
            module=scope.module,
            label=step.label.value,
            settings=tuple(settings),
            span=step.span,
        )

    def _setting(self, item: trials.Assignment, scope: Scope, trial: Trial) -> Setting | None:
        found = scope.resolve(item.target, self._checker)
        if found is None:
            return None
        (value,) = values_of(item.value, trial)
        name, kind, text = found.path[0], found.field.value, self._checker.text(item.span)
        if isinstance(kind, ReferenceType) and isinstance(value, ast.TextLiteral):
            return Setting(field=name, type=kind, span=item.span, text=text, label=value.value)
        typed = Lowering(self._checker, scope).lower(value)
        return Setting(
            field=name, type=kind, span=item.span, text=text, value=typed.expression if typed is not None else None
        )

    def _expected(self, step: trials.Expect, trial: Trial) -> Expected | None:
        subject = expectation_subject(step, self._checker, self._records, self._documents, self._pairs)
        if subject is None:
            return None
        return Expected(
            effect=step.effect,
            subject=step.subject.text,
            connection=subject.scope.connection,
            module=subject.scope.module,
            rule=subject.rule,
            label=step.label.value if step.label is not None else None,
            conditions=tuple(
                condition
                for node in step.conditions
                if (condition := self._condition(node, subject, trial)) is not None
            ),
            lines_field=subject.scope.schema.lines_field,
            span=step.span,
        )

    def _condition(self, node: ast.Expression, subject: Subject, trial: Trial) -> Condition | None:
        lowering = Lowering(self._checker, subject.scope)
        expression = lowering.condition(_with_values(node, trial))
        if expression is None:
            return None
        reads: dict[str, tuple[str, str, PlanExpression]] = {}
        line = False
        for path in walk(node):
            if not isinstance(path, ast.Path) or (len(path.parts) == 1 and path.parts[0] in trial.cases):
                continue
            found = subject.scope.resolve(path, self._checker)
            typed = lowering.lower(path)
            if found is not None and typed is not None:
                line = line or found.in_row
                reads.setdefault(path.text, (path.text, found.path[0], typed.expression))
        return Condition(
            expression=expression,
            text=self._checker.text(node.span),
            span=node.span,
            reads=tuple(reads.values()),
            line=line,
        )


def _with_values(condition: ast.Expression, trial: Trial) -> ast.Expression:
    """Return a condition with the values of the case at hand in place of their names."""

    def change(node: _Node) -> _Node:
        if isinstance(node, ast.Path) and len(node.parts) == 1 and node.parts[0] in trial.cases:
            return trial.cases[node.parts[0]][0]
        return node

    return rewrite(condition, change)
