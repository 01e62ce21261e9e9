"""Modules nested `with` another, and lines that are enforced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.analysis.clauses import clauses_of
from syncdsl.diagnostics.codes.composition import NOT_A_PARENT
from syncdsl.diagnostics.codes.types import BAD_MODIFIER
from syncdsl.plan.expressions import FieldRead
from syncdsl.plan.pairs import Assignment, MapLine, ParentPlan
from syncdsl.schema.types import ReferenceType
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.plan.pairs import Pair, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What a module is nested in: the full name, and the statement."""

    name: str
    node: nodes.Module


def check_sides(node: nodes.Module, checker: Checker, above: Above | None) -> bool:
    """Report a nested module that connects other systems than the one it is nested in."""
    if above is None:
        return True
    outer = above.node
    for entity, parent in ((node.left, outer.left), (node.right, outer.right)):
        if (
            entity.connection.text != parent.connection.text
            and {entity.connection.text, parent.connection.text} <= checker.names.connections.keys()
        ):
            checker.report(
                BAD_MODIFIER,
                f"a nested module connects what `{outer.name.text}` connects, in the same order",
                entity.connection.span,
                help=f"write `{parent.connection.text}.{entity.module.text}`",
            )
            return False
    return True


def check_parent(
    node: nodes.Module, checker: Checker, left: Scope, right: Scope, above: Above | None
) -> ParentPlan | None:
    """Return the parent of a nested module: its lookup field, which has to refer to what it is nested in."""
    clauses = clauses_of(node.clauses, nodes.Parent)
    if above is None:
        for clause in clauses:
            checker.report(
                BAD_MODIFIER,
                "`parent` belongs to a module that is nested in another",
                clause.span,
                help="nest it: `with contacts: crm.Contacts -> books.contact_persons` below `module …`",
            )
        return None
    if not clauses:
        if not any(isinstance(item, nodes.Bad | nodes.Like) for item in node.clauses):
            fields = [name for name, _ in _lookups(left, above.node.left.module.text)]
            checker.report(
                NOT_A_PARENT,
                f"`{node.name.text}` does not say which field names the parent of a record",
                node.header,
                help=f"add `parent: {fields[0] if fields else 'FIELD'}`",
            )
        return None
    return _parent(clauses[0], checker, above, left, right)


def _parent(clause: nodes.Parent, checker: Checker, above: Above, left: Scope, right: Scope) -> ParentPlan | None:
    sides: tuple[tuple[Side, Scope, str], ...] = (
        ("left", left, above.node.left.module.text),
        ("right", right, above.node.right.module.text),
    )
    chosen = next((item for item in sides if item[1].schema.resolve(clause.path.parts) is not None), sides[0])
    side, scope, module = chosen
    found = scope.resolve(clause.path, checker)
    if found is None:
        return None
    kind = found.field.value
    if len(found.path) == 1 and isinstance(kind, ReferenceType) and module in kind.modules:
        other = _other_field(clause, checker, next(item for item in sides if item[0] != side))
        return None if other is None else ParentPlan(pair=above.name, side=side, field=found.path[0], other=other)
    if checker.module_schema(scope.connection, module) is None:
        return None  # which was reported where the name stands
    fields = [name for name, _ in _lookups(scope, module)]
    checker.report(
        NOT_A_PARENT,
        f"`{clause.path.text}` does not refer to `{scope.connection}.{module}`",
        clause.path.span,
        help=f"write `parent: {fields[0]}`" if fields else f"`{scope.module}` has no field that refers to `{module}`",
    )
    return None


def _other_field(clause: nodes.Parent, checker: Checker, other: tuple[Side, Scope, str]) -> str | None:
    """Return the field that refers to the parent on the side that the clause does not name."""
    _, scope, module = other
    fields = [name for name, _ in _lookups(scope, module)]
    if scope.schema.parent_field in fields:
        return scope.schema.parent_field
    if fields:
        return fields[0]
    if checker.module_schema(scope.connection, module) is not None:
        checker.report(
            NOT_A_PARENT,
            f"`{scope.connection}.{scope.module}` has no field that refers to `{scope.connection}.{module}`",
            clause.path.span,
            help="nest modules whose records belong together on both sides",
        )
    return None


def parent_line(clause: nodes.Parent, parent: ParentPlan, left: Scope, right: Scope, direction: str) -> MapLine:
    """Return the line that gives a child its parent's partner."""

    def assignment(scope: Scope, target: str, source: str) -> Assignment:
        field = scope.schema.fields[target]
        return Assignment(
            target=target,
            value=FieldRead(path=(source,)),
            reads=((source,),),
            type=field.value,
            required=True,
            create_only=field.create_only,
            partner=True,
        )

    here, there = parent.field_of("left"), parent.field_of("right")
    return MapLine(
        location=clause.span.location,
        text=f"parent: {clause.path.text}",
        to_right=assignment(right, there, here) if direction in {"right", "both"} else None,
        to_left=assignment(left, here, there) if direction in {"left", "both"} else None,
    )


def _lookups(scope: Scope, module: str) -> list[tuple[str, ReferenceType]]:
    """Return the fields that refer to a module."""
    return [
        (name, field.value)
        for name, field in scope.schema.fields.items()
        if isinstance(field.value, ReferenceType) and module in field.value.modules
    ]


def check_enforced(node: nodes.Module, pair: Pair, checker: Checker) -> None:
    """Report a two-way line that is enforced although nobody is named whose value counts."""
    sides = {"left", "right"}
    if pair.on_conflict in sides:
        return
    enforced = {line.location for line in pair.lines if line.enforce and line.to_right and line.to_left}
    preferred = {line.location for line in pair.lines if line.prefer in sides}
    for clause in clauses_of(node.clauses, nodes.Map):
        items = [line for item in clause.items for line in (item.lines if isinstance(item, nodes.Group) else (item,))]
        for line in items:
            if line.span.location in enforced - preferred and isinstance(line, nodes.MapLine):
                left = node.left.connection.text
                checker.report(
                    BAD_MODIFIER,
                    "`enforce` does not say whose value counts, and this line goes both ways",
                    line.span,
                    help=f"add `prefer {left}` to the line, or `on conflict: {left}` to the module",
                )
