"""`where` binds what a module creates: the map has to make the condition true."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.proofs import WHERE_NOT_ESTABLISHED
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Among, BuiltinCall, Comparison, Connective, Constant, FieldRead
from syncdsl.plan.reads import parts_of, reads_of
from syncdsl.plan.wording import expression_text, path_text
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Pair, Side
    from syncdsl.schema.values import Fields, Value
    from syncdsl.syntax import nodes

_SOME_DAY = dt.date(2026, 1, 1)


class _NewRecord:
    """A record as it is created: the fields that are known; it refers to nothing that is known."""

    today = _SOME_DAY
    row: Mapping[str, Value] = MappingProxyType({})

    def __init__(self, fields: Fields) -> None:
        self.fields: Mapping[str, Value] = fields

    def follow(self, reference: Value, name: str) -> Value:
        """Return nothing: only empty references are looked at."""
        del reference, name
        return None


def check_established(clause: nodes.Where, checker: Checker, pair: Pair, scope: Scope, side: Side) -> None:
    """Report a condition that a new record would not satisfy.

    Its parts, joined by `and`, are judged one by one as far as the rules alone decide them: a field written with a
    constant has that value, one that no line writes and that has no default is empty. What depends on the other side's
    data, on a default or on what the system computes is left to the run.
    """
    where = pair.right.where if side == "right" else pair.left.where
    if where is None:
        return
    for part in _conjuncts(where):
        fields = _known_fields(part, pair, scope, side)
        if fields is None or compile_expression(part, checker.tables)(_NewRecord(fields)) is True:
            continue
        checker.report(
            WHERE_NOT_ESTABLISHED,
            f"what `{pair.name}` creates in `{scope.connection}` would not satisfy `{expression_text(part)}`",
            clause.span,
            help=_advice(part, fields, side),
        )


def _conjuncts(expression: PlanExpression) -> Iterator[PlanExpression]:
    if isinstance(expression, Connective) and expression.op == "and":
        yield from _conjuncts(expression.left)
        yield from _conjuncts(expression.right)
    else:
        yield expression


def _known_fields(part: PlanExpression, pair: Pair, scope: Scope, side: Side) -> Fields | None:
    """Return the fields that a condition reads as a new record has them; None when a run alone knows."""
    paths = reads_of(part)
    if not paths or _asks_today(part):
        return None
    constants = {
        assignment.target: assignment.value
        for line in pair.lines
        if (assignment := line.to_right if side == "right" else line.to_left) is not None
    }
    fields: Fields = {}
    for name in {path[0] for path in paths}:
        field = scope.schema.fields.get(name)
        value = constants.get(name)
        if field is None or field.read_only or (value is None and field.default):
            return None
        if value is not None and not isinstance(value, Constant):
            return None
        fields[name] = from_json(value.value) if isinstance(value, Constant) else None
    return fields


def _asks_today(part: PlanExpression) -> bool:
    return "today" in {call.function for call in parts_of(part) if isinstance(call, BuiltinCall)}


def _advice(part: PlanExpression, fields: Fields, side: Side) -> str:
    """Return the line that the map needs, or needs to change."""
    value, name = "…", next(iter(fields))
    match part:
        case (
            Comparison(op="==", left=FieldRead(path=(field,)), right=Constant() as constant)
            | Comparison(op="==", left=Constant() as constant, right=FieldRead(path=(field,)))
            | Among(operand=FieldRead(path=(field,)), options=(Constant() as constant, *_), negated=False)
        ):
            value, name = expression_text(constant), field
        case _:
            pass
    line = f"{value} -> {path_text(name)}" if side == "right" else f"{path_text(name)} <- {value}"
    return f"{'change the line of' if fields[name] is not None else 'add a line to'} the map: `{line}`"
