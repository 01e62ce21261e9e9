"""What a check is, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from syncdsl.syntax import walk
from syncdsl.syntax.expressions import BadExpression
from syncdsl.syntax.nodes import Bad, Identifier, Like, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from syncdsl.diagnostics import Code, Diagnostic, SourceFile, Span
    from syncdsl.syntax.expressions import _Node
    from syncdsl.syntax.nodes import Program, Statement

N = TypeVar("N", bound="_Node")


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """One parsed file; `complete` is off when a mistake left something of it unread."""

    source: SourceFile
    program: Program
    complete: bool

    @cached_property
    def index(self) -> Mapping[type, Sequence[_Node]]:
        """All nodes by their type, in the order of the text; made once for all checks."""
        found: dict[type, list[_Node]] = {}
        for node in walk(self.program):
            found.setdefault(type(node), []).append(node)
        return found

    def nodes(self, kind: type[N]) -> Sequence[N]:
        """Return the nodes of one type, in the order of the text."""
        return cast("Sequence[N]", self.index.get(kind, ()))

    def text(self, span: Span) -> str:
        """Return a piece of the file as it stands there."""
        return self.source.text[span.start : span.end]


Judge: TypeAlias = "Callable[[Sequence[RuleFile]], Iterable[Diagnostic]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its code, and a function from all files of a program, in order, to findings."""

    code: Code
    run: Judge


def statements(files: Sequence[RuleFile]) -> Iterable[Statement]:
    """Return the statements of all files in order."""
    return (statement for file in files for statement in file.program.statements)


def placed(files: Sequence[RuleFile]) -> Iterable[tuple[RuleFile, Statement]]:
    """Return the statements of all files in order, each with its file."""
    return ((file, statement) for file in files for statement in file.program.statements)


def nodes(files: Sequence[RuleFile], kind: type[N]) -> Iterator[N]:
    """Return the nodes of one type in all files, in order."""
    return (node for file in files for node in file.nodes(kind))


def whole(node: _Node) -> bool:
    """Tell whether all of a node was read: what was not may be the difference that matters."""
    return not any(
        isinstance(part, Bad | BadExpression) or (isinstance(part, Identifier) and not part.text) for part in walk(node)
    )


def unread(files: Sequence[RuleFile]) -> bool:
    """Tell whether something in the program could not be read: what seems unused may be used there."""
    return any(not file.complete for file in files)


def partial(files: Sequence[RuleFile]) -> bool:
    """Tell whether statements may stand elsewhere: in what was not read, or in a file that is used."""
    return unread(files) or any(file.nodes(Use) for file in files)


def opaque(files: Sequence[RuleFile]) -> bool:
    """Tell whether something was not read, or may stand elsewhere: in what a file uses or is like."""
    return partial(files) or any(file.nodes(Like) for file in files)
