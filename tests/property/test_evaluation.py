"""Expressions of plans mean what a plain walk over their trees says they mean."""

from __future__ import annotations

import datetime as dt
import operator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncdsl.functions import BUILTINS
from syncdsl.plan import expressions as plan
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.pairs import TablePlan
from syncdsl.schema.canonical import canonical
from syncdsl.schema.snapshot import StageClass
from syncdsl.schema.types import (
    BooleanType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import Ref, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

TODAY = dt.date(2026, 5, 1)
FIELDS = ("a", "b", "c", "d")
TABLE = TablePlan(
    right=(("x", 1), ("X y", "z"), (True, "yes"), (1, "one"), (None, "nothing")),
    left=(("one", 1), ({"decimal": "2.50"}, "x")),
    left_rest="rest",
    has_left_rest=True,
)
NUMBERS = (IntegerType, DecimalType, MoneyType)

texts = st.sampled_from(["", " ", "x", "X", " x  y ", "+49 30 1234", "a@B.c", "won", "true", "1", "Strasse", "ﬁ"])
numbers = st.integers(-10_000, 10_000) | st.decimals(-10_000, 10_000, places=2) | st.sampled_from([Decimal(0), 0])
strange = st.sampled_from([Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-0.0")])
dates = st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)) | st.just(TODAY)
instants = st.integers(0, 4_000_000_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
plain: st.SearchStrategy[Value] = st.one_of(st.none(), st.booleans(), texts, numbers, dates, instants)
values: st.SearchStrategy[Value] = (
    plain | strange | st.builds(Ref, st.just("users"), st.sampled_from(["1", "2"])) | st.just(("x", "y")) | st.just(())
)
records = st.dictionaries(st.sampled_from(FIELDS), values)
kinds: st.SearchStrategy[FieldType] = st.sampled_from(
    [
        TextType(),
        IntegerType(),
        DecimalType(),
        MoneyType(),
        BooleanType(),
        DateType(),
        DateTimeType(),
        ChoiceType(options=("x",)),
        ReferenceType(modules=("users",)),
        EmailType(),
        PhoneType(),
        UrlType(),
    ]
)
paths = st.sampled_from([(name,) for name in FIELDS] + [("a", "c"), ("b", "a", "d")])


def _most(name: str) -> int:
    most = BUILTINS[name].most
    return 4 if most is None else most


def _expressions(inner: st.SearchStrategy[PlanExpression]) -> st.SearchStrategy[PlanExpression]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    calls = st.sampled_from(sorted(BUILTINS)).flatmap(
        lambda name: st.builds(
            plan.BuiltinCall,
            function=st.just(name),
            arguments=st.lists(inner, min_size=BUILTINS[name].least, max_size=_most(name)).map(tuple),
        )
    )
    return st.one_of(
        st.builds(plan.TextOf, parts=some),
        st.builds(plan.Negate, operand=inner),
        st.builds(plan.Minus, operand=inner),
        st.builds(plan.Connective, op=st.sampled_from(["and", "or"]), left=inner, right=inner),
        st.builds(
            plan.Comparison,
            op=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
            left=inner,
            right=inner,
            as_type=kinds,
        ),
        st.builds(
            plan.Arithmetic,
            op=st.sampled_from(["+", "-", "*", "/"]),
            left=inner,
            right=inner,
            result=st.just("number"),
        ),
        st.builds(
            plan.Arithmetic, op=st.sampled_from(["+", "-"]), left=inner, right=inner, result=st.sampled_from(["date"])
        ),
        st.builds(plan.Arithmetic, op=st.just("-"), left=inner, right=inner, result=st.just("days")),
        st.builds(plan.Coalesce, left=inner, right=inner),
        st.builds(plan.Among, operand=inner, options=some, negated=st.booleans(), as_type=kinds),
        st.builds(plan.Emptiness, operand=inner, negated=st.booleans()),
        st.builds(plan.Choose, condition=inner, then=inner, otherwise=inner),
        st.builds(
            plan.TableCall,
            table=st.sampled_from(["known", "unknown"]),
            direction=st.sampled_from(["right", "left"]),
            argument=inner,
        ),
        calls,
    )


constants = st.builds(plan.Constant, value=plain.map(to_json))
reads = st.builds(plan.FieldRead, path=paths)
leaves: st.SearchStrategy[PlanExpression] = st.one_of(
    constants,
    reads,
    # what conditions are made of, so that most expressions have some: a field against constants
    st.builds(
        plan.Comparison,
        op=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        left=reads,
        right=constants,
        as_type=kinds,
    ),
    st.builds(
        plan.Among,
        operand=reads,
        options=st.lists(constants, min_size=1, max_size=3).map(tuple),
        negated=st.booleans(),
        as_type=kinds,
    ),
    st.builds(plan.StageTest, path=paths, stage_class=st.just(StageClass.WON), stages=st.just(("won", "x"))),
    st.just(plan.Created()),
)
expressions = st.recursive(leaves, _expressions, max_leaves=8)

# Conditions as people write them, over few values, so that bounds are met exactly and parts of a chain all hold.
few: st.SearchStrategy[Value] = st.sampled_from(
    [None, "", "x", " x", "X", True, False, 0, 1, 2, Decimal(1), Decimal("1.0"), Decimal("1.5"), ("x",)]
)
close = st.dictionaries(st.sampled_from(FIELDS), few | few | few | strange)
bounds = st.builds(plan.Constant, value=few.map(to_json))
own = st.builds(plan.FieldRead, path=st.sampled_from([(name,) for name in FIELDS]))
tests: st.SearchStrategy[PlanExpression] = st.one_of(
    own,
    st.builds(
        plan.Comparison,
        op=st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        left=own,
        right=bounds,
        as_type=st.sampled_from([TextType(), IntegerType(), DecimalType(), BooleanType()]),
    ),
    st.builds(
        plan.Among,
        operand=own,
        options=st.lists(bounds, min_size=1, max_size=3).map(tuple),
        negated=st.booleans(),
        as_type=st.sampled_from([TextType(), IntegerType()]),
    ),
)


def _chains(inner: st.SearchStrategy[PlanExpression]) -> st.SearchStrategy[PlanExpression]:
    return st.builds(
        _chain, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=5), st.integers(0, 4)
    ) | st.builds(plan.Negate, operand=inner)


def _chain(op: Literal["and", "or"], parts: list[PlanExpression], at: int) -> PlanExpression:
    """Return parts that are joined, nested from the left up to a part and from the right after it."""
    first, rest = parts[: at + 1], parts[at + 1 :]
    joined = reduce(lambda left, right: plan.Connective(op=op, left=left, right=right), first)
    if not rest:
        return joined
    tail = reduce(lambda right, left: plan.Connective(op=op, left=left, right=right), reversed(rest))
    return plan.Connective(op=op, left=joined, right=tail)


conditions = st.recursive(tests, _chains, max_leaves=6)


@dataclass(frozen=True)
class Record:
    """A record, and what its references lead to."""

    fields: Mapping[str, Value]
    others: Mapping[str, Value]
    today: dt.date = TODAY
    row: Mapping[str, Value] = field(default_factory=dict)

    def follow(self, reference: Value, name: str) -> Value:
        """Return a field of the one other record there is."""
        return self.others.get(name) if isinstance(reference, Ref) else None


def walk(node: PlanExpression, record: Record) -> Any:
    """Return what an expression means, with nothing prepared."""
    match node:
        case plan.Constant():
            return from_json(node.value)
        case plan.FieldRead():
            value = empty(record.fields.get(node.path[0]))
            for name in node.path[1:]:
                value = empty(record.follow(value, name))
            return value
        case plan.StageTest():
            stage = walk(plan.FieldRead(path=node.path), record)
            return isinstance(stage, str) and stage.strip() in node.stages
        case plan.TextOf():
            return empty("".join(text(walk(part, record)) for part in node.parts).strip())
        case plan.Negate():
            return walk(node.operand, record) is not True
        case plan.Minus():
            operand = number(walk(node.operand, record))
            return None if operand is None else 0 - operand
        case plan.Connective(op="and"):
            return walk(node.left, record) is True and walk(node.right, record) is True
        case plan.Connective():
            return walk(node.left, record) is True or walk(node.right, record) is True
        case plan.Comparison():
            return compare(node.op, walk(node.left, record), walk(node.right, record), node.as_type)
        case plan.Arithmetic():
            return calculate(node, walk(node.left, record), walk(node.right, record))
        case plan.Coalesce():
            left = empty(walk(node.left, record))
            return walk(node.right, record) if left is None else left
        case plan.Among():
            operand = walk(node.operand, record)
            found = any(compare("==", operand, walk(option, record), node.as_type) for option in node.options)
            return found is not node.negated
        case plan.Emptiness():
            return (empty(walk(node.operand, record)) is None) is not node.negated
        case plan.Created():
            return True
        case plan.Choose():
            return walk(node.then if walk(node.condition, record) is True else node.otherwise, record)
        case plan.BuiltinCall():
            builtin = BUILTINS[node.function]
            arguments = [walk(argument, record) for argument in node.arguments]
            return builtin.compute(*([record.today] if builtin.needs_today else []), *arguments)
        case plan.TableCall():
            return look_up(node, walk(node.argument, record))


def empty(value: Any) -> Any:
    """Return None for what counts as empty."""
    return None if isinstance(value, str | tuple) and not value else value


def text(value: Any) -> str:
    """Return a value as it stands in a text."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return value.isoformat(sep=" ").replace("+00:00", "Z")
        case Ref():
            return f"{value.module}/{value.id}"
        case tuple():
            return ", ".join(value)
        case _:
            return str(value)


def number(value: Any) -> Any:
    """Return a finite number, else None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        return None
    return value


def form(value: Any, kind: FieldType) -> Any:
    """Return the form in which a value is compared: numbers by their value, all else canonical."""
    if isinstance(kind, NUMBERS):
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return value if is_number else empty(text(value))
    return canonical(value, kind)


def compare(op: str, left: Any, right: Any, kind: FieldType) -> bool:
    """Compare by canonical forms; what cannot be compared is different."""
    one, other = form(left, kind), form(right, kind)
    operation = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le}.get(op)
    if op in {">", ">="}:
        return compare("<" if op == ">" else "<=", right, left, kind)
    assert operation is not None
    if op in {"<", "<="} and (one is None or other is None):
        return False
    try:
        return bool(operation(one, other))
    except (TypeError, ArithmeticError):
        return op == "!="


