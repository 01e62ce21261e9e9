"""Expressions as closures: compiled once, evaluated per record. Every expression is total.

A record is given as its fields, apart from the scope, which is the same for many records: evaluating makes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, assert_never

from syncdsl.functions import BUILTINS
from syncdsl.functions.coercion import as_date, as_number, as_text, as_whole
from syncdsl.functions.dates import shift
from syncdsl.functions.exact import add, divide, multiply, negate, subtract
from syncdsl.plan.comparing import Operand, compile_among, compile_comparison
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
from syncdsl.plan.value_tests import compile_test, compile_text_test
from syncdsl.schema.values import from_json, is_empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value


class Scope(Protocol):
    """What an expression sees besides a record's fields: the date of the run, and the records it refers to."""

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


Evaluator: TypeAlias = "Callable[[Mapping[str, Value], Scope], Value]"
"""From a record's fields (`id` is its own identifier) and a scope to a value."""


def compile_expression(expression: PlanExpression, tables: Mapping[str, TablePlan]) -> Evaluator:
    """Return a function from a record's fields and a scope to a value.

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
            return _stage(expression.path, frozenset(expression.stages))
        case TextOf():
            return _text([compile_expression(part, tables) for part in expression.parts])
        case Negate():
            return _not(compile_expression(expression.operand, tables))
        case Minus():
            return _minus(compile_expression(expression.operand, tables))
        case Connective():
            return _connective(expression, tables)
        case Comparison():
            left, right = _operand(expression.left, tables), _operand(expression.right, tables)
            return compile_comparison(expression.op, expression.as_type, left, right)
        case Arithmetic():
            return _arithmetic(expression, tables)
        case Coalesce():
            return _coalesce(compile_expression(expression.left, tables), compile_expression(expression.right, tables))
        case Among():
            options = [_operand(option, tables) for option in expression.options]
            operand = _operand(expression.operand, tables)
            return compile_among(operand, options, expression.as_type, negated=expression.negated)
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


def _operand(expression: PlanExpression, tables: Mapping[str, TablePlan]) -> Operand:
    evaluate = compile_expression(expression, tables)
    match expression:
        case Constant():
            return Operand(evaluate=evaluate, constant=True, value=from_json(expression.value))
        case FieldRead(path=(name,)):
            return Operand(evaluate=evaluate, field=name)
        case _:
            return Operand(evaluate=evaluate)


def _constant(value: Value) -> Evaluator:
    return lambda _fields, _scope: value


def _field(path: tuple[str, ...], *, in_row: bool = False) -> Evaluator:
    first, *rest = path

    def read_record(fields: Mapping[str, Value], _scope: Scope) -> Value:
        value = fields.get(first)
        return value if value or not is_empty(value) else None

    def read_row(_fields: Mapping[str, Value], scope: Scope) -> Value:
        value = scope.row.get(first)
        return value if value or not is_empty(value) else None

    read = read_row if in_row else read_record

    def step(fields: Mapping[str, Value], scope: Scope) -> Value:
        value = read(fields, scope)
        for name in rest:
            if value is None:
                return None
            value = scope.follow(value, name)
            if is_empty(value):
                return None
        return value

    return step if rest else read


def _stage(path: tuple[str, ...], stages: frozenset[str]) -> Evaluator:
    def test(value: Value) -> bool:
        return isinstance(value, str) and value.strip() in stages

    return compile_text_test(test, path[0]) if len(path) == 1 else compile_test(test, _field(path))


def _text(parts: list[Evaluator]) -> Evaluator:
    def join(fields: Mapping[str, Value], scope: Scope) -> Value:
        # Empty pieces leave the spaces that stood around them: those at the ends go, and nothing but spaces is empty.
        return "".join([as_text(part(fields, scope)) or "" for part in parts]).strip() or None

    return join


def _not(operand: Evaluator) -> Evaluator:
    return lambda fields, scope: operand(fields, scope) is not True


def _minus(operand: Evaluator) -> Evaluator:
    def minus(fields: Mapping[str, Value], scope: Scope) -> Value:
        number = as_number(operand(fields, scope))
        return None if number is None else negate(number)

    return minus


def _connective(expression: Connective, tables: Mapping[str, TablePlan]) -> Evaluator:
    parts = [compile_expression(part, tables) for part in _joined(expression, expression.op)]
    return _all(parts) if expression.op == "and" else _any(parts)


def _joined(expression: PlanExpression, op: Literal["and", "or"]) -> Iterator[PlanExpression]:
    """Return what stands between the same connective, however it is nested."""
    if isinstance(expression, Connective) and expression.op == op:
        yield from _joined(expression.left, op)
        yield from _joined(expression.right, op)
    else:
        yield expression


def _all(parts: list[Evaluator]) -> Evaluator:
    if len(parts) == 2:  # few are written out: a loop costs more than the parts
        first, second = parts
        return lambda fields, scope: first(fields, scope) is True and second(fields, scope) is True
    if len(parts) == 3:
        one, two, three = parts
        return lambda fields, scope: (
            one(fields, scope) is True and two(fields, scope) is True and three(fields, scope) is True
        )

    def test(fields: Mapping[str, Value], scope: Scope) -> Value:
        for part in parts:  # noqa: SIM110 - `all` makes a generator for each record
            if part(fields, scope) is not True:
                return False
        return True

    return test


def _any(parts: list[Evaluator]) -> Evaluator:
    if len(parts) == 2:
        first, second = parts
        return lambda fields, scope: first(fields, scope) is True or second(fields, scope) is True

    def test(fields: Mapping[str, Value], scope: Scope) -> Value:
        for part in parts:  # noqa: SIM110 - `any` makes a generator for each record
            if part(fields, scope) is True:
                return True
        return False

    return test


def _arithmetic(expression: Arithmetic, tables: Mapping[str, TablePlan]) -> Evaluator:
    left, right = compile_expression(expression.left, tables), compile_expression(expression.right, tables)
    if expression.result == "date":
        return _shifted(left, right, sign=-1 if expression.op == "-" else 1)
    if expression.result == "days":
        return _days_between(left, right)
    operation = {"+": add, "-": subtract, "*": multiply, "/": divide}[expression.op]

    def calculate(fields: Mapping[str, Value], scope: Scope) -> Value:
        first, second = as_number(left(fields, scope)), as_number(right(fields, scope))
        return None if first is None or second is None else operation(first, second)

    return calculate


def _shifted(left: Evaluator, right: Evaluator, *, sign: int) -> Evaluator:
    def calculate(fields: Mapping[str, Value], scope: Scope) -> Value:
        first, second = left(fields, scope), right(fields, scope)
        if sign > 0 and as_date(first) is None:  # days plus a date
            first, second = second, first
        date, days = as_date(first), as_whole(second)
        return None if date is None or days is None else shift(date, sign * days)

    return calculate


def _days_between(left: Evaluator, right: Evaluator) -> Evaluator:
    def calculate(fields: Mapping[str, Value], scope: Scope) -> Value:
        end, start = as_date(left(fields, scope)), as_date(right(fields, scope))
        return None if end is None or start is None else (end - start).days

    return calculate


def _coalesce(left: Evaluator, right: Evaluator) -> Evaluator:
    def coalesce(fields: Mapping[str, Value], scope: Scope) -> Value:
        value = left(fields, scope)
        return value if value or not is_empty(value) else right(fields, scope)

    return coalesce


def _emptiness(operand: Evaluator, *, negated: bool) -> Evaluator:
    if negated:
        return lambda fields, scope: not is_empty(operand(fields, scope))
    return lambda fields, scope: is_empty(operand(fields, scope))


def _choose(condition: Evaluator, then: Evaluator, otherwise: Evaluator) -> Evaluator:
    return lambda fields, scope: then(fields, scope) if condition(fields, scope) is True else otherwise(fields, scope)


def _call(name: str, arguments: list[Evaluator]) -> Evaluator:
    builtin = BUILTINS.get(name)
    most = len(arguments) if builtin is None or builtin.most is None else builtin.most
    if builtin is None or not builtin.least <= len(arguments) <= most:
        return _constant(None)  # a plan of a newer version is refused before; nothing else writes such a call
    compute = builtin.compute
    if builtin.needs_today:
        return lambda fields, scope: compute(scope.today, *[argument(fields, scope) for argument in arguments])
    if len(arguments) == 1:
        (only,) = arguments
        return lambda fields, scope: compute(only(fields, scope))
    return lambda fields, scope: compute(*[argument(fields, scope) for argument in arguments])
