"""What the steps of a test are about: modules, and records by their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.analysis.modules import entity_scope
from syncdsl.diagnostics.codes.composition import UNKNOWN_LABEL
from syncdsl.diagnostics.codes.names import UNKNOWN_MODULE, UNKNOWN_RECORD
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.schema.types import ReferenceType
    from syncdsl.syntax import expressions as ast


@dataclass(slots=True, kw_only=True)
class Trial:
    """What is known while the steps of one test are read: records by label, and the values of `cases` by name.

    A label may stand for one record of each module; None for a step in which something is wrong.
    """

    labels: dict[str, list[Scope | None]] = field(default_factory=dict)
    cases: dict[str, tuple[ast.Expression, ...]] = field(default_factory=dict)


def subject_scope(subject: ast.Path, records: Mapping[str, Scope], checker: Checker) -> Scope | None:
    """Return the module that a step is about: a record by its name, or `crm.Accounts`."""
    if any(not part for part in subject.parts):
        return None
    if len(subject.parts) == 1:
        name = subject.parts[0]
        scope = records.get(name)
        if scope is None and name not in checker.names.records:
            checker.undeclared(UNKNOWN_RECORD, "no record is called", name, subject.span, checker.names.records)
        if scope is None:
            return None
        entity = checker.names.records[name].entity
        return entity_scope(entity, checker)
    if len(subject.parts) > 2:
        checker.report(
            UNKNOWN_MODULE,
            f"`{subject.text}` is no module",
            subject.span,
            help=f"write `{'.'.join(subject.parts[:2])}`",
        )
        return None
    connection, module = (
        nodes.Identifier(span=span, text=part) for part, span in zip(subject.parts, subject.part_spans, strict=True)
    )
    return entity_scope(nodes.EntityName(span=subject.span, connection=connection, module=module), checker)


def check_label(label: ast.TextLiteral, kind: ReferenceType | None, trial: Trial, checker: Checker) -> None:
    """Report a label that no step introduces, or that names a record of another module than `kind` refers to."""
    if not label.value:
        return
    known = trial.labels.get(label.value)
    if known is None:
        checker.unknown(UNKNOWN_LABEL, "no record here has the label", label.value, label.span, trial.labels)
        return
    scopes = [scope for scope in known if scope is not None]
    # What is wrong with a step was said there.
    if kind is not None and scopes == known and not any(scope.module in kind.modules for scope in scopes):
        checker.report(
            UNKNOWN_LABEL,
            f"`{label.value}` is a record of `{scopes[0].connection}.{scopes[0].module}`, and this refers to "
            f"{' or '.join(f'`{module}`' for module in kind.modules)}",
            label.span,
            help=f'add a step such as `given {scopes[0].connection}.{kind.modules[0]} "A": …`',
        )
