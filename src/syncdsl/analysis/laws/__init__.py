"""Mapping laws: what goes over comes back. Each two-way line of a map is judged; a value shows where it fails."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, assert_never

from syncdsl.analysis.laws.judgement import Broken, Judgement, Loss, Unproven, judge
from syncdsl.analysis.laws.trips import KnownRecord
from syncdsl.diagnostics.codes.types import LOST_ON_THE_WAY, NO_ROUND_TRIP
from syncdsl.diagnostics.diagnostic import Related
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import BuiltinCall, Connective
from syncdsl.plan.reads import parts_of, reads_of
from syncdsl.plan.wording import expression_text, path_text
from syncdsl.schema.types import ChoiceType, ReferenceType
from syncdsl.schema.values import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from syncdsl.analysis.laws.judgement import TypeOf, Within
    from syncdsl.analysis.laws.trips import Trip, Values
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.diagnostics import Span
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import MapLine, Side, TablePlan
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

__all__ = ["Broken", "Judgement", "Loss", "Unproven", "check_laws", "judge", "types_behind", "within_scope"]

_LONGEST_SHOWN = 40


def check_laws(
    joined: Sequence[MapLine],
    written: Sequence[tuple[MapLine, Span]],
    left: Scope,
    right: Scope,
    wheres: Mapping[Side, PlanExpression],
    checker: Checker,
) -> None:
    """Judge every two-way line of a map: `joined` are its lines, `written` the same as they stand, with their places.

    A table with a row for a choice that there is not is reported for that row alone, not for the row it lacks instead.
    """
    type_of, within = types_behind(left, right, checker), within_scope(wheres, checker.tables)
    spans: defaultdict[int, list[Span]] = defaultdict(list)
    for part, span in written:
        for assignment in (part.to_right, part.to_left):
            if assignment is not None:
                spans[id(assignment)].append(span)
    for line in joined:
        if line.to_right is None or line.to_left is None:
            continue
        found_at = dict.fromkeys((*spans[id(line.to_right)], *spans[id(line.to_left)]))
        places = sorted(found_at, key=lambda span: (span.file, span.start))
        if places:
            found = judge(line, checker.tables, type_of, within)
            if not (isinstance(found.problem, Broken) and _has_strange_rows(found.problem, checker)):
                _report(found, places, checker)


def _has_strange_rows(problem: Broken, checker: Checker) -> bool:
    """Return whether a table that lacks a row has one for a choice of no field that it is called with."""
    if problem.cause != "no row" or problem.table is None:
        return False
    plan = checker.tables[problem.table]
    directions: tuple[tuple[Literal["right", "left"], Sequence[tuple[object, object]]], ...] = (
        ("right", plan.right),
        ("left", plan.left),
    )
    for direction, rows in directions:
        kinds = checker.table_arguments.get((problem.table, direction), [])
        options = {option for kind in kinds if isinstance(kind, ChoiceType) for option in kind.options}
        choices = bool(kinds) and all(isinstance(kind, ChoiceType) for kind in kinds)
        if choices and any(isinstance(key, str) and key not in options for key, _ in rows):
            return True
    return False


def types_behind(left: Scope, right: Scope, checker: Checker) -> TypeOf:
    """Return what finds the type behind a path on one side."""

    def find(side: Side, path: tuple[str, ...]) -> FieldType | None:
        scope = left if side == "left" else right
        schema = scope.schema
        for name in path[:-1]:
            field = schema.fields.get(name)
            if field is None or not isinstance(field.value, ReferenceType):
                return None
            behind = checker.module_schema(scope.connection, field.value.modules[0])
            if behind is None:
                return None
            schema = behind
        field = schema.fields.get(path[-1])
        return field.value if field is not None else None

    return find


def within_scope(wheres: Mapping[Side, PlanExpression], tables: Mapping[str, TablePlan]) -> Within:
    """Return what tells whether a record may be in scope: nothing that is known of it says otherwise."""
    tests = {
        side: [
            (set(reads_of(part)), compile_expression(part, tables))
            for part in _conjuncts(where)
            if "today" not in {call.function for call in parts_of(part) if isinstance(call, BuiltinCall)}
        ]
        for side, where in wheres.items()
    }

    def test(side: Side, values: Values) -> bool:
        record = KnownRecord(values)
        return all(
            record.evaluate(evaluate) is True for reads, evaluate in tests.get(side, ()) if reads <= values.keys()
        )

    return test


def _conjuncts(expression: PlanExpression) -> Iterator[PlanExpression]:
    if isinstance(expression, Connective) and expression.op == "and":
        yield from _conjuncts(expression.left)
        yield from _conjuncts(expression.right)
    else:
        yield expression


def _report(found: Judgement, places: Sequence[Span], checker: Checker) -> None:
    *before, place = places
    related = tuple(Related(span=span, message="this is the other direction") for span in before)
    for loss in found.losses:
        checker.report(LOST_ON_THE_WAY, _lost(loss), place, help=_kept(loss), related=related)
    problem = found.problem
    if problem is None:
        return
    if isinstance(problem, Unproven):
        part = expression_text(problem.part)
        message = f"nothing shows that the values of `{_name(problem)}` come back: `{part}` cannot be read backwards"
        way = "let one of the two directions write another field, or use what can be read backwards, such as a table"
    else:
        message = _broken(problem)
        way = _way_out(problem)
    checker.report(NO_ROUND_TRIP, message, place, help=way, related=related)


def _name(found: Loss | Broken | Unproven) -> str:
    return path_text(found.end.own)


def _shown(value: Value) -> str:
    text = show(value)
    return f"a text of {len(text)} characters" if len(text) > _LONGEST_SHOWN else f"`{text}`"


def _when(others: Values) -> str:
    """Return what else the example needs, as a clause."""
    return (
        " when " + " and ".join(f"`{path_text(path)}` is {_shown(value)}" for path, value in others.items())
        if others
        else ""
    )


def _back(trip: Trip) -> str:
    return "comes back empty" if trip.result is None else f"comes back as {_shown(trip.result)}"


def _broken(problem: Broken) -> str:
    if problem.cause == "no row":
        return (
            f"`{problem.table}` has no row for {_shown(problem.trip.start)} of `{_name(problem)}`, "
            f"which {_back(problem.trip)}"
        )
    where = f"{_shown(problem.trip.start)} in `{_name(problem)}`"
    return f"{where} {_back(problem.trip)}{_when(problem.others)}"


def _way_out(problem: Broken) -> str:
    if problem.cause == "no row":
        return "give the table a row for it, or a row for the rest: `_ -> …`; or keep such records out with `where`"
    return "let one of the two directions write another field, so that no value overwrites the one it came from"


def _lost(loss: Loss) -> str:
    name = f"`{_name(loss)}`"
    match loss.cause:
        case "default" if loss.trip.start is None:
            return f"an empty {name} {_back(loss.trip)}{_when(loss.others)}"
        case "default":
            return f"{_shown(loss.trip.start)} in {name} is left to the default, and {_back(loss.trip)}"
        case "row":
            return f"{_shown(loss.trip.start)} in {name} {_back(loss.trip)}: its row in `{loss.table}` goes one way"
        case "no row":
            return f"`{loss.table}` has no row for some values of {name}: {_shown(loss.trip.start)} {_back(loss.trip)}"
        case _:
            assert_never(loss.cause)


def _kept(loss: Loss) -> str:
    match loss.cause:
        case "default":
            return "that is what the line says; without a default an empty field stays empty"
        case "row":
            return "that is what a one-way row says; a `<->` row would keep the value"
        case "no row":
            return "a `<->` row for each value keeps it"
        case _:
            assert_never(loss.cause)
