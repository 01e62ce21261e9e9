"""What a statement comes to when it is like another: its own clauses, and those of the other that it does not state."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.clauses import clauses_of
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.diagnostics import Span

Unused: TypeAlias = "list[tuple[str, Span]]"
Written: TypeAlias = tuple[str, str]
"""A side, `left` or `right`, and the field that is written there."""


def module_clauses(node: nodes.Module, base: nodes.Module) -> tuple[tuple[nodes.ModuleClause, ...], Unused]:
    """Return the clauses of a module that is like another, and the names in `without` that leave nothing out.

    Order: what is stated here, what is taken, the map of both.
    """
    own = [item for item in node.clauses if not isinstance(item, nodes.Like | nodes.Without | nodes.Map)]
    stated = {_key(item) for item in own}
    leaving = _Leaving(clauses_of(node.clauses, nodes.Without))
    taken: list[nodes.ModuleClause] = [
        item
        for item in base.clauses
        if not isinstance(item, nodes.Like | nodes.Without | nodes.Map)
        and _key(item) not in stated
        and not (isinstance(item, nodes.With) and leaving.leaves(item.module.name.text))
    ]
    return (*own, *taken, *_maps(node, base, leaving)), leaving.unused()


def document_clauses(node: nodes.Document, base: nodes.Document) -> tuple[tuple[nodes.DocumentClause, ...], Unused]:
    """Return the clauses of a document that is like another, and the names in `without` that leave nothing out."""
    own = [item for item in node.clauses if not isinstance(item, nodes.Like | nodes.Without | nodes.Map)]
    stated = {_key(item) for item in own}
    leaving = _Leaving(clauses_of(node.clauses, nodes.Without))
    taken = [
        item
        for item in base.clauses
        if not isinstance(item, nodes.Like | nodes.Without | nodes.Map) and _key(item) not in stated
    ]
    return (*own, *taken, *_maps(node, base, leaving)), leaving.unused()


def _key(clause: nodes.ModuleClause | nodes.DocumentClause) -> object:
    """Return what a clause is about: of two with the same key the one that is stated counts."""
    match clause:
        case nodes.Where():
            return "where", clause.connection.text if clause.connection is not None else ""
        case nodes.OnDelete():
            return "on delete", clause.connection.text
        case nodes.With():
            return "with", clause.module.name.text
        case nodes.Bad():
            return clause.span
        case _:
            return type(clause)


def _maps(
    node: nodes.Module | nodes.Document, base: nodes.Module | nodes.Document, leaving: _Leaving
) -> list[nodes.Map]:
    """Return one map of the lines that are taken and those stated here."""
    own = clauses_of(node.clauses, nodes.Map)
    own_items = [item for clause in own for item in clause.items]
    replaced = {written for item in own_items for written in _written(item)}
    new_rows = any(isinstance(item, nodes.LineBlock) for item in own_items)
    taken: list[nodes.MapItem] = []
    bases = clauses_of(base.clauses, nodes.Map)
    for item in (item for clause in bases for item in clause.items):
        match item:
            case nodes.LineBlock():
                if not new_rows and not leaving.leaves("line"):
                    taken.append(item)
            case nodes.Group():
                if leaving.leaves(item.name.text):
                    continue
                lines = tuple(line for line in item.lines if _kept(line, replaced, leaving))
                if lines:
                    taken.append(replace(item, lines=lines))
            case _:
                if _kept(item, replaced, leaving):
                    taken.append(item)
    items = (*taken, *own_items)
    place = own[0] if own else bases[0] if bases else None
    return [replace(place, items=items)] if place is not None and items else []


def _kept(line: nodes.MapLine | nodes.Bad, replaced: set[Written], leaving: _Leaving) -> bool:
    written = _written(line)
    left_out = [leaving.leaves(name) for _, name in sorted(written)]
    return not written & replaced and not any(left_out)


def _written(item: nodes.MapItem) -> set[Written]:
    """Return what a line or a group writes."""
    match item:
        case nodes.Group():
            return {written for line in item.lines for written in _written(line)}
        case nodes.MapLine():
            found: set[Written] = set()
            if item.arrow in {nodes.Arrow.RIGHT, nodes.Arrow.BOTH}:
                found |= {("right", name) for name in _target(item.right)}
            if item.arrow in {nodes.Arrow.LEFT, nodes.Arrow.BOTH}:
                found |= {("left", name) for name in _target(item.left)}
            return found
        case _:
            return set()


def _target(side: ast.Expression) -> list[str]:
    """Return the field that the written side of a line names; in `table(FIELD) <-> field` it stands inside."""
    match side:
        case ast.Path():
            return [side.text]
        case ast.Call(arguments=(ast.Path() as path,)):
            return [path.text]
        case _:
            return []


def targets_of(base: nodes.Module | nodes.Document) -> set[str]:
    """Return what `without` can leave out of a statement: fields, groups and nested modules."""
    items = [item for clause in clauses_of(base.clauses, nodes.Map) for item in clause.items]
    found = {name for item in items for _, name in _written(item)}
    found |= {item.name.text for item in items if isinstance(item, nodes.Group)}
    if isinstance(base, nodes.Module):
        found |= {item.module.name.text for item in clauses_of(base.clauses, nodes.With)}
    return found


class _Leaving:
    """The names of `without`, and which of them left something out."""

    def __init__(self, clauses: Sequence[nodes.Without]) -> None:
        self._names = {path.text: path.span for clause in clauses for path in clause.paths if all(path.parts)}
        self._used: set[str] = set()

    def leaves(self, name: str) -> bool:
        """Return whether something of this name is left out."""
        if name not in self._names:
            return False
        self._used.add(name)
        return True

    def unused(self) -> Unused:
        """Return the names that left nothing out, with their places."""
        return [(name, span) for name, span in self._names.items() if name not in self._used]


def narrowed(base: nodes.Module, arrow: nodes.Arrow) -> nodes.Module:
    """Return a module as one that goes where `arrow` points: what writes the other way is left out.

    What happens to a duplicate happens on the side that is written.
    """
    if arrow is nodes.Arrow.BOTH:
        return base
    target = base.right if arrow is nodes.Arrow.RIGHT else base.left
    clauses: list[nodes.ModuleClause] = []
    for clause in base.clauses:
        match clause:
            case nodes.Map():
                items = tuple(item for line in clause.items if (item := _narrow(line, arrow)) is not None)
                clauses.append(replace(clause, items=items))
            case nodes.OnDuplicate() if clause.connection is not None:
                clauses.append(replace(clause, connection=replace(clause.connection, text=target.connection.text)))
            case nodes.With():
                inner = clause.module
                turned = arrow if inner.arrow is nodes.Arrow.BOTH else inner.arrow
                if turned is arrow:
                    clauses.append(replace(clause, module=replace(narrowed(inner, arrow), arrow=arrow)))
            case _:
                clauses.append(clause)
    return replace(base, clauses=tuple(clauses))


def _narrow(item: nodes.MapItem, arrow: nodes.Arrow) -> nodes.MapItem | None:
    match item:
        case nodes.Group():
            lines = tuple(
                narrow for line in item.lines if isinstance(narrow := _narrow(line, arrow), nodes.MapLine | nodes.Bad)
            )
            return replace(item, lines=lines) if lines else None
        case nodes.MapLine():
            if item.arrow is nodes.Arrow.BOTH:
                return _one_way(item, arrow)
            return item if item.arrow is arrow else None
        case _:
            return item


def _one_way(line: nodes.MapLine, arrow: nodes.Arrow) -> nodes.MapLine:
    """Return a two-way line in one direction; who wins a conflict no longer matters, as there is none."""
    left, right = line.left, line.right
    call = left if isinstance(left, ast.Call) else right if isinstance(right, ast.Call) else None
    written = right if arrow is nodes.Arrow.RIGHT else left
    if call is not None and written is call and len(call.arguments) == 1:
        # `table(field) <-> field` written to the call's side: the call moves to the side that is read.
        other = left if arrow is nodes.Arrow.RIGHT else right
        moved = replace(call, arguments=(other,))
        left, right = (moved, call.arguments[0]) if arrow is nodes.Arrow.RIGHT else (call.arguments[0], moved)
    modifiers = tuple(item for item in line.modifiers if not isinstance(item, nodes.Prefer))
    return replace(line, arrow=arrow, left=left, right=right, modifiers=modifiers)
