"""Clauses of a statement: each stands once, and where it needs a side it names one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from syncdsl.diagnostics.codes.types import BAD_MODIFIER
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from syncdsl.analysis.program import Checker

C = TypeVar("C")
_NAMES: dict[type, str] = {
    nodes.View: "view",
    nodes.Adopt: "adopt",
    nodes.Dedupe: "dedupe",
    nodes.OnDuplicate: "on duplicate",
    nodes.OnConflict: "on conflict",
    nodes.StageField: "stage",
    nodes.Map: "map",
}


def clauses_of(clauses: Iterable[object], kind: type[C]) -> list[C]:
    """Return the clauses of one kind."""
    return [clause for clause in clauses if isinstance(clause, kind)]


def check_clauses(node: nodes.Module | nodes.Record | nodes.Document, checker: Checker) -> None:
    """Report clauses that stand twice, and a `where` that names no side of a module, or a side of a record."""
    seen: dict[str, int] = {}
    for clause in node.clauses:
        name = _name(clause)
        if name is None:
            continue
        if name in seen:
            checker.report(
                BAD_MODIFIER,
                f"`{name}` stands here already, in line {seen[name]}",
                clause.span,
                help=_together(clause),
            )
        seen.setdefault(name, clause.span.line)
        if isinstance(clause, nodes.Where):
            _check_where(clause, node, checker)


def _name(clause: nodes.ModuleClause | nodes.RecordClause | nodes.DocumentClause) -> str | None:
    match clause:
        case nodes.Where():
            return f"where {clause.connection.text}" if clause.connection is not None else "where"
        case nodes.OnDelete():
            return f"on delete in {clause.connection.text}"
        case _:
            return _NAMES.get(type(clause))


def _together(clause: nodes.ModuleClause | nodes.RecordClause | nodes.DocumentClause) -> str:
    match clause:
        case nodes.Where():
            return "join the two conditions with `and`"
        case nodes.Dedupe():
            return "write one `dedupe` with `, then` between the keys"
        case nodes.Map():
            return "write all lines under one `map:`"
        case _:
            return "leave one of them out"


def _check_where(clause: nodes.Where, node: nodes.Module | nodes.Record | nodes.Document, checker: Checker) -> None:
    if isinstance(node, nodes.Module) and clause.connection is None:
        sides: Sequence[str] = (node.left.connection.text, node.right.connection.text)
        checker.report(
            BAD_MODIFIER,
            "this `where` does not say which side it is about",
            clause.span,
            help=" or ".join(f"`where {side}: …`" for side in sides),
        )
    elif isinstance(node, nodes.Record) and clause.connection is not None:
        checker.report(
            BAD_MODIFIER,
            "a record has one side, so its `where` names none",
            clause.connection.span,
            help="write `where: …`",
        )
