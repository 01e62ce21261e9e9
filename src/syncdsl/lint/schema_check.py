"""What a check is that needs the schemas, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.analysis.modules import entity_scope
from syncdsl.analysis.program import Checker, Declarations, declare
from syncdsl.analysis.triggers import record_scope
from syncdsl.syntax import nodes as syntax
from syncdsl.syntax import walk
from syncdsl.syntax.expressions import Binary, BinaryOperator, Call, Membership, Path, TextLiteral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from syncdsl.analysis.scope import Resolved, Scope
    from syncdsl.diagnostics import Code, Diagnostic
    from syncdsl.lint.check import RuleFile
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
    from syncdsl.syntax.expressions import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An expression that rules read, the file it stands in, and the scope its paths are in."""

    file: RuleFile
    expression: Expression
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One direction of a map line: what is read, and the path that is written, with its scope."""

    value: Place
    target: Path
    scope: Scope


@dataclass(frozen=True, kw_only=True)
class TypedProgram:
    """Rule files and the schemas of their connections; a name that leads nowhere is passed over, not reported."""

    files: Sequence[RuleFile]
    schemas: Mapping[str, SchemaSnapshot]

    @cached_property
    def _checker(self) -> Checker:
        # Its findings are those of the analysis, which reports them itself.
        names = Declarations()
        declare(names, [(file.source, file.program) for file in self.files])
        return Checker(names=names, schemas=self.schemas)

    @cached_property
    def places(self) -> Sequence[Place]:
        """Every expression that is read for data, in the order of the text."""
        return [place for file in self.files for place in self._places(file)]

    def key_sides(self, file: RuleFile, module: syntax.Module, key: syntax.Key) -> Iterator[Place]:
        """Return both sides of every equality of a key."""
        left, right = self.sides(module)
        for equality in key.equalities:
            if left is not None:
                yield Place(file=file, expression=equality.left, scope=left)
            if right is not None:
                yield Place(file=file, expression=equality.right, scope=right)

    def sides(self, module: syntax.Module) -> tuple[Scope | None, Scope | None]:
        """Return the scopes of both sides of a module, None for one that is unknown."""
        return entity_scope(module.left, self._checker), entity_scope(module.right, self._checker)

    def written(self) -> Iterator[Written]:
        """Return what lines of maps write, in modules and documents; not what they write into rows."""
        for file in self.files:
            for module in file.nodes(syntax.Module):
                yield from _written(file, module, *self.sides(module))
            for document in file.nodes(syntax.Document):
                left, right = self._records.get(document.record.text), entity_scope(document.entity, self._checker)
                yield from _written(file, document, left, right)

    def resolve(self, path: Path, scope: Scope) -> Resolved | None:
        """Return what a path leads to in a scope, None for nothing."""
        return scope.resolve(path, self._checker)

    def paths(self) -> Iterator[tuple[Place, Path, Resolved]]:
        """Return every path that is read and leads to a field, with its place."""
        for place in self.places:
            for node in walk(place.expression):
                if isinstance(node, Path) and (found := self.resolve(node, place.scope)) is not None:
                    yield place, node, found

    def module(self, scope: Scope, found: Resolved) -> ModuleSchema | None:
        """Return the schema of the module that has a field."""
        return self._checker.module_schema(scope.connection, found.module)

    def _places(self, file: RuleFile) -> Iterator[Place]:
        for module in file.nodes(syntax.Module):
            yield from self._of_module(file, module)
        for record in file.nodes(syntax.Record):
            scope = entity_scope(record.entity, self._checker)
            if scope is not None:
                for clause in record.clauses:
                    if isinstance(clause, syntax.Where):
                        yield Place(file=file, expression=clause.condition, scope=scope)
        for document in file.nodes(syntax.Document):
            yield from self._of_document(file, document)
        for when in file.nodes(syntax.When):
            heads = [node.parts[0] for node in walk(when.condition) if isinstance(node, Path)]
            scope = next((self._records[head] for head in heads if head in self._records), None)
            if scope is not None:
                yield Place(file=file, expression=when.condition, scope=scope)
                for item in when.clauses:
                    if isinstance(item, syntax.Require):
                        yield Place(file=file, expression=item.condition, scope=scope)

    @cached_property
    def _records(self) -> Mapping[str, Scope]:
        found = ((name, record_scope(node, self._checker)) for name, node in self._checker.names.records.items())
        return {name: scope for name, scope in found if scope is not None}

    def _of_module(self, file: RuleFile, module: syntax.Module) -> Iterator[Place]:
        left, right = self.sides(module)
        for clause in module.clauses:
            match clause:
                case syntax.Where(connection=syntax.Identifier(text=name)):
                    scope = next((side for side in (right, left) if side is not None and side.connection == name), None)
                    if scope is not None:
                        yield Place(file=file, expression=clause.condition, scope=scope)
                case syntax.Dedupe():
                    for key in clause.keys:
                        yield from self.key_sides(file, module, key)
                case syntax.Adopt():
                    yield from self.key_sides(file, module, clause.key)
                case syntax.Map():
                    yield from _lines(file, clause.items, left, right)
                case _:
                    pass

    def _of_document(self, file: RuleFile, document: syntax.Document) -> Iterator[Place]:
        left, right = self._records.get(document.record.text), entity_scope(document.entity, self._checker)
        for clause in document.clauses:
            match clause:
                case syntax.Map():
                    yield from _lines(file, clause.items, left, right)
                case syntax.Per() if left is not None:
                    yield Place(file=file, expression=clause.value, scope=left)
                case _:
                    pass


def _lines(file: RuleFile, items: Iterable[object], left: Scope | None, right: Scope | None) -> Iterator[Place]:
    """Return what the lines of a map read; the paths of a `line for` that begin with its row lead nowhere here."""
    for item in items:
        match item:
            case syntax.Group() | syntax.LineBlock():
                yield from _lines(file, item.lines, left, right)
            case syntax.MapLine():
                if item.arrow is not syntax.Arrow.LEFT and left is not None:
                    yield Place(file=file, expression=item.left, scope=left)
                if item.arrow is not syntax.Arrow.RIGHT and right is not None:
                    yield Place(file=file, expression=item.right, scope=right)
            case _:
                pass


def _written(
    file: RuleFile, node: syntax.Module | syntax.Document, left: Scope | None, right: Scope | None
) -> Iterator[Written]:
    """Return what the lines of a map write; with `<->` a table may be called around the written field."""
    if left is None or right is None:
        return
    items = [item for clause in node.clauses if isinstance(clause, syntax.Map) for item in clause.items]
    for line in (line for item in items for line in (item.lines if isinstance(item, syntax.Group) else (item,))):
        if not isinstance(line, syntax.MapLine):
            continue
        ways = (
            (line.left, left, line.right, right, syntax.Arrow.LEFT),
            (line.right, right, line.left, left, syntax.Arrow.RIGHT),
        )
        for value, source, target, scope, other in ways:
            path = target.arguments[0] if isinstance(target, Call) and len(target.arguments) == 1 else target
            if line.arrow is not other and isinstance(path, Path):
                yield Written(value=Place(file=file, expression=value, scope=source), target=path, scope=scope)


SchemaJudge: TypeAlias = "Callable[[TypedProgram], Iterable[Diagnostic]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaCheck:
    """One check of typed rules: its code, and a function from a program with its schemas to findings."""

    code: Code
    run: SchemaJudge


def stage_names(program: TypedProgram, *, lists: bool = True) -> Iterator[tuple[Path, TextLiteral, ModuleSchema]]:
    """Return the names that a stage is compared with, with its path and the module that has it.

    `lists`: those in `in (…)` too.
    """
    for place in program.places:
        for node in walk(place.expression):
            sides: Sequence[tuple[Expression, Sequence[Expression]]]
            match node:
                case Binary(operator=BinaryOperator.EQUAL | BinaryOperator.NOT_EQUAL):
                    sides = ((node.left, (node.right,)), (node.right, (node.left,)))
                case Membership() if lists:
                    sides = ((node.operand, node.options),)
                case _:
                    continue
            for path, values in sides:
                found = program.resolve(path, place.scope) if isinstance(path, Path) else None
                module = program.module(place.scope, found) if found is not None else None
                if isinstance(path, Path) and found and module and module.stage_field == found.path[-1]:
                    yield from ((path, value, module) for value in values if isinstance(value, TextLiteral))
