"""Expressions as closures: compiled once, evaluated per record. Every expression is total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias, assert_never

from syncdsl.functions import BUILTINS
from syncdsl.functions.coercion import as_date, as_number, as_text, as_whole
from syncdsl.functions.dates import shift
from syncdsl.functions.exact import add, divide, multiply, negate, subtract
from syncdsl.plan.comparing import compile_among, compile_comparison
from syncdsl.plan.expressions import (
    Among,
    Arithmetic,
    BuiltinCall,
    Choose,
    Coalesce,
    Comparison,
    Connective,
    Constant,
    Created,
    Emptiness,
    FieldRead,
    Minus,
    Negate,
    RowRead,
    StageTest,
    TableCall,
    TextOf,
)
from syncdsl.plan.tables import compile_table
from syncdsl.schema.values import from_json, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value


class Scope(Protocol):
    """What an expression sees: one record, the date of the run, and the records it refers to."""

    @property
    def fields(self) -> Mapping[str, Value]:
        """The record's fields; `id` is its own identifier."""
        ...

    @property
    def row(self) -> Mapping[str, Value]:
        """The fields of the row that a line of a document is made for; none anywhere else."""
        ...

    @property
    def today(self) -> dt.date:
        """The date of the run."""
        ...

    def follow(self, reference: Value, name: str) -> Value:
        """Return field `name` of the record that `reference` names in the same connection, empty when unknown."""
        ...


Evaluator: TypeAlias = "Callable[[Scope], Value]"


def compile_expression(expression: PlanExpression, tables: Mapping[str, TablePlan]) -> Evaluator:
    """Return a function from scopes to values.

    It never raises, whatever a record holds: a value that is not of the kind an operation needs counts as empty there,
    and only `true` is true.
    """
    match expression:
        case Constant():
            return _constant(from_json(expression.value))
        case FieldRead():
            return _field(expression.path)
        case RowRead():
            return _field(expression.path, in_row=True)
        case StageTest():
            return _stage(_field(expression.path), frozenset(expression.stages))
        case TextOf():
            return _text([compile_expression(part, tables) for part in expression.parts])
        case Negate():
            return _not(compile_expression(expression.operand, tables))
        case Minus():
            return _minus(compile_expression(expression.operand, tables))
        case Connective():
            return _connective(expression, tables)
        case Comparison():
            left, right = expression.left, expression.right
            return compile_comparison(
                expression.op,
                expression.as_type,
                left=compile_expression(left, tables),
                right=compile_expression(right, tables),
                left_constant=isinstance(left, Constant),
                right_constant=isinstance(right, Constant),
                field=_own_field(left),
            )
        case Arithmetic():
            return _arithmetic(expression, tables)
        case Coalesce():
            return _coalesce(compile_expression(expression.left, tables), compile_expression(expression.right, tables))
        case Among():
            return compile_among(
                compile_expression(expression.operand, tables),
                [compile_expression(option, tables) for option in expression.options],
                constant=all(isinstance(option, Constant) for option in expression.options),
                negated=expression.negated,
                as_type=expression.as_type,
                field=_own_field(expression.operand),
            )
        case Emptiness():
            return _emptiness(compile_expression(expression.operand, tables), negated=expression.negated)
        case Created():
            return _constant(value=True)
        case Choose():
            return _choose(
                compile_expression(expression.condition, tables),
                compile_expression(expression.then, tables),
                compile_expression(expression.otherwise, tables),
            )
        case BuiltinCall():
            return _call(expression.function, [compile_expression(item, tables) for item in expression.arguments])
        case TableCall():
            table = tables.get(expression.table)
            argument = compile_expression(expression.argument, tables)
            return compile_table(table, expression.direction, argument) if table else _constant(None)
        case _:
            assert_never(expression)


def _own_field(expression: PlanExpression) -> str | None:
    """Return the name of a field that stands in the record itself."""
    return expression.path[0] if isinstance(expression, FieldRead) and len(expression.path) == 1 else None


def _constant(value: Value) -> Evaluator:
    return lambda _: value