def calculate(node: plan.Arithmetic, left: Any, right: Any) -> Any:
    """Return an exact result, or empty."""

    def is_day(value: Any) -> bool:
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)

    if node.result == "days":
        return (left - right).days if is_day(left) and is_day(right) else None
    if node.result == "date":
        if node.op == "+" and not is_day(left):
            left, right = right, left
        days = number(right)
        if not is_day(left) or days is None or days != int(days) or abs(days) >= 10**9:
            return None
        try:
            return left + dt.timedelta(days=int(days) * (-1 if node.op == "-" else 1))
        except OverflowError:
            return None
    one, other = number(left), number(right)
    if one is None or other is None or (node.op == "/" and not other):
        return None
    with localcontext() as context:
        context.prec = 28 if node.op == "/" else 400
        operations = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
        return operations[node.op](Decimal(one), Decimal(other))


def look_up(node: plan.TableCall, value: Any) -> Any:
    """Return the answer of the row that stands for a value."""
    if node.table == "unknown":
        return None

    def same(key: Any) -> bool:
        if empty(key) is None or empty(value) is None:
            return empty(key) is None and empty(value) is None
        if isinstance(key, str) and isinstance(value, str):
            return canonical(key, TextType()) == canonical(value, TextType())
        if isinstance(key, bool) or isinstance(value, bool):
            return key is value
        return compare("==", key, value, ReferenceType(modules=()))

    rows = TABLE.right if node.direction == "right" else TABLE.left
    for key, answer in rows:
        if same(from_json(key)):
            return from_json(answer)
    return "rest" if node.direction == "left" and empty(value) is not None else None


def agree(one: Any, other: Any) -> bool:
    """Return whether two results are the same, true told from 1."""
    if isinstance(one, Decimal) and isinstance(other, Decimal) and (one.is_nan() or other.is_nan()):
        return str(one) == str(other)
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


@settings(derandomize=True, max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(expressions, st.lists(records, min_size=1, max_size=3), records)
def test_evaluation(expression: PlanExpression, several: list[dict[str, Value]], others: dict[str, Value]) -> None:
    """A compiled expression never raises and answers what the walk over its tree does, whatever was asked before."""
    evaluate = compile_expression(expression, {"known": TABLE})
    for fields in [*several, *several]:
        record = Record(fields, others)
        assert agree(evaluate(fields, record), walk(expression, record))


@settings(derandomize=True, max_examples=1200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions, st.lists(close, min_size=2, max_size=6))
def test_conditions(condition: PlanExpression, several: list[dict[str, Value]]) -> None:
    """So does a condition made of tests of fields, joined however."""
    evaluate = compile_expression(condition, {})
    for fields in several:
        record = Record(fields, {})
        assert agree(evaluate(fields, record), walk(condition, record))
