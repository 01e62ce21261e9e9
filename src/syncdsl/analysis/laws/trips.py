"""One value's way to the other side and back, through the expressions that a run evaluates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.reads import reads_of
from syncdsl.schema.canonical import canonical
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.types import TextType
from syncdsl.schema.values import Ref, is_empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.evaluation import Evaluator
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import Assignment, TablePlan
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

Values = dict[tuple[str, ...], "Value"]
"""What a record holds, by path."""


@dataclass(slots=True)
class KnownRecord:
    """A record with these values; a path of several names leads through references that know no more than that."""

    values: Values
    today: dt.date = dt.date(2026, 1, 1)
    row: Mapping[str, Value] = field(default_factory=dict)
    fields: Mapping[str, Value] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = {path[0]: value if len(path) == 1 else Ref("", path[0]) for path, value in self.values.items()}

    def evaluate(self, evaluate: Evaluator) -> Value:
        """Return what a compiled expression makes of this record."""
        return evaluate(self.fields, self)

    def follow(self, reference: Value, name: str) -> Value:
        """Return what stands behind a reference."""
        if not isinstance(reference, Ref):
            return None
        path = (*reference.id.split("\n"), name)
        if path in self.values:
            return self.values[path]
        deeper = any(known[: len(path)] == path for known in self.values)
        return Ref("", "\n".join(path)) if deeper else None


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One side of a two-way line: the field that the line is about, and what is read on that side."""

    own: tuple[str, ...]
    type: FieldType
    expression: PlanExpression
    """What is read here to be written on the other side."""
    evaluate: Evaluator
    others: tuple[tuple[str, ...], ...]
    """What else the expression reads."""
    lookup: bool

    def read(self, values: Values) -> Value:
        """Return what the expression makes of a record with these values."""
        return KnownRecord(values).evaluate(self.evaluate)


def ends_of(to_right: Assignment, to_left: Assignment, tables: Mapping[str, TablePlan]) -> tuple[End, End]:
    """Return the left and the right end of a line that goes both ways."""
    return _end(to_left, to_right.value, tables), _end(to_right, to_left.value, tables)


def _end(written: Assignment, expression: PlanExpression, tables: Mapping[str, TablePlan]) -> End:
    own = (written.target,) if written.lookup is None else (written.target, written.lookup.field)
    return End(
        own=own,
        type=written.type if written.lookup is None else TextType(),
        expression=expression,
        evaluate=compile_expression(expression, tables),
        others=tuple(path for path in reads_of(expression) if path != own),
        lookup=written.lookup is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What became of a value: written on the other side as `middle`, and come back as `result`.

    `review` says that one of the two did not fit, so that a person decides; `same` that it came back.
    """

    start: Value
    middle: Value
    result: Value
    same: bool
    review: bool


def trip(here: End, there: End, start: Value, others: Values, far_others: Values) -> Trip:
    """Send a value from `here` to `there` and back; `others` are the values of what else is read."""
    middle = convert(here.read({**others, here.own: start}), there.type)
    if misfit(middle, there.type) is not None:
        return Trip(start=start, middle=middle, result=None, same=False, review=True)
    middle = None if is_empty(middle) else middle
    result = convert(there.read({**far_others, there.own: middle}), here.type)
    if misfit(result, here.type) is not None:
        return Trip(start=start, middle=middle, result=result, same=False, review=True)
    result = None if is_empty(result) else result
    same = canonical(result, here.type) == canonical(start, here.type)
    return Trip(start=start, middle=middle, result=result, same=same, review=False)