def _field(path: tuple[str, ...], *, in_row: bool = False) -> Evaluator:
    first, *rest = path

    def read_record(scope: Scope) -> Value:
        value = scope.fields.get(first)
        return value if value or not is_empty(value) else None

    def read_row(scope: Scope) -> Value:
        value = scope.row.get(first)
        return value if value or not is_empty(value) else None

    read = read_row if in_row else read_record

    def step(scope: Scope) -> Value:
        value = read(scope)
        for name in rest:
            if value is None:
                return None
            value = scope.follow(value, name)
            if is_empty(value):
                return None
        return value

    return step if rest else read


def _stage(read: Evaluator, stages: frozenset[str]) -> Evaluator:
    def test(scope: Scope) -> Value:
        value = read(scope)
        return isinstance(value, str) and value.strip() in stages

    return test


def _text(parts: list[Evaluator]) -> Evaluator:
    def join(scope: Scope) -> Value:
        # Empty pieces leave the spaces that stood around them: those at the ends go, and nothing but spaces is empty.
        return "".join([as_text(part(scope)) or "" for part in parts]).strip() or None

    return join


def _not(operand: Evaluator) -> Evaluator:
    return lambda scope: operand(scope) is not True


def _minus(operand: Evaluator) -> Evaluator:
    def minus(scope: Scope) -> Value:
        number = as_number(operand(scope))
        return None if number is None else negate(number)

    return minus


def _connective(expression: Connective, tables: Mapping[str, TablePlan]) -> Evaluator:
    inner, right = expression.left, compile_expression(expression.right, tables)
    if expression.op == "and" and isinstance(inner, Connective) and inner.op == "and":  # one call less for each two
        first, second = compile_expression(inner.left, tables), compile_expression(inner.right, tables)
        return lambda scope: first(scope) is True and second(scope) is True and right(scope) is True
    left = compile_expression(inner, tables)
    if expression.op == "and":
        return lambda scope: left(scope) is True and right(scope) is True
    return lambda scope: left(scope) is True or right(scope) is True


def _arithmetic(expression: Arithmetic, tables: Mapping[str, TablePlan]) -> Evaluator:
    left, right = compile_expression(expression.left, tables), compile_expression(expression.right, tables)
    if expression.result == "date":
        return _shifted(left, right, sign=-1 if expression.op == "-" else 1)
    if expression.result == "days":
        return _days_between(left, right)
    operation = {"+": add, "-": subtract, "*": multiply, "/": divide}[expression.op]

    def calculate(scope: Scope) -> Value:
        first, second = as_number(left(scope)), as_number(right(scope))
        return None if first is None or second is None else operation(first, second)

    return calculate


def _shifted(left: Evaluator, right: Evaluator, *, sign: int) -> Evaluator:
    def calculate(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        if sign > 0 and as_date(first) is None:  # days plus a date
            first, second = second, first
        date, days = as_date(first), as_whole(second)
        return None if date is None or days is None else shift(date, sign * days)

    return calculate


def _days_between(left: Evaluator, right: Evaluator) -> Evaluator:
    def calculate(scope: Scope) -> Value:
        end, start = as_date(left(scope)), as_date(right(scope))
        return None if end is None or start is None else (end - start).days

    return calculate


def _coalesce(left: Evaluator, right: Evaluator) -> Evaluator:
    def coalesce(scope: Scope) -> Value:
        value = left(scope)
        return value if value or not is_empty(value) else right(scope)

    return coalesce


def _emptiness(operand: Evaluator, *, negated: bool) -> Evaluator:
    if negated:
        return lambda scope: not is_empty(operand(scope))
    return lambda scope: is_empty(operand(scope))


def _choose(condition: Evaluator, then: Evaluator, otherwise: Evaluator) -> Evaluator:
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


def _call(name: str, arguments: list[Evaluator]) -> Evaluator:
    builtin = BUILTINS.get(name)
    most = len(arguments) if builtin is None or builtin.most is None else builtin.most
    if builtin is None or not builtin.least <= len(arguments) <= most:
        return _constant(None)  # a plan of a newer version is refused before; nothing else writes such a call
    compute = builtin.compute
    if builtin.needs_today:
        return lambda scope: compute(scope.today, *[argument(scope) for argument in arguments])
    if len(arguments) == 1:
        (only,) = arguments
        return lambda scope: compute(only(scope))
    return lambda scope: compute(*[argument(scope) for argument in arguments])
