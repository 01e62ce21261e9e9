"""What tests expect: effects on documents and modules, and the fields that those effects write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syncdsl.analysis.scope import RowScope, Scope
from syncdsl.analysis.subjects import check_label, subject_scope
from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.composition import NEVER_WRITTEN
from syncdsl.diagnostics.codes.names import UNKNOWN_DOCUMENT
from syncdsl.diagnostics.codes.types import BAD_MODIFIER
from syncdsl.schema.types import RowsType
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import trials, walk
from syncdsl.syntax.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.subjects import Trial
    from syncdsl.plan.pairs import DocumentPlan, Pair
    from syncdsl.syntax.expressions import _Node

_OF_DOCUMENTS = {
    trials.EffectName.SEND,
    trials.EffectName.ACCEPT,
    trials.EffectName.DECLINE,
    trials.EffectName.VOID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is affected: where it is made, and the fields that the rules write there (None: not known here).

    `rule` is the document or module whose effects are meant; None means all on records of the scope.
    """

    scope: Scope
    rule: str | None = None
    written: set[str] | None
    lines: set[str]
    document: bool
    sound: bool
    """Whether all that is written is known: nothing is wrong in the statement that writes."""


def check_expectation(
    step: trials.Expect,
    trial: Trial,
    checker: Checker,
    records: Mapping[str, Scope],
    documents: Mapping[str, DocumentPlan],
    pairs: Sequence[Pair],
) -> None:
    """Check that an effect is about something the rules make, and that its conditions read what they write."""
    subject = expectation_subject(step, checker, records, documents, pairs)
    if step.label is not None:
        check_label(step.label, None, trial, checker)
    if subject is None:
        return
    if step.effect in _OF_DOCUMENTS and not subject.document:
        checker.report(
            BAD_MODIFIER,
            f"only documents are affected by `{step.effect.value}`, and `{step.subject.text}` is none",
            step.subject.span,
            help="name a document, such as `expect void invoice`",
        )
        return
    for condition in step.conditions:
        for choice in _with_cases(condition, trial):
            _check_condition(choice, subject, checker)


def expectation_subject(
    step: trials.Expect,
    checker: Checker,
    records: Mapping[str, Scope],
    documents: Mapping[str, DocumentPlan],
    pairs: Sequence[Pair],
) -> Subject | None:
    """Return what an expectation is about; None after reporting what is wrong with its name."""
    path = step.subject
    if any(not part for part in path.parts):
        return None
    name = path.text
    names = checker.names
    if name in documents:
        return _of_document(documents[name], checker)
    if name in names.documents:
        return None  # what is wrong with the document was said there
    if len(path.parts) == 2 and path.parts[0] in names.connections:
        scope = subject_scope(path, records, checker)
        if scope is None:
            return None
        made = [
            item for item in documents.values() if (item.connection, item.module) == (scope.connection, scope.module)
        ]
        if made:
            found = _of_document(made[0], checker)
            return replace(found, rule=None) if found is not None else None
        written: set[str] = set()
        sound = True
        for pair in pairs:
            for side, assignments in (
                (pair.right, [line.to_right for line in pair.lines]),
                (pair.left, [line.to_left for line in pair.lines]),
            ):
                if (side.connection, side.module) == (scope.connection, scope.module):
                    written |= {item.target for item in assignments if item is not None}
                    sound = sound and _sound(pair, checker)
        return Subject(scope=scope, written=written, lines=set(), document=False, sound=sound)
    if name in {module.name.text for module in names.all_modules()} | {pair.name for pair in pairs}:
        return _of_pair(name, pairs, checker)
    if name in names.records:
        scope = subject_scope(path, records, checker)
        if scope is None:
            return None
        return Subject(scope=scope, written=None, lines=set(), document=False, sound=True)
    known = [*names.documents, *names.modules, *names.records]
    checker.undeclared(UNKNOWN_DOCUMENT, "no document, module or record is called", name, path.span, known)
    return None


def _of_document(document: DocumentPlan, checker: Checker) -> Subject | None:
    schema = checker.module_schema(document.connection, document.module)
    if schema is None:
        return None
    scope = Scope(connection=document.connection, module=document.module, schema=schema)
    lines = schema.fields.get(document.lines_field or "")
    if lines is not None and isinstance(lines.value, RowsType):
        row = schema.model_copy(update={"label": "line", "fields": lines.value.fields})
        scope = replace(scope, row=RowScope(name="line", schema=row))
    return Subject(
        scope=scope,
        rule=document.name,
        sound=checker.sound(checker.names.documents[document.name]),
        written={item.target for item in document.assignments},
        lines={item.target for line in document.lines for item in line.assignments},
        document=True,
    )


def _of_pair(name: str, pairs: Sequence[Pair], checker: Checker) -> Subject | None:
    """Return the side that a module writes; of one that goes both ways the right one."""
    pair = next((pair for pair in pairs if pair.name == name or pair.name.endswith("." + name)), None)
    if pair is None:
        return None
    left = pair.direction == "left"
    endpoint = pair.left if left else pair.right
    schema = checker.module_schema(endpoint.connection, endpoint.module)
    if schema is None:
        return None
    assignments = [line.to_left if left else line.to_right for line in pair.lines]
    return Subject(
        scope=Scope(connection=endpoint.connection, module=endpoint.module, schema=schema),
        rule=pair.name,
        written={item.target for item in assignments if item is not None},
        lines=set(),
        document=False,
        sound=_sound(pair, checker),
    )


def _sound(pair: Pair, checker: Checker) -> bool:
    node = checker.names.modules.get(pair.name.partition(".")[0])
    return node is not None and checker.sound(node)


def _with_cases(condition: ast.Expression, trial: Trial) -> list[ast.Expression]:
    """Return a condition with the values of `cases` in it, once for each row."""
    used = {
        node.parts[0]
        for node in walk(condition)
        if isinstance(node, ast.Path) and len(node.parts) == 1 and node.parts[0] in trial.cases
    }
    if not used:
        return [condition]
    count = min(len(trial.cases[name]) for name in used)

    def row(number: int) -> ast.Expression:
        def change(node: _Node) -> _Node:
            if isinstance(node, ast.Path) and len(node.parts) == 1 and node.parts[0] in used:
                return trial.cases[node.parts[0]][number]
            return node

        return rewrite(condition, change)

    return [row(number) for number in range(count)]


def _check_condition(condition: ast.Expression, subject: Subject, checker: Checker) -> None:
    if Lowering(checker, subject.scope).condition(condition) is None or subject.written is None or not subject.sound:
        return
    for node in walk(condition):
        if not isinstance(node, ast.Path):
            continue
        found = subject.scope.schema.resolve(node.parts)
        in_line = node.parts[0] == "line" and subject.scope.row is not None
        name = node.parts[1] if in_line else found[0] if found is not None else node.parts[0]
        written = subject.lines if in_line else subject.written
        if name not in written:
            shown = ", ".join(f"`{'line.' if in_line else ''}{item}`" for item in sorted(written)[:8])
            checker.report(
                NEVER_WRITTEN,
                f"no rule writes `{node.text}`, so a test cannot know it",
                node.span,
                help=f"the rules write {shown}" if shown else "the rules write nothing here",
            )
