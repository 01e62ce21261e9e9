"""What a check is, and what it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.syntax import walk
from syncdsl.syntax.nodes import Like, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syncdsl.diagnostics import Code, Diagnostic, SourceFile
    from syncdsl.syntax.nodes import Program, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One parsed file; `complete` is off when a mistake left something of it unread."""

    source: SourceFile
    program: Program
    complete: bool


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


def unread(files: Sequence[RuleFile]) -> bool:
    """Tell whether something in the program could not be read: what seems unused may be used there."""
    return any(not file.complete for file in files)


def opaque(files: Sequence[RuleFile]) -> bool:
    """Tell whether something was not read, or may stand elsewhere: in what a file uses or is like."""
    return unread(files) or any(isinstance(node, Use | Like) for file in files for node in walk(file.program))
