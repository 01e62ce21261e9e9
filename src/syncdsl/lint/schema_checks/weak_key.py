"""SD542: a dedupe key that tells records badly apart, by the statistics of the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Diagnostic
from syncdsl.diagnostics.codes.lint_schemas import WEAK_KEY
from syncdsl.lint.schema_check import SchemaCheck
from syncdsl.syntax.expressions import Path
from syncdsl.syntax.nodes import Dedupe, Module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.lint.schema_check import Place, TypedProgram
    from syncdsl.schema.statistics import FieldStatistics
    from syncdsl.syntax.nodes import Key

FILLED = 50
"""Per cent of the records that have the field; below it most are not found by the key."""
DISTINCT = 90
"""Different values per hundred; below it the key often names several records."""


def _run(program: TypedProgram) -> Iterator[Diagnostic]:
    for file in program.files:
        for module in file.nodes(Module):
            for clause in module.clauses:
                if isinstance(clause, Dedupe):
                    for key in clause.keys:
                        for place in program.key_sides(file, module, key):
                            yield from _judge(program, place, clause, key)


def _judge(program: TypedProgram, place: Place, clause: Dedupe, key: Key) -> Iterator[Diagnostic]:
    found = _statistics(program, place)
    if found is None:
        return
    name, where = place.file.text(place.expression.span), f"`{place.scope.connection}.{place.scope.module}`"
    # Where there are several keys, none of them need find everybody.
    if found.filled < FILLED and len(clause.keys) == 1:
        message = f"only {found.filled} % of the records of {where} have a `{name}`, and this key finds no others"
        way = "add a second key: `dedupe: Email == email, then Full_Name == contact_name`"
    elif found.distinct < DISTINCT and len(key.equalities) == 1 and found.filled:
        message = f"`{name}` of {where} has only {found.distinct} different values for a hundred records"
        way = "join it with another field: `dedupe: Account_Name == contact_name and Phone == phone`"
    else:
        return
    yield Diagnostic(code=WEAK_KEY, message=message, span=place.expression.span, help=way)


def _statistics(program: TypedProgram, place: Place) -> FieldStatistics | None:
    """Return what is known of a field that a key compares as it is."""
    expression, scope = place.expression, place.scope
    if not isinstance(expression, Path) or scope.schema.statistics is None:
        return None
    found = program.resolve(expression, scope)
    if found is None or len(found.path) != 1 or found.field.unique:
        return None
    return scope.schema.statistics.fields.get(found.path[0])


CHECK = SchemaCheck(code=WEAK_KEY, run=_run)
