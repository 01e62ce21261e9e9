"""The clauses of modules, records and documents as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from syncdsl.format.expressions import COALESCE
from syncdsl.format.layout import concat
from syncdsl.format.lines import identifier, path, text
from syncdsl.syntax.nodes import (
    Adopt,
    Dedupe,
    ElseSkip,
    Enforce,
    Group,
    Like,
    LineBlock,
    Map,
    MapLine,
    OnConflict,
    OnDelete,
    OnDuplicate,
    Parent,
    Per,
    Prefer,
    StageField,
    View,
    WhenEmpty,
    Where,
    With,
    Without,
)
from syncdsl.syntax.parts import Bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.format.layout import Doc
    from syncdsl.format.lines import Lines
    from syncdsl.syntax.nodes import (
        DocumentClause,
        EntityName,
        Key,
        MapItem,
        Modifier,
        Module,
        ModuleClause,
        RecordClause,
    )


def put_module(lines: Lines, module: Module, word: str, start: int, depth: int) -> None:
    """Put `module …` or `with …`, which begins at `start`, and its clauses."""
    sides = f"{entity(module.left)} {module.arrow.value} {entity(module.right)}"
    lines.begin(start, module.header.end)
    lines.put(depth, f"{word} {identifier(module.name)}: {sides}", opens=True, kind="" if depth else word)
    for clause in module.clauses:
        put_clause(lines, clause, depth + 1)


def entity(node: EntityName) -> str:
    """Spell `crm.Accounts`."""
    return f"{identifier(node.connection)}.{identifier(node.module)}"


def put_clause(lines: Lines, clause: ModuleClause | RecordClause | DocumentClause, depth: int) -> None:
    """Put a clause and the lines below it."""
    span = clause.span
    match clause:
        case Map():
            lines.header(clause, depth, "map:")
            for item in clause.items:
                _put_map_item(lines, item, depth + 1)
            return
        case With():
            put_module(lines, clause.module, "with", span.start, depth)
            return
        case _:
            lines.begin(span.start, span.end)
            lines.put(depth, _one_line(lines, clause))


def _one_line(lines: Lines, clause: ModuleClause | RecordClause | DocumentClause) -> Doc:
    start, end = clause.span.start, clause.span.end
    match clause:
        case View():
            return f"view: {text(clause.name)}"
        case Where():
            head = f"where {identifier(clause.connection)}: " if clause.connection else "where: "
            return concat(head, lines.expression(clause.condition, start, end))
        case Adopt():
            return concat("adopt: ", _key(lines, clause.key))
        case Dedupe():
            return _dedupe(lines, clause)
        case OnDuplicate():
            where = f" in {identifier(clause.connection)}" if clause.connection else ""
            return f"on duplicate: {clause.action.value}{where}"
        case OnConflict():
            return f"on conflict: {identifier(clause.winner)}"
        case OnDelete():
            return f"on delete in {identifier(clause.connection)}: {clause.action.value}"
        case Parent():
            return f"parent: {path(clause.path)}"
        case Like():
            return f"like: {path(clause.path)}"
        case Without():
            return "without: " + ", ".join([path(item) for item in clause.paths])
        case StageField():
            return f"stage: {path(clause.path)}"
        case Per():
            return concat("per: ", lines.expression(clause.value, start, end))
        case Map() | With() | Bad():  # put with the lines below them; a bad line is only in files that are refused
            raise AssertionError(clause)
        case _:
            assert_never(clause)


def _dedupe(lines: Lines, clause: Dedupe) -> Doc:
    docs: list[Doc] = ["dedupe: "]
    for index, key in enumerate(clause.keys):
        if index:
            docs.append(", then ")
        docs.append(_key(lines, key))
    return concat(*docs)


def _key(lines: Lines, key: Key) -> Doc:
    docs: list[Doc] = []
    for index, item in enumerate(key.equalities):
        if index:
            docs.append(" and ")
        sign = lines.boundary(item.left.span.end, "==")
        docs += (
            lines.expression(item.left, item.span.start, sign, COALESCE),
            " == ",
            lines.expression(item.right, sign, item.span.end, COALESCE),
        )
    return concat(*docs)


def _put_map_item(lines: Lines, item: MapItem, depth: int) -> None:
    match item:
        case MapLine():
            put_map_line(lines, item, depth)
        case Group():
            lines.header(item, depth, f"group {identifier(item.name)}:")
            _put_map_lines(lines, item.lines, depth + 1)
        case LineBlock():
            rows = f" for {identifier(item.row)} in {path(item.rows)}" if item.row and item.rows else ""
            lines.header(item, depth, f"line{rows}:")
            _put_map_lines(lines, item.lines, depth + 1)
        case Bad():
            raise AssertionError(item)
        case _:
            assert_never(item)


def _put_map_lines(lines: Lines, items: Sequence[MapLine | Bad], depth: int) -> None:
    for item in items:
        if isinstance(item, MapLine):
            put_map_line(lines, item, depth)


def put_map_line(lines: Lines, line: MapLine, depth: int) -> None:
    """Put `expression -> path` with its modifiers."""
    start, end = line.span.start, line.span.end
    lines.begin(start, end)
    arrow = lines.boundary(line.left.span.end, line.arrow.value)
    docs: list[Doc] = [
        lines.expression(line.left, start, arrow),
        f" {line.arrow.value} ",
        lines.expression(line.right, arrow, end),
    ]
    docs += [_modifier(modifier) for modifier in line.modifiers]
    lines.put(depth, concat(*docs))


def _modifier(modifier: Modifier) -> str:
    match modifier:
        case WhenEmpty():
            return ", when empty"
        case Prefer():
            return f", prefer {identifier(modifier.winner)}"
        case Enforce():
            return ", enforce"
        case ElseSkip():
            return ", else skip"
        case _:
            assert_never(modifier)
