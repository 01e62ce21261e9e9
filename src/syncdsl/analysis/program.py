"""The declarations of all rule files, by name, and the findings made on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from syncdsl.diagnostics import Diagnostic, Fix, did_you_mean
from syncdsl.schema.types import ChoiceType
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from syncdsl.diagnostics import Code, SourceFile, Span
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
    from syncdsl.schema.types import FieldType


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


@dataclass(slots=True, kw_only=True)
class Checker:
    """What every pass works with: declarations, schemas, and the list of findings it adds to."""

    names: Declarations
    schemas: Mapping[str, SchemaSnapshot]
    findings: list[Diagnostic] = field(default_factory=list)
    tables: dict[str, TablePlan] = field(default_factory=dict)

    def report(self, code: Code, message: str, span: Span, *, help: str | None = None, fixes: tuple[Fix, ...] = ()) -> None:  # noqa: A002 - the label users see
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

    def text(self, span: Span) -> str:
        """Return a piece of a rule file on one line."""
        source = self.names.sources[span.file]
        return " ".join(source.text[span.start : span.end].split())

    def table_type(self, name: str, direction: Literal["right", "left"]) -> FieldType | None:
        """Return the type that a table answers with in a direction; None when its answers have no common one."""
        plan = self.tables.get(name)
        rows = (plan.right if direction == "right" else plan.left) if plan else ()
        texts = [answer for _, answer in rows if isinstance(answer, str)]
        rest = (plan.right_rest if direction == "right" else plan.left_rest) if plan else None
        if isinstance(rest, str):
            texts.append(rest)
        return ChoiceType(options=tuple(dict.fromkeys(texts))) if texts and len(texts) >= len(rows) else None

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
            _declare(found, statement)
    return found


def _declare(found: Declarations, statement: nodes.Statement) -> None:
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
        case nodes.Unsupported() | nodes.Bad():
            found.incomplete = True
        case nodes.Language():
            pass
