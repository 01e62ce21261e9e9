"""Noting what tests of the rules exercise: the engine evaluates as always, and what it evaluates is looked at, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.landmarks import REST, fired, operands_joined, row, truth, written
from syncdsl.changes.covered import Coverage, Point
from syncdsl.changes.effects import Act, Create, Hold, HoldKind, Update
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import Choose, Coalesce, Connective, TableCall
from syncdsl.plan.reads import operands_of
from syncdsl.plan.tables import row_key
from syncdsl.schema.values import from_json, is_empty
from syncdsl.trial.happenings import rows_of
from syncdsl.trial.places import spot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from syncdsl.analysis.landmarks import Landmark, Sign
    from syncdsl.engine.report import ApplyReport
    from syncdsl.plan.evaluation import Evaluator, Scope
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value

    Visitor = Callable[[Mapping[str, Value], Scope], None]


class Recorder:
    """Notes signs of landmarks. Expressions without any are compiled as they always are."""

    def __init__(self, landmarks: Sequence[Landmark], files: Collection[str]) -> None:
        self._landmarks = [one for one in landmarks if one.span.file in files]
        self._wanted = {sign for one in self._landmarks for _, sign in one.outcomes}
        self._seen: set[Sign] = set()

    def compiling(self, expression: PlanExpression, tables: Mapping[str, TablePlan]) -> Evaluator:
        """Return what evaluates an expression and notes what came of the conditions and tables in it."""
        evaluate = compile_expression(expression, tables)
        visit = self._visitor(expression, tables)
        if visit is None:
            return evaluate

        def noting(fields: Mapping[str, Value], scope: Scope) -> Value:
            visit(fields, scope)
            return evaluate(fields, scope)

        return noting

    def watching(self, report: ApplyReport) -> None:
        """Note the fields that were written and the triggers that did something."""
        for effect in (*report.changes.effects, *report.done):
            match effect:
                case Create() | Update():
                    if isinstance(effect, Create) and effect.document:
                        self._seen.add(fired(effect.location))
                    for change in effect.fields:
                        self._note_field(effect.rule, effect.record.connection, change.field, change.new)
                case Act():
                    self._seen.add(fired(effect.location))
                case Hold(why=HoldKind.DOCUMENT | HoldKind.PARKED):
                    self._seen.add(fired(effect.location))
                case _:
                    pass

    def coverage(self) -> Coverage:
        """Return what was seen of every place; places that several statements take from one are one."""
        found: dict[tuple[str, str, int, int], Point] = {}
        for one in self._landmarks:
            key = (one.kind, one.span.file, one.span.start, one.span.end)
            known = found.get(key)
            wanted = [outcome for outcome, _ in one.outcomes]
            seen = [outcome for outcome, sign in one.outcomes if sign in self._seen]
            found[key] = Point(
                kind=one.kind,
                place=spot(one.span),
                text=one.text,
                wanted=tuple(dict.fromkeys((*(known.wanted if known else ()), *wanted))),
                seen=tuple(dict.fromkeys((*(known.seen if known else ()), *seen))),
            )
        ordered = sorted(found.values(), key=lambda point: (point.place.file, point.place.line, point.place.column))
        return Coverage(points=tuple(ordered))

    def _note_field(self, rule: str, connection: str, field: str, new: object) -> None:
        self._seen.add(written(rule, connection, field))
        for line in rows_of(from_json(new)):
            self._seen.update(written(rule, connection, field, column) for column, _ in line)

    def _visitor(self, expression: PlanExpression, tables: Mapping[str, TablePlan]) -> Visitor | None:
        """Return what notes what comes of an expression; None where there is nothing to note.

        Conditions are visited as far as they are evaluated: what stands behind a false operand of `and` is not.
        """
        inner = self._inner(expression, tables)
        if truth(expression, value=True) not in self._wanted:
            return inner
        evaluate, seen = compile_expression(expression, tables), self._seen
        signs = {value: truth(expression, value=value) for value in (True, False)}

        def note(fields: Mapping[str, Value], scope: Scope) -> None:
            seen.add(signs[evaluate(fields, scope) is True])
            if inner is not None:
                inner(fields, scope)

        return note

    def _inner(self, expression: PlanExpression, tables: Mapping[str, TablePlan]) -> Visitor | None:
        match expression:
            case Connective():
                return self._connective(expression, tables)
            case Choose():
                return self._choose(expression, tables)
            case Coalesce():
                return self._coalesce(expression, tables)
            case TableCall():
                return self._table(expression, tables)
            case _:
                visitors = [self._visitor(operand, tables) for operand in operands_of(expression)]
                return _all([visit for visit in visitors if visit is not None])

    def _connective(self, expression: Connective, tables: Mapping[str, TablePlan]) -> Visitor | None:
        parts = [
            (compile_expression(part, tables), self._visitor(part, tables)) for part in operands_joined(expression)
        ]
        if all(visit is None for _, visit in parts):
            return None
        decisive = expression.op == "or"

        def note(fields: Mapping[str, Value], scope: Scope) -> None:
            for evaluate, visit in parts:
                if visit is not None:
                    visit(fields, scope)
                if (evaluate(fields, scope) is True) is decisive:
                    return

        return note

    def _choose(self, expression: Choose, tables: Mapping[str, TablePlan]) -> Visitor | None:
        asked = compile_expression(expression.condition, tables)
        visitors = [
            self._visitor(part, tables) for part in (expression.condition, expression.then, expression.otherwise)
        ]
        if visitors == [None, None, None]:
            return None

        def note(fields: Mapping[str, Value], scope: Scope) -> None:
            chosen = visitors[1] if asked(fields, scope) is True else visitors[2]
            for visit in (visitors[0], chosen):
                if visit is not None:
                    visit(fields, scope)

        return note

    def _coalesce(self, expression: Coalesce, tables: Mapping[str, TablePlan]) -> Visitor | None:
        first = compile_expression(expression.left, tables)
        left, right = self._visitor(expression.left, tables), self._visitor(expression.right, tables)
        if left is None and right is None:
            return None

        def note(fields: Mapping[str, Value], scope: Scope) -> None:
            if left is not None:
                left(fields, scope)
            if right is not None and is_empty(first(fields, scope)):
                right(fields, scope)

        return note

    def _table(self, expression: TableCall, tables: Mapping[str, TablePlan]) -> Visitor:
        table = tables.get(expression.table)
        argument, inner = compile_expression(expression.argument, tables), self._visitor(expression.argument, tables)
        rows = () if table is None else table.right if expression.direction == "right" else table.left
        keys = {row_key(from_json(key)) for key, _ in rows}

        def note(fields: Mapping[str, Value], scope: Scope) -> None:
            if inner is not None:
                inner(fields, scope)
            value = argument(fields, scope)
            try:
                key = row_key(value)
                known = key in keys
            except TypeError:  # a signalling NaN has no hash
                known = False
            if known or not is_empty(value):
                self._seen.add(row(expression.table, expression.direction, key if known else REST))

        return note


def _all(visitors: Sequence[Visitor]) -> Visitor | None:
    if not visitors:
        return None

    def note(fields: Mapping[str, Value], scope: Scope) -> None:
        for visit in visitors:
            visit(fields, scope)

    return note
