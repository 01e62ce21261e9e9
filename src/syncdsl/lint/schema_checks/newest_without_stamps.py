"""SD544: `newest` where records carry no time of their last change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_schemas import NEWEST_WITHOUT_STAMPS
from syncdsl.lint.schema_check import SchemaCheck
from syncdsl.syntax.nodes import Group, Map, MapLine, Module, OnConflict, Prefer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.lint.schema_check import TypedProgram
    from syncdsl.syntax.nodes import Identifier


def _run(program: TypedProgram) -> Iterator[Diagnostic]:
    for file in program.files:
        for module in file.nodes(Module):
            sides = [side for side in program.sides(module) if side is not None]
            bare = next((side for side in sides if side.schema.modified_field is None), None)
            # A connection of that name is what is meant.
            if bare is None or "newest" in {side.connection for side in sides}:
                continue
            for winner in _winners(module):
                if winner.text == "newest":
                    yield Diagnostic(
                        code=NEWEST_WITHOUT_STAMPS,
                        message=f"`{bare.connection}.{bare.module}` has no time of the last change, so none is newest",
                        span=winner.span,
                        help=f"say who wins: `{sides[0].connection}`, or `review`, which is what happens",
                    )


def _winners(module: Module) -> Iterator[Identifier]:
    """Return who wins conflicts, in the module and in its lines."""
    for clause in module.clauses:
        if isinstance(clause, OnConflict):
            yield clause.winner
        elif isinstance(clause, Map):
            for item in clause.items:
                for line in item.lines if isinstance(item, Group) else (item,):
                    if isinstance(line, MapLine):
                        yield from (part.winner for part in line.modifiers if isinstance(part, Prefer))


CHECK = SchemaCheck(code=NEWEST_WITHOUT_STAMPS, run=_run)
