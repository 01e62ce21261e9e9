"""The declarations of all rule files, by name, and the findings made on the way."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import ChainMap
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from syncdsl.analysis.elsewhere import function_elsewhere
from syncdsl.diagnostics import Diagnostic, Fix, Severity, did_you_mean
from syncdsl.diagnostics.codes.names import UNKNOWN_FUNCTION
from syncdsl.functions import BUILTINS
from syncdsl.syntax import expressions, nodes, walk
from syncdsl.syntax.spelling import spelled_path, spelled_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from syncdsl.diagnostics import Code, SourceFile, Span
    from syncdsl.diagnostics.diagnostic import Related
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.snapshot import ModuleSchema, SchemaSnapshot
    from syncdsl.schema.types import FieldType

_FEW = 200
_MOST_COMPARED = 100_000
_WEARY = "so many names are unknown here that no other is suggested"


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
    transactions: list[nodes.Transactions] = field(default_factory=list)
    access: list[nodes.Access] = field(default_factory=list)
    tests: list[nodes.Test] = field(default_factory=list)
    moved: list[nodes.Moved] = field(default_factory=list)
    incomplete: bool = False
    """Whether something could not be read, so that no plan can be made."""
    unread: set[str] = field(default_factory=set)
    """The words of statements that could not be read: what they name may well be declared there."""
    doubtful: dict[str, list[int]] = field(default_factory=dict)
    """The lines of each file that were read as what they were probably meant to be, in order."""
    opaque: bool = False
    """Whether a used file could not be read, which may bring any name."""

    def all_modules(self) -> Iterator[nodes.Module]:
        """Return every module, those nested in others too."""
        pending = list(self.modules.values())
        while pending:
            module = pending.pop()
            yield module
            pending += [clause.module for clause in module.clauses if isinstance(clause, nodes.With)]

    def guessed(self, span: Span) -> bool:
        """Return whether a line of this text was read as what it was probably meant to be."""
        lines = self.doubtful.get(span.file, [])
        at = bisect_left(lines, span.line)
        return at < len(lines) and lines[at] <= span.end_line

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
    sites: dict[Span, Span] = field(default_factory=dict)
    """The `like` clause of a statement that has one, by the statement's header."""
    bases: dict[Span, Span] = field(default_factory=dict)
    """The header of what a statement of these rules is like, by the statement's header."""
    reported: set[tuple[str, str]] = field(default_factory=set)
    """Names of statements that nothing has, by code: all uses of one are one mistake."""
    table_arguments: dict[tuple[str, Literal["right", "left"]], list[FieldType | None]] = field(default_factory=dict)
    """The types of what each table is called with, by direction."""
    table_answers: dict[tuple[str, Literal["right", "left"]], list[FieldType | None]] = field(default_factory=dict)
    """The pick lists that a table's answers go into, and do not all fit, by direction."""
    _sound: dict[Span, bool] = field(default_factory=dict)
    """Whether statements are sound, by header."""
    _places: dict[str, list[int]] | None = None
    """Where something was reported, by file, in order; filled when it is first asked for."""
    _compared: int = 0
    """With how many names unknown ones were compared."""
    _linked: dict[tuple[str, tuple[str, ...], str, tuple[str, ...]], bool] = field(default_factory=dict)
    _foreign: dict[str, Span | None] = field(default_factory=dict)
    """Shipped files, which nobody here can mend, with the place where each is used."""
    _frames: list[tuple[Span, Span | None]] = field(default_factory=list)
    """The statements at work, the outermost first, with the `like` clause of each."""
    _inherited: list[tuple[Diagnostic, tuple[str, Span]]] = field(default_factory=list)
    """Findings moved to the statement that takes a line from elsewhere, with code and place of that line."""

    def foreign(self, source: SourceFile, used_at: Span | None = None) -> None:
        """Know a shipped file; what is wrong with it here is said at `used_at`, or where something is like it."""
        self.names.sources.setdefault(source.path, source)
        self._foreign.setdefault(source.path, used_at)

    @contextmanager
    def within(self, node: nodes.Module | nodes.Document) -> Iterator[None]:
        """Work on a statement: findings in lines that it takes from elsewhere are reported at its `like`."""
        self._frames.append((node.span, self.sites.get(node.header)))
        try:
            yield
        finally:
            self._frames.pop()

    def _site(self, span: Span) -> Span | None:
        """Return where a finding is reported instead; None for its own place."""
        if self._frames:
            place = self._frames[0][0]
            if place.file == span.file and place.start <= span.start <= place.end:
                return None
            site = next((like for _, like in reversed(self._frames) if like is not None), None)
            if site is not None and site.file not in self._foreign:
                return site
        return self._foreign.get(span.file)

    def settled(self) -> list[Diagnostic]:
        """Return all findings.

        A line that is wrong where it stands is not reported again where it is taken over, and lines that are wrong for
        one reason are one finding there.
        """
        own = {(item.span.file, item.span.line) for item in self.findings if item.level is not Severity.NOTE}
        noted = {(item.code.id, item.span) for item in self.findings}
        moved: dict[tuple[str, str, Span], Diagnostic] = {}
        for item, (code, at) in self._inherited:
            if (at.file, at.line) not in own and (code, at) not in noted:
                moved.setdefault((item.code.id, item.message, item.span), item)
        advised = {(item.code.id, item.help, item.span) for item in self.findings}
        found = [
            item
            for item in self.findings
            if (base := self.bases.get(item.span)) is None or (item.code.id, item.help, base) not in advised
        ]
        return [*found, *moved.values()]

    def places_of_errors(self) -> list[Span]:
        """Return where errors are, in every statement that takes a wrong line too."""
        found = [*self.findings, *(item for item, _ in self._inherited)]
        return [item.span for item in found if item.level is Severity.ERROR]

    def report(
        self,
        code: Code,
        message: str,
        span: Span,
        *,
        help: str | None = None,  # noqa: A002 - the label users see
        fixes: tuple[Fix, ...] = (),
        related: tuple[Related, ...] = (),
    ) -> None:
        """Add a finding."""
        site = self._site(span)
        if site is not None:
            where = f"`{self.text(span)}` stands in {span.file}, line {span.line}"
            way = f"{help}; {where}" if help else where
            found = Diagnostic(code=code, message=message, span=site, help=way, related=related)
            self._inherited.append((found, (code.id, span)))
            return
        self.findings.append(Diagnostic(code=code, message=message, span=span, help=help, fixes=fixes, related=related))

    def unknown(self, code: Code, what: str, name: str, span: Span, known: Collection[str], *, after: str = "") -> None:
        """Report a name that nothing has, with the nearest one and, when there are few, all of them."""
        if not name:
            return
        message = f"{what} `{name}`" + (f" {after}" if after else "")
        if self.weary(known):
            self.report(code, message, span, help=_WEARY)
            return
        near = self.nearest(name, known)
        if near is not None:
            quoted = self.names.sources[span.file].text.startswith('"', span.start)
            fixes = (
                Fix(title=f"use `{near}`", span=span, replacement=spelled_text(near) if quoted else spelled_path(near)),
            )
            self.report(code, message, span, help=f"did you mean `{near}`?", fixes=fixes)
        else:
            names = sorted(set(known))
            shown = ", ".join(f"`{item}`" for item in names[:12]) + (" …" if len(names) > 12 else "")
            self.report(code, message, span, help=f"there is {shown}" if names else None)

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """Return the name that was probably meant; None when none is near, or too much was asked already."""
        if self.weary(known):
            return None
        if len(known) > _FEW:
            self._compared += len(known)
        return did_you_mean(name, known)

    def weary(self, known: Collection[str]) -> bool:
        """Return whether so many names were unknown that no more are compared with all of `known`."""
        return len(known) > _FEW and self._compared > _MOST_COMPARED

    def undeclared(self, code: Code, what: str, name: str, span: Span, known: Collection[str]) -> None:
        """Report the name of a statement that there is not, once; it may be in one that could not be read."""
        if self.names.may_declare(name) or (code.id, name) in self.reported:
            return
        self.reported.add((code.id, name))
        self.unknown(code, what, name, span, known)

    def unknown_function(self, call: expressions.Call) -> None:
        """Report a call of what is neither a table nor a builtin."""
        if (UNKNOWN_FUNCTION.id, call.function) in self.reported:
            return
        if (way := function_elsewhere(call.function)) is not None and not self.names.may_declare(call.function):
            self.reported.add((UNKNOWN_FUNCTION.id, call.function))
            message = f"no table or builtin is called `{call.function}`"
            self.report(UNKNOWN_FUNCTION, message, call.function_span, help=way)
            return
        known = ChainMap[str, Any](self.names.tables, BUILTINS)  # type: ignore[arg-type]  # only the names count
        self.undeclared(UNKNOWN_FUNCTION, "no table or builtin is called", call.function, call.function_span, known)

    def sound(self, node: nodes.Module | nodes.Document) -> bool:
        """Return whether a statement was read whole and nothing in it was reported so far; it is asked once of each."""
        known = self._sound.get(node.header)
        if known is None:
            span = node.span
            known = self._sound[node.header] = not (
                any(isinstance(item, nodes.Bad | expressions.BadExpression) for item in walk(node))
                or self.names.guessed(span)
                or self._blamed(span)
            )
        return known

    def _blamed(self, span: Span) -> bool:
        """Return whether something was reported in a statement before this was first asked."""
        if self._places is None:
            self._places = {}
            for item in (*self.findings, *(found for found, _ in self._inherited)):
                if item.level is not Severity.NOTE:
                    self._places.setdefault(item.span.file, []).append(item.span.start)
            for starts in self._places.values():
                starts.sort()
        starts = self._places.get(span.file, [])
        at = bisect_left(starts, span.start)
        return at < len(starts) and starts[at] <= span.end

    def text(self, span: Span) -> str:
        """Return a piece of a rule file on one line."""
        source = self.names.sources[span.file]
        return " ".join(source.text[span.start : span.end].split())

    def linked(self, here: str, sources: tuple[str, ...], there: str, targets: tuple[str, ...]) -> bool:
        """Return whether a module statement pairs one of the sources with one of the targets.

        A header with a name that is unknown, which is reported where it stands, may have meant them.
        """
        key = (here, sources, there, targets)
        known = self._linked.get(key)
        if known is None:
            known = self._linked[key] = self._link(here, sources, there, targets)
        return known

    def _link(self, here: str, sources: tuple[str, ...], there: str, targets: tuple[str, ...]) -> bool:
        for node in self.names.all_modules():
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


def declare(found: Declarations, programs: Sequence[tuple[SourceFile, nodes.Program]]) -> None:
    """Collect the statements of all files; they form one program."""
    for source, program in programs:
        found.sources[source.path] = source
        if program.doubtful:
            found.doubtful[source.path] = sorted(program.doubtful)
        for statement in program.statements:
            _declare(found, statement, source)


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
        case nodes.Transactions():
            found.transactions.append(statement)
        case nodes.Access():
            found.access.append(statement)
        case nodes.Test():
            found.tests.append(statement)
        case nodes.Moved():
            found.moved.append(statement)
        case nodes.Bad():
            found.incomplete = True
            found.unread.update(_WORD.findall(source.text[statement.span.start : statement.span.end]))
        case nodes.Language() | nodes.Use():
            pass
