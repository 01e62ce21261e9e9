"""SD510: a trigger that is wider than the stage it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic, Fix
from syncdsl.diagnostics.codes.lint_rules import WIDE_EDGE
from syncdsl.lint.check import Check, RuleFile, nodes, whole
from syncdsl.lint.rewriting import chain, condition_text
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import BinaryOperator, Path, StageClass
from syncdsl.syntax.nodes import Record, Require, StageField, When

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.syntax.expressions import Expression


def _run(files: Sequence[RuleFile]) -> Iterator[Diagnostic]:
    stages = {
        (record.name.text, *clause.path.parts)
        for record in nodes(files, Record)
        for clause in record.clauses
        if isinstance(clause, StageField)
    }
    for file in files:
        for when in file.nodes(When):
            if not whole(when.condition):
                continue
            parts = list(chain(when.condition, BinaryOperator.AND))
            others = [part for part in parts if not _asks_stage(part, stages)]
            if not others or len(others) == len(parts):
                continue
            text = " ".join(file.text(others[0].span).split())
            yield Diagnostic(
                code=WIDE_EDGE,
                message="this also acts when the stage was reached before and the rest turns true later",
                span=others[0].span,
                help=f"let the stage alone be the edge, and write below it `require: {text}`",
                fixes=_fix(file, when, [part for part in parts if part not in others], others),
            )


def _asks_stage(part: Expression, stages: set[tuple[str, ...]]) -> bool:
    """Tell whether a part of a condition asks for the stage, or for nothing of a record at all."""
    found = list(walk(part))
    if any(isinstance(node, StageClass) for node in found):
        return True
    paths = [node.parts for node in found if isinstance(node, Path)]
    return all(len(path) > 1 and (path[1:] == ("stage",) or path in stages) for path in paths)


def _fix(file: RuleFile, when: When, stage: list[Expression], others: list[Expression]) -> tuple[Fix, ...]:
    """Return the fix, where nothing stands behind the statement that would end up behind another one."""
    condition, end = when.condition.span, when.span.end
    rest = file.source.line(when.span.end_line)[when.span.end_column - 1 :]
    if condition.line != condition.end_line or rest.strip() or any(isinstance(item, Require) for item in when.clauses):
        return ()
    kept, moved = _joined(file, stage), _joined(file, others)
    return (
        Fix(
            title="move it under `require`",
            span=file.source.span(condition.start, end),
            replacement=f"{kept}{file.source.text[condition.end : end]}\n    require: {moved}",
        ),
    )


def _joined(file: RuleFile, parts: list[Expression]) -> str:
    if len(parts) == 1:
        return file.text(parts[0].span)
    return " and ".join(condition_text(file, part) for part in parts)


CHECK = Check(code=WIDE_EDGE, run=_run)
