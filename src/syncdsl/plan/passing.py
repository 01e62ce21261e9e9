"""What would make a condition come out otherwise: in words, and as values of the record's fields where there are any.

Values are never guessed at: each is tried with the evaluator, and offered only where the whole condition turns.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.explaining import literal
from syncdsl.plan.expressions import (
    Among,
    BuiltinCall,
    Comparison,
    Connective,
    Constant,
    Created,
    Emptiness,
    FieldRead,
    Negate,
    StageTest,
    TableCall,
)
from syncdsl.plan.reads import parts_of
from syncdsl.plan.wording import expression_text, path_text
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.types import BooleanType, ChoicesType, ChoiceType, IdType, ReferenceType, RowsType
from syncdsl.schema.values import from_json, is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from syncdsl.plan.evaluation import Scope
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Fields, Value

MOST = 4
"""How many ways are told."""
_TRIED = 400
"""How many combinations of two fields are tried."""
_LISTED = 8

KindOf: TypeAlias = "Callable[[str], FieldType | None]"
"""From a field of the record to its type; None for one that nobody can change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way in which a condition would come out otherwise; `values` by field, where some are known to do it."""

    words: str
    values: Fields = field(default_factory=dict)


def ways_to_pass(
    condition: PlanExpression,
    fields: Mapping[str, Value],
    scope: Scope,
    tables: Mapping[str, TablePlan],
    kind_of: KindOf,
    *,
    wanted: bool = True,
) -> tuple[Way, ...]:
    """Return what would make a condition true for a record (or not true, with `wanted` off); nothing where it is.

    With the values of a way in place of the record's own, the condition does come out so.
    """
    return _Search(fields, scope, tables, kind_of).ways(condition, wanted=wanted)[:MOST]


@dataclass(frozen=True, slots=True)
class _Search:
    """The record in question, and how conditions are tried on it."""

    fields: Mapping[str, Value]
    scope: Scope
    tables: Mapping[str, TablePlan]
    kind_of: KindOf

    def ways(self, condition: PlanExpression, *, wanted: bool) -> tuple[Way, ...]:
        """Return the ways to an outcome; one that is there already needs none."""
        if self.comes_out(condition, {}, wanted=wanted):
            return ()
        match condition:
            case Created():
                return ()
            case Negate():
                return self.ways(condition.operand, wanted=not wanted)
            case Connective():
                together = (condition.op == "and") == wanted
                return self._all(condition, wanted=wanted) if together else self._any(condition, wanted=wanted)
            case _:
                values = next(self._values(condition, wanted=wanted), {})
                return (Way(words=_words(condition, wanted=wanted), values=values),)

    def comes_out(self, condition: PlanExpression, values: Mapping[str, Value], *, wanted: bool) -> bool:
        """Return whether a condition comes out as wanted with some values in place of the record's own."""
        evaluate = compile_expression(condition, self.tables)
        return (evaluate({**self.fields, **values}, self.scope) is True) is wanted

    def _any(self, condition: Connective, *, wanted: bool) -> tuple[Way, ...]:
        """Return the ways of either side, those that both share once."""
        found = (*self.ways(condition.left, wanted=wanted), *self.ways(condition.right, wanted=wanted))
        return tuple({way.words: way for way in found}.values())

    def _all(self, condition: Connective, *, wanted: bool) -> tuple[Way, ...]:
        """Return the ways in which both sides come out: values count only where they do so together."""
        left, right = (self.ways(part, wanted=wanted) for part in (condition.left, condition.right))
        mine = (left or (Way(words=""),))[:MOST]
        theirs = (right or (Way(words=""),))[:MOST]
        found: list[Way] = []
        for one, other in product(mine, theirs):
            words = " and ".join(dict.fromkeys(part for part in (one.words, other.words) if part))
            values = {**one.values, **other.values}
            complete = all(way.values or not way.words for way in (one, other))
            if not (complete and self.comes_out(condition, values, wanted=wanted)):
                # One field may have to satisfy both: what suits one side alone is not it.
                values = next(self._values(condition, wanted=wanted), {})
            found.append(Way(words=words, values=values))
        return tuple(found)

    def _values(self, condition: PlanExpression, *, wanted: bool) -> Iterator[Fields]:
        """Yield values of the record's own fields with which a condition comes out as wanted."""
        candidates = {name: self._candidates(condition, name) for name in self._changeable(condition)}
        for name, values in candidates.items():
            for value in values:
                if self.comes_out(condition, {name: value}, wanted=wanted):
                    yield {name: value}
        names = list(candidates)
        tried = 0
        for index, one in enumerate(names):
            for other in names[index + 1 :]:
                for first, second in product(candidates[one], candidates[other]):
                    tried += 1
                    if tried > _TRIED:
                        return
                    if self.comes_out(condition, {one: first, other: second}, wanted=wanted):
                        yield {one: first, other: second}

    def _changeable(self, condition: PlanExpression) -> list[str]:
        """Return the record's own fields that a condition reads and that people can change."""
        paths = [part.path for part in parts_of(condition) if isinstance(part, FieldRead | StageTest)]
        names = dict.fromkeys(path[0] for path in paths if len(path) == 1 and path[0] != "id")
        return [name for name in names if (kind := self.kind_of(name)) is not None and not isinstance(kind, IdType)]

    def _candidates(self, condition: PlanExpression, name: str) -> list[Value]:
        """Return values worth trying in a field: what the condition names, what is next to it, and what fits."""
        kind = self.kind_of(name)
        if kind is None:
            return []
        found: list[Value] = []
        for part in parts_of(condition):
            match part:
                case Constant():
                    found += _near(from_json(part.value))
                case StageTest():
                    found += part.stages
                case TableCall(table=table) if (plan := self.tables.get(table)) is not None:
                    found += [from_json(key) for key, _ in (plan.right if part.direction == "right" else plan.left)]
                case FieldRead(path=(other,)) if other != name:
                    found += _near(self.fields.get(other))
                case BuiltinCall(function="today"):
                    found += _near(self.scope.today)
                case _:
                    pass
        found += _samples(kind, self.scope.today)
        fitting: list[Value] = []
        for value in found:
            converted = convert(value, kind)
            if misfit(converted, kind) is None and _is_its_kind(converted, kind):
                fitting += [item for item in (converted,) if not any(_same(item, known) for known in fitting)]
        return fitting


