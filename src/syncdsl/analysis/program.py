"""The declarations of all rule files, by name, and the findings made on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from syncdsl.diagnostics import Diagnostic, Fix, did_you_mean
from syncdsl.diagnostics.codes.names import UNKNOWN_FUNCTION
from syncdsl.functions import BUILTINS
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.diagnostics import Code, SourceFile, Span
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
    from syncdsl.schema.types import FieldType
    from syncdsl.syntax import expressions


@dataclass(slots=True, kw_only=True)
class Declarations:
    """Every statement by kind and name; of two with one name the first counts (lint reports the second)."""

    sources: dict[str, SourceFile] = field(default_factory=dict)
    connections: dict[str, nodes.Connection] = field(default_factory=dict)
    tables: dict[str, nodes.Table] = field(default_factory=dict)
    modules: dict[str, nodes.Module] = field(default_factory=dict)
    records: dict[str, nodes.Record] = field(default_factory=dict)
    documents: dict[str, nodes.Document] = field(default_factory=dict)
    triggers: list[nodes.When] = field(default_factory=list)
    guards: list[nodes.Guard] = field(default_factory=list)
    incomplete: bool = False
    """Whether a line could not be read or a statement is not built yet, so that no plan can be made."""
    unread: set[str] = field(default_factory=set)
    """The words of statements that could not be read: what they name may well be declared there."""
    opaque: bool = False
    """Whether a statement that is not built yet brings names from elsewhere."""

    def may_declare(self, *names: str) -> bool:
        """Return whether these names may be declared where nothing was read."""
        return self.opaque or self.unread.issuperset(names)


@dataclass(slots=True, kw_only=True)
class Checker:
    """What every pass works with: declarations, schemas, and the list of findings it adds to."""

    names: Declarations
    schemas: Mapping[str, SchemaSnapshot]
    findings: list[Diagnostic] = field(default_factory=list)
    tables: dict[str, TablePlan] = field(default_factory=dict)
    reported: set[tuple[str, str]] = field(default_factory=set)
    """Names of statements that nothing has, by code: all uses of one are one mistake."""
    table_arguments: dict[tuple[str, Literal["right", "left"]], list[FieldType | None]] = field(default_factory=dict)
    """The types of what each table is called with, by direction."""
    table_answers: dict[tuple[str, Literal["right", "left"]], list[FieldType | None]] = field(default_factory=dict)
    """The pick lists that a table's answers go into, and do not all fit, by direction."""

    def report(
        self,
        code: Code,
        message: str,
        span: Span,
        *,
        help: str | None = None,  # noqa: A002 - the label users see
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        """Add a finding."""
        self.findings.append(Diagnostic(code=code, message=message, span=span, help=help, fixes=fixes))

    def unknown(self, code: Code, what: str, name: str, span: Span, known: Iterable[str]) -> None:
        """Report a name that nothing has, with the nearest one and, when there are few, all of them."""
        if not name:
            return
        names = sorted(set(known))
        near = did_you_mean(name, names)
        if near is not None:
            fixes = (Fix(title=f"use `{near}`", span=span, replacement=near),)
            self.report(code, f"{what} `{name}`", span, help=f"did you mean `{near}`?", fixes=fixes)
        else:
            shown = ", ".join(f"`{item}`" for item in names[:12]) + (" …" if len(names) > 12 else "")
            self.report(code, f"{what} `{name}`", span, help=f"there is {shown}" if names else None)

    def undeclared(self, code: Code, what: str, name: str, span: Span, known: Iterable[str]) -> None:
        """Report the name of a statement that there is not, once; it may be in one that could not be read."""
        if self.names.may_declare(name) or (code.id, name) in self.reported:
            return
        self.reported.add((code.id, name))
        self.unknown(code, what, name, span, known)

    def unknown_function(self, call: expressions.Call) -> None:
        """Report a call of what is neither a table nor a builtin."""
        known = {*BUILTINS, *self.names.tables}
        self.undeclared(UNKNOWN_FUNCTION, "no table or builtin is called", call.function, call.function_span, known)

    def text(self, span: Span) -> str:
        """Return a piece of a rule file on one line."""
        source = self.names.sources[span.file]
        return " ".join(source.text[span.start : span.end].split())

    def linked(self, here: str, sources: tuple[str, ...], there: str, targets: tuple[str, ...]) -> bool:
        """Return whether a module statement pairs one of the sources with one of the targets.

        A header with a name that is unknown, which is reported where it stands, may have meant them.
        """
        for node in self.names.modules.values():
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if self._may_be(one, here, sources) and self._may_be(other, there, targets):
                    return True
        return any(self.names.may_declare(source, target) for source in sources for target in targets)

    def _may_be(self, entity: nodes.EntityName, connection: str, modules: tuple[str, ...]) -> bool:
        if entity.connection.text not in self.names.connections:
            return True
        if entity.connection.text != connection:
            return False
        return entity.module.text in modules or self.module_schema(connection, entity.module.text) is None

    def module_schema(self, connection: str, module: str) -> ModuleSchema | None:
        """Return a module's schema, when it is known."""
        schema = self.schemas.get(connection)
        return schema.modules.get(module) if schema else None


def declarations(programs: Sequence[tuple[SourceFile, nodes.Program]]) -> Declarations:
    """Collect the statements of all files; they form one program."""
    found = Declarations()
    for source, program in programs:
        found.sources[source.path] = source
        for statement in program.statements:
            _declare(found, statement, source)
    return found


_WORD = re.compile(r"\w+")


def _declare(found: Declarations, statement: nodes.Statement, source: SourceFile) -> None:
    match statement:
        case nodes.Connection():
            found.connections.setdefault(statement.name.text, statement)
        case nodes.Table():
            found.tables.setdefault(statement.name.text, statement)
        case nodes.Module():
            found.modules.setdefault(statement.name.text, statement)
        case nodes.Record():
            found.records.setdefault(statement.name.text, statement)
        case nodes.Document():
            found.documents.setdefault(statement.name.text, statement)
        case nodes.When():
            found.triggers.append(statement)
        case nodes.Guard():
            found.guards.append(statement)
        case nodes.Use():
            found.incomplete = found.opaque = True
        case nodes.Transactions() | nodes.Access() | nodes.Test() | nodes.Moved():
            found.incomplete = True
        case nodes.Bad():
            found.incomplete = True
            found.unread.update(_WORD.findall(source.text[statement.span.start : statement.span.end]))
        case nodes.Language():
            pass
