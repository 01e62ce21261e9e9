"""Whether the two directions of a line undo each other, and what a default or a one-way row of a table loses.

The law: a value that is not empty, written to the other side and read back, is the same value by canonical form, from
either side. A value that does not fit on its way goes to review and is lost nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.analysis.kinds import family, family_of_value
from syncdsl.analysis.laws.forms import Doubt, Looked, form_of, inverse, reduced
from syncdsl.analysis.laws.samples import is_finite, samples_of
from syncdsl.analysis.laws.trips import End, Trip, Values, ends_of, trip
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.expressions import BuiltinCall, Choose, Coalesce, Constant, FieldRead, TableCall
from syncdsl.plan.reads import operands_of, parts_of, reads_of
from syncdsl.schema.canonical import canonical, canonical_text
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.values import from_json, is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, MapLine, Side, TablePlan
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

TypeOf: TypeAlias = "Callable[[Side, tuple[str, ...]], FieldType | None]"
"""The type of what stands behind a path on one side."""
Within: TypeAlias = "Callable[[Side, Values], bool]"
"""Whether a record with these values may be in scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What does not come back although the line is in order; `trip` shows it, `others` are what else was read."""

    cause: Literal["default", "row", "no row"]
    side: Side
    end: End
    trip: Trip
    others: Values
    table: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A value that does not come back: `trip` shows it, `others` are what else was read."""

    side: Side
    end: End
    trip: Trip
    others: Values
    cause: Literal["no row"] | None = None
    table: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """Nothing shows that the values of `end` come back, because nothing is known of `part`."""

    side: Side
    end: End
    part: PlanExpression


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is wrong with a two-way line, if anything, and what it loses where it is in order."""

    problem: Broken | Unproven | None
    losses: tuple[Loss, ...] = ()


def judge(line: MapLine, tables: Mapping[str, TablePlan], type_of: TypeOf, within: Within) -> Judgement:
    """Judge a line that goes both ways. `within` limits the values to those of records in scope."""
    if line.to_right is None or line.to_left is None:
        raise ValueError("the line goes one way")
    if _is_field(line.to_right.value, line.to_left) and _is_field(line.to_left.value, line.to_right):
        return Judgement(problem=None)  # nearly every line; it keeps even what is empty
    left, right = ends_of(line.to_right, line.to_left, tables)
    judges = (
        _Direction("left", left, right, tables, type_of, within),
        _Direction("right", right, left, tables, type_of, within),
    )
    losses: list[Loss] = []
    doubt: Unproven | None = None
    for direction in judges:
        found = direction.judge()
        if isinstance(found, Broken):
            return Judgement(problem=found)
        doubt = doubt or found
        losses += direction.losses
    return Judgement(problem=doubt, losses=() if doubt else tuple(losses))


class _Direction:
    """Judges the way from one side to the other and back."""

    def __init__(
        self,
        side: Side,
        here: End,
        there: End,
        tables: Mapping[str, TablePlan],
        type_of: TypeOf,
        within: Within,
    ) -> None:
        self.losses: list[Loss] = []
        self._side: Side = side
        self._far: Side = "left" if side == "right" else "right"
        self._here = here
        self._there = there
        self._tables = tables
        self._type_of = type_of
        self._within = within
        self._out = reduced(here.expression, here.own)
        self._back = reduced(there.expression, there.own)

    def judge(self) -> Broken | Unproven | None:
        """Return what is wrong with this way, having collected what it loses."""
        out = form_of(self._out, self._here.own, self._here.type)
        back = form_of(self._back, self._there.own, self._there.type)
        proven = inverse(out, back)
        if not proven or isinstance(out, Looked):
            broken = self._try_all()
            if broken is not None:
                return broken
            if not proven and not (is_finite(self._here.type) and self._alone()):
                part = next((form.part for form in (out, back) if isinstance(form, Doubt)), self._out)
                return Unproven(side=self._side, end=self._here, part=part)
        self._try_empty()
        return None

    def _alone(self) -> bool:
        """Return whether what comes back depends on the value alone."""
        calls = (call.function for side in (self._out, self._back) for call in _calls(side))
        return (
            set(reads_of(self._out)) <= {self._here.own}
            and set(reads_of(self._back)) <= {self._there.own}
            and "today" not in calls
        )

    def _try_all(self) -> Broken | None:
        """Send values there and back; return the first that is lost without an excuse."""
        for value in self._values():
            for others, far_others in self._surroundings():
                if not self._within(self._side, {**others, self._here.own: value}):
                    continue
                found = trip(self._here, self._there, value, others, far_others)
                if found.same or found.review:
                    continue
                cause, table = self._cause(found, others, far_others)
                excused = cause in {"default", "row"} or (cause == "no row" and not is_finite(self._here.type))
                if not excused:
                    return Broken(
                        side=self._side,
                        end=self._here,
                        trip=found,
                        others={**others, **far_others},
                        cause="no row" if cause == "no row" else None,
                        table=table,
                    )
                assert cause is not None  # noqa: S101 - what is excused has a cause; this tells the type checker
                self._lose(cause, table, found, {**others, **far_others})
        return None

    def _lose(self, cause: Literal["default", "row", "no row"], table: str | None, found: Trip, others: Values) -> None:
        """Remember what is lost: each value once, values without a row and defaults by one example."""
        for known in self.losses:
            if known.cause == cause and (cause != "row" or known.trip.start == found.start):
                return
        self.losses.append(Loss(cause=cause, side=self._side, end=self._here, trip=found, others=others, table=table))

    def _values(self) -> Iterator[Value]:
        """Return values of the field: those that tables have rows for, samples, and what the expressions name."""
        keys = [
            from_json(key) for part in parts_of(self._out) if isinstance(part, TableCall) for key, _ in self._rows(part)
        ]
        named = [
            from_json(part.value)
            for side in (self._out, self._back)
            for part in parts_of(side)
            if isinstance(part, Constant)
        ]
        yield from self._fitting(keys)
        yield from samples_of(self._here.type)
        yield from self._fitting(named)

    def _fitting(self, found: Sequence[Value]) -> Iterator[Value]:
        kind = self._here.type
        for literal in found:
            value = convert(literal, kind) if family_of_value(literal) == family(kind) else None
            if canonical(value, kind) is not None and misfit(value, kind) is None:
                yield value

    def _rows(self, call: TableCall) -> Sequence[tuple[object, object]]:
        table = self._tables.get(call.table)
        return () if table is None else table.right if call.direction == "right" else table.left

    def _surroundings(self) -> list[tuple[Values, Values]]:
        """Return values for what else is read on both sides: nothing at all, and something everywhere."""
        found: list[tuple[Values, Values]] = [({}, {})]
        if self._here.others or self._there.others:
            found.append((self._filled(self._side, self._here), self._filled(self._far, self._there)))
        return found

    def _filled(self, side: Side, end: End) -> Values:
        values: Values = {}
        for path in end.others:
            kind = self._type_of(side, path)
            some = samples_of(kind) if kind is not None else ["Acme"]
            if some:
                values[path] = some[min(len(values), len(some) - 1)]
        return values

    def _cause(
        self, found: Trip, others: Values, far_others: Values
    ) -> tuple[Literal["default", "row", "no row"] | None, str | None]:
        """Return why a value did not come back: a default or a row of a table, on the way there or back."""
        cause = self._cause_in(self._here, self._out, {**others, self._here.own: found.start})
        if cause[0] is not None or found.middle is None:
            return cause
        return self._cause_in(self._there, self._back, {**far_others, self._there.own: found.middle})

    def _cause_in(
        self, end: End, expression: PlanExpression, values: Values
    ) -> tuple[Literal["default", "row", "no row"] | None, str | None]:
        """Return the first call of a table, among those a run evaluates, that does not lead back from these values."""
        for part, defaulted in self._taken(end, expression, values, defaulted=False):
            if isinstance(part, TableCall) and end.own in reads_of(part):
                argument = self._read(part.argument, end, values)
                found = None if is_empty(argument) else self._row(part, argument)
                if found is not None:
                    return ("default" if found == "no row" and defaulted else found), part.table
        return None, None

    def _taken(
        self, end: End, expression: PlanExpression, values: Values, *, defaulted: bool
    ) -> Iterator[tuple[PlanExpression, bool]]:
        """Return the expressions that a run evaluates, and whether a default stands behind each."""
        if isinstance(expression, Choose):
            taken = self._read(expression.condition, end, values) is True
            yield from self._taken(end, expression.then if taken else expression.otherwise, values, defaulted=defaulted)
            return
        yield expression, defaulted
        for operand in operands_of(expression):
            behind = defaulted or (isinstance(expression, Coalesce) and operand is expression.left)
            yield from self._taken(end, operand, values, defaulted=behind)

    def _read(self, expression: PlanExpression, end: End, values: Values) -> Value:
        part = End(
            own=end.own,
            type=end.type,
            expression=expression,
            evaluate=compile_expression(expression, self._tables),
            others=(),
            lookup=False,
        )
        return part.read(values)

    def _row(self, call: TableCall, argument: Value) -> Literal["row", "no row"] | None:
        """Return why a table does not lead back: the row goes one way, or there is none."""
        plan = self._tables.get(call.table)
        if plan is None:
            return None
        rows, opposite = (plan.right, plan.left) if call.direction == "right" else (plan.left, plan.right)
        has_rest = plan.has_right_rest if call.direction == "right" else plan.has_left_rest
        for key, answer in rows:
            if _same_key(from_json(key), argument):
                return None if (answer, key) in opposite else "row"
        return "row" if has_rest else "no row"

    def _try_empty(self) -> None:
        """Find what an empty field comes back as."""
        for others, far_others in reversed(self._surroundings()):
            if not self._within(self._side, {**others, self._here.own: None}):
                continue
            found = trip(self._here, self._there, None, others, far_others)
            if not found.review and not found.same and not is_empty(found.middle):
                self.losses.append(
                    Loss(
                        cause="default",
                        side=self._side,
                        end=self._here,
                        trip=found,
                        others={**others, **far_others},
                    )
                )
                return


def _is_field(value: PlanExpression, written: Assignment) -> bool:
    """Return whether an expression is the field that the other direction writes."""
    own = (written.target,) if written.lookup is None else (written.target, written.lookup.field)
    return isinstance(value, FieldRead) and value.path == own


def _calls(expression: PlanExpression) -> Iterator[BuiltinCall]:
    return (part for part in parts_of(expression) if isinstance(part, BuiltinCall))


def _same_key(key: Value, value: Value) -> bool:
    if isinstance(key, str) and isinstance(value, str):
        return canonical_text(key) == canonical_text(value)
    return family_of_value(key) == family_of_value(value) and key == value