def _same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def _near(value: Value) -> list[Value]:
    """Return a value and its neighbours, which an order tells from it."""
    match value:
        case bool() | None:
            return [value]
        case Decimal():
            return [value, value + 1, value - 1] if value.is_finite() else []
        case int():
            return [value, value + 1, value - 1]
        case dt.date():
            day = dt.timedelta(days=1)
            last, first = value.year == dt.MAXYEAR, value.year == dt.MINYEAR
            return [value, *([] if last else [value + day]), *([] if first else [value - day])]
        case str():
            return [value]
        case _:
            return [value]


def _samples(kind: FieldType, today: dt.date) -> Sequence[Value]:
    """Return some values of a type, for conditions that name none."""
    match kind:
        case BooleanType():
            return (True, False, None)
        case ChoiceType():
            return (*kind.options, None)
        case ChoicesType():
            return (*((option,) for option in kind.options), None)
        case _:
            return (None, "x", 1, 0, Decimal(1), today)


def _is_its_kind(value: Value, kind: FieldType) -> bool:
    """Return whether a value could stand in a field of a type: text is converted to much that nobody would write."""
    return is_empty(value) or not isinstance(kind, ReferenceType | RowsType)


# -- words ----------------------------------------------------------------------------------------------------------


_MORE = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_LESS = {"<": "at least", "<=": "more than", ">": "at most", ">=": "less than"}


def _words(condition: PlanExpression, *, wanted: bool) -> str:
    """Return what has to become of the parts of a condition that is no connection of others."""
    match condition:
        case StageTest():
            return _becomes(path_text(condition.path), [literal(stage) for stage in condition.stages], wanted=wanted)
        case Emptiness():
            filled = condition.negated == wanted
            return f"{expression_text(condition.operand)} is {'filled in' if filled else 'emptied'}"
        case Among():
            options = [expression_text(option) for option in condition.options]
            return _becomes(expression_text(condition.operand), options, wanted=wanted != condition.negated)
        case Comparison():
            return _comparison(condition, wanted=wanted)
        case FieldRead():
            return f"{path_text(condition.path)} becomes true" if wanted else f"{path_text(condition.path)} is not true"
        case _:
            return f"`{expression_text(condition)}` becomes {'true' if wanted else 'false'}"


def _becomes(name: str, options: Sequence[str], *, wanted: bool) -> str:
    shown = ", ".join(options[:_LISTED]) + (", …" if len(options) > _LISTED else "")
    if len(options) == 1:
        return f"{name} becomes {shown}" if wanted else f"{name} becomes anything but {shown}"
    return f"{name} becomes one of {shown}" if wanted else f"{name} becomes none of {shown}"


def _comparison(condition: Comparison, *, wanted: bool) -> str:
    left, right = condition.left, condition.right
    if isinstance(left, Constant) and not isinstance(right, Constant) and condition.op in {"==", "!="}:
        left, right = right, left
    one, other = expression_text(left), expression_text(right)
    if condition.op in {"==", "!="}:
        equal = (condition.op == "==") == wanted
        if isinstance(right, Constant):
            if is_empty(from_json(right.value)):
                return f"{one} is {'emptied' if equal else 'filled in'}"
            return _becomes(one, [other], wanted=equal)
        return f"{one} and {other} {'become the same' if equal else 'differ'}"
    if wanted:
        return f"{one} becomes {_MORE[condition.op]} {other}"
    return f"{one} becomes {_LESS[condition.op]} {other}, or empty"
