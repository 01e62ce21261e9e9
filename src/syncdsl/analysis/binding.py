"""Used files: their connections stand for those of the file that uses them, by position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from syncdsl.diagnostics.codes.composition import OTHER_CONNECTIONS
from syncdsl.diagnostics.codes.names import UNKNOWN_CONNECTION
from syncdsl.syntax import expressions as ast
from syncdsl.syntax import nodes
from syncdsl.syntax.accords import Access, Transactions
from syncdsl.syntax.rewriting import rewrite
from syncdsl.syntax.trials import Change, Expect, Given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syncdsl.analysis.program import Checker
    from syncdsl.diagnostics import SourceFile, Span
    from syncdsl.syntax.expressions import _Node

N = TypeVar("N", bound="_Node")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFile:
    """A file that a `use` statement includes; `at` is that statement.

    `shipped` files come with syncdsl: what is wrong with them here is said where they are used.
    """

    source: SourceFile
    program: nodes.Program
    at: Span
    shipped: bool


def bound(
    programs: Sequence[tuple[SourceFile, nodes.Program]], used: Sequence[UsedFile], checker: Checker
) -> list[tuple[SourceFile, nodes.Program]]:
    """Return the programs of all files, used ones with the connections of the files that use them.

    A file stands in `used` after the one that uses it.
    """
    all_of_them = [item for _, program in programs for item in connections_of(program)]
    effective = {source.path: connections_of(program) or all_of_them for source, program in programs}
    found = list(programs)
    for file in used:
        here = effective.get(file.at.file, all_of_them)
        own = connections_of(file.program)
        mapping = _mapping(file, own, here, checker)
        statements = tuple(
            item for item in file.program.statements if not isinstance(item, nodes.Connection | nodes.Language)
        )
        program = rename_connections(replace(file.program, statements=statements), mapping)
        effective[file.source.path] = here if own else effective.get(file.at.file, all_of_them)
        found.append((file.source, program))
    return found


def connections_of(program: nodes.Program) -> list[nodes.Connection]:
    """Return the connections that a file declares."""
    return [item for item in program.statements if isinstance(item, nodes.Connection)]


def _mapping(
    file: UsedFile, own: Sequence[nodes.Connection], here: Sequence[nodes.Connection], checker: Checker
) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for position, mine in enumerate(own):
        theirs = here[position] if position < len(here) else None
        if theirs is not None and theirs.adapter.text == mine.adapter.text:
            mapping[mine.name.text] = theirs.name.text
            continue
        if theirs is None:
            what = f"`{file.source.path}` connects {len(own)} systems, and there are {len(here)} here"
        else:
            what = (
                f"connection {position + 1} of `{file.source.path}` is of `{mine.adapter.text}`, "
                f"and `{theirs.name.text}` here is of `{theirs.adapter.text}`"
            )
        checker.report(
            OTHER_CONNECTIONS,
            what,
            file.at,
            help=f"declare `connection {mine.name.text}: {mine.adapter.text}` in its place",
        )
        checker.reported.update((UNKNOWN_CONNECTION.id, item.name.text) for item in own[position:])
        break
    return mapping


def rename_connections(node: N, names: Mapping[str, str]) -> N:
    """Return a tree in which connections have other names."""
    if all(old == new for old, new in names.items()):
        return node

    def renamed(name: nodes.Identifier) -> nodes.Identifier:
        return replace(name, text=names.get(name.text, name.text))

    def change(item: _Node) -> _Node:
        match item:
            case nodes.EntityName() | nodes.OnDelete() | Transactions() | Access():
                return replace(item, connection=renamed(item.connection))
            case nodes.Where() | nodes.OnDuplicate() if item.connection is not None:
                return replace(item, connection=renamed(item.connection))
            case nodes.OnConflict() | nodes.Prefer():
                return replace(item, winner=renamed(item.winner))
            case Given() | Change() | Expect() if len(item.subject.parts) == 2:
                first, second = item.subject.parts
                return replace(item, subject=replace(item.subject, parts=(names.get(first, first), second)))
            case _:
                return item

    return rewrite(node, change)


def rename_record(node: N, old: str, new: str) -> N:
    """Return a tree in which paths begin with another name of a record."""
    if old == new:
        return node

    def change(item: _Node) -> _Node:
        if isinstance(item, ast.Path) and item.parts[0] == old:
            return replace(item, parts=(new, *item.parts[1:]))
        return item

    return rewrite(node, change)
