"""Calls of `count`, `sum` and `first`: a list, and the field of its rows that a path names behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.kinds import family
from syncdsl.analysis.typed import Typed
from syncdsl.diagnostics.codes.types import NOT_A_LIST, WRONG_ARGUMENTS
from syncdsl.plan.expressions import BuiltinCall, Constant, FieldRead, RowRead
from syncdsl.schema.types import (
    ChoicesType,
    ChoiceType,
    DecimalType,
    IntegerType,
    MoneyType,
    RowsType,
    describe,
)
from syncdsl.syntax import expressions as ast

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Resolved, Scope
    from syncdsl.functions import Builtin
    from syncdsl.schema.types import FieldType


def call_list(node: ast.Call, builtin: Builtin, scope: Scope, checker: Checker) -> Typed | None:
    """Return a call of a builtin that takes a list; what it does not take is reported."""
    if len(node.arguments) != 1:
        checker.report(
            WRONG_ARGUMENTS,
            f"`{builtin.name}` takes one list, not {len(node.arguments) or 'none'}",
            node.span,
            help=f"its signature is `{builtin.signature}`",
        )
        return None
    (argument,) = node.arguments
    if isinstance(argument, ast.BadExpression):
        return None
    if not isinstance(argument, ast.Path):
        checker.report(
            NOT_A_LIST,
            f"`{checker.text(argument.span)}` is no list: `{builtin.name}` takes a field",
            argument.span,
            help=f"its signature is `{builtin.signature}`",
        )
        return None
    found = scope.resolve_list(argument, checker)
    if found is None:
        return None
    problem, way = _problem(found, builtin, checker.text(argument.span))
    if problem is not None:
        checker.report(NOT_A_LIST, problem, argument.span, help=way or f"its signature is `{builtin.signature}`")
        return None
    read = RowRead(path=found.path) if found.in_row else FieldRead(path=found.path)
    arguments = (read, Constant(value=found.column[0])) if found.column is not None else (read,)
    return Typed(BuiltinCall(function=builtin.name, arguments=arguments), _result(found, builtin))


def _problem(found: Resolved, builtin: Builtin, text: str) -> tuple[str | None, str | None]:
    """Return why a builtin does not take what a path leads to, and the right form where it is known."""
    kind = found.field.value
    if isinstance(kind, RowsType):
        if found.column is None and builtin.name != "count":
            wanted = (name for name, field in kind.fields.items() if _fits(builtin, field.value))
            return (
                f"`{builtin.name}` takes one field of the rows, and `{text}` is all of them",
                f"name a field: `{builtin.name}({text}.{next(wanted, 'FIELD')})`",
            )
        if found.column is not None and not _fits(builtin, found.column[1].value):
            return f"`{builtin.name}` takes numbers, and `{text}` is {describe(found.column[1].value)}", None
        return None, None
    if isinstance(kind, ChoicesType) and builtin.name != "sum":
        return None, None
    return f"`{text}` is {describe(kind)}, no list", None


def _fits(builtin: Builtin, kind: FieldType) -> bool:
    return builtin.name != "sum" or family(kind) == "number"


def _result(found: Resolved, builtin: Builtin) -> FieldType:
    kind = found.column[1].value if found.column is not None else found.field.value
    match builtin.name, kind:
        case "count", _:
            return IntegerType()
        case "sum", IntegerType():
            return IntegerType()
        case "sum", MoneyType():
            return MoneyType(scale=kind.scale)
        case "sum", DecimalType():
            return DecimalType(scale=kind.scale)
        case _, ChoicesType():
            return ChoiceType(options=kind.options)
        case _:
            return kind
