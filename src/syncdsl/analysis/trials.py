"""`test` statements: what they set, change and expect has to exist and to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.expectations import check_expectation
from syncdsl.analysis.kinds import fits
from syncdsl.analysis.subjects import Trial, check_label, subject_scope
from syncdsl.analysis.trial_order import check_order
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics import did_you_mean
from syncdsl.diagnostics.codes.types import BAD_MODIFIER, NOT_ASSIGNABLE, READ_ONLY, UNKNOWN_CHOICE
from syncdsl.schema.types import ChoiceType, FieldType, ReferenceType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes, trials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.plan.pairs import DocumentPlan, Pair


def check_tests(
    checker: Checker, records: Mapping[str, Scope], documents: Mapping[str, DocumentPlan], pairs: Sequence[Pair]
) -> None:
    """Check every test: subjects, fields, values and labels."""
    for node in checker.names.tests:
        check_order(node, checker)
        trial = Trial(cases=case_values(node, checker))
        for step in node.steps:
            match step:
                case trials.Given() | trials.Change():
                    scope = subject_scope(step.subject, records, checker)
                    if scope is not None:
                        _check_assignments(step, scope, trial, checker)
                    trial.labels.setdefault(step.label.value, scope)
                case trials.Expect():
                    check_expectation(step, trial, checker, records, documents, pairs)
                case trials.TestDate() | trials.ExpectNothing() | trials.Cases() | nodes.Bad():
                    pass


def case_values(node: trials.Test, checker: Checker) -> dict[str, tuple[ast.Expression, ...]]:
    """Return the values that each name of `cases` has, one for each row."""
    found: dict[str, tuple[ast.Expression, ...]] = {}
    for step in node.steps:
        if not isinstance(step, trials.Cases):
            continue
        rows = [row for row in step.rows if isinstance(row, trials.Case)]
        for row in rows:
            if len(row.values) != len(step.names):
                names = ", ".join(name.text for name in step.names)
                checker.report(
                    BAD_MODIFIER,
                    f"this row has {len(row.values)} values for {len(step.names)} names",
                    row.span,
                    help=f"write one value for each of {names}",
                )
        whole = [row for row in rows if len(row.values) == len(step.names)]
        for position, name in enumerate(step.names):
            found[name.text] = tuple(row.values[position] for row in whole)
    return found


def _check_assignments(step: trials.Given | trials.Change, scope: Scope, trial: Trial, checker: Checker) -> None:
    for item in step.assignments:
        if isinstance(item, nodes.Bad):
            continue
        found = scope.resolve(item.target, checker)
        if found is None:
            continue
        if len(found.path) > 1:
            checker.report(
                NOT_ASSIGNABLE,
                f"`{item.target.text}` is a field of another record",
                item.target.span,
                help="give that record a step of its own",
            )
            continue
        if found.field.read_only and isinstance(step, trials.Change):
            checker.report(
                READ_ONLY,
                f"`{item.target.text}` is set by `{scope.connection}` itself; nobody changes it",
                item.target.span,
                help="state it in a `given`, or change another field",
            )
            continue
        for value in values_of(item.value, trial):
            _check_value(value, found.field.value, scope, trial, checker)


def values_of(value: ast.Expression, trial: Trial) -> tuple[ast.Expression, ...]:
    """Return an expression, or the values in all rows where it is a name of `cases`."""
    if isinstance(value, ast.Path) and len(value.parts) == 1 and value.parts[0] in trial.cases:
        return trial.cases[value.parts[0]]
    return (value,)


def _check_value(value: ast.Expression, kind: FieldType, scope: Scope, trial: Trial, checker: Checker) -> None:
    """Report a value that does not fit, and a reference to a record that the test does not have."""
    if isinstance(kind, ReferenceType):
        if isinstance(value, ast.TextLiteral):
            check_label(value, kind, trial, checker)
            return
        if not isinstance(value, ast.EmptyLiteral | ast.BadExpression):
            checker.report(
                NOT_ASSIGNABLE,
                f"`{checker.text(value.span)}` is no record",
                value.span,
                help='name a record by its label: `Account_Name = "Acme"`',
            )
        return
    typed = Lowering(checker, scope).lower(value)
    if typed is None or typed.type is None:
        return
    constant = typed.constant
    fit = fits(typed.type, kind, constant)
    if fit.problem is not None:
        near = (
            did_you_mean(constant, kind.options) if isinstance(kind, ChoiceType) and isinstance(constant, str) else None
        )
        checker.report(
            UNKNOWN_CHOICE if fit.choice else NOT_ASSIGNABLE,
            f"`{checker.text(value.span)}` does not fit: {fit.problem}",
            value.span,
            help=f"did you mean `{near}`?" if near else "write a value of the field's own kind",
        )
