"""What is explained is what is decided, and what is suggested does what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.test_evaluation import (
    FIELDS,
    TABLE,
    Record,
    close,
    conditions,
    expressions,
    kinds,
    records,
    walk,
)

from syncdsl.plan import expressions as plan
from syncdsl.plan.evaluation import compile_expression
from syncdsl.plan.explaining import explain
from syncdsl.plan.passing import ways_to_pass
from syncdsl.schema.types import IntegerType

if TYPE_CHECKING:
    from syncdsl.plan.explaining import Explained
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Fields

TABLES = {"known": TABLE}
SLOW = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
types = st.fixed_dictionaries({name: kinds | st.none() for name in FIELDS})


@SLOW
@given(expressions | conditions, records | close, records)
def test_what_is_explained_is_what_is_decided(expression: PlanExpression, fields: Fields, others: Fields) -> None:
    """The value of an explanation is the evaluator's, and that of a plain walk over the tree."""
    record = Record(fields, others)
    found = explain(expression, fields, record, TABLES)
    assert repr(found.value) == repr(compile_expression(expression, TABLES)(fields, record))
    if not isinstance(expression, plan.BuiltinCall | plan.TableCall | plan.Arithmetic | plan.TextOf | plan.Minus):
        assert (found.value is True) == (walk(expression, record) is True)


@SLOW
@given(conditions, close)
def test_the_parts_say_what_the_whole_says(condition: PlanExpression, fields: Fields) -> None:
    """A connective is true when its parts say so: what is shown below a condition adds up to it."""
    found = explain(condition, fields, Record(fields, {}), TABLES)
    assert adds_up(condition, found)


def adds_up(condition: PlanExpression, found: Explained) -> bool:
    """Return whether connectives come out as the parts shown below them say."""
    truths = [one.value is True for one in found.operands]
    match condition:
        case plan.Connective():
            inner = adds_up(condition.left, found.operands[0]) and adds_up(condition.right, found.operands[1])
            return inner and found.value is (all(truths) if condition.op == "and" else any(truths))
        case plan.Negate():
            return adds_up(condition.operand, found.operands[0]) and found.value is not truths[0]
        case _:
            return True


@SLOW
@given(conditions | expressions, close | records, types, st.booleans())
def test_values_that_are_suggested_do_it(
    condition: PlanExpression,
    fields: Fields,
    known: dict[str, FieldType | None],
    wanted: bool,  # noqa: FBT001 - drawn
) -> None:
    """With the values of a way, the condition comes out as wanted; what comes out so already needs none."""
    record = Record(fields, {})
    evaluate = compile_expression(condition, TABLES)
    ways = ways_to_pass(condition, fields, record, TABLES, known.get, wanted=wanted)
    if (evaluate(fields, record) is True) is wanted:
        assert ways == ()
    for way in ways:
        assert way.words
        if way.values:
            assert (evaluate({**fields, **way.values}, record) is True) is wanted
            assert all(known[name] is not None for name in way.values)


@SLOW
@given(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.integers(-99, 99), st.integers(-99, 99), st.booleans())
def test_a_bound_is_always_met_by_a_value(op: str, bound: int, held: int, wanted: bool) -> None:  # noqa: FBT001 - drawn
    """Of a comparison with a number a value is always found: the bound itself, or its neighbour."""
    condition = plan.Comparison.model_validate(
        {"op": op, "left": plan.FieldRead(path=("a",)), "right": plan.Constant(value=bound), "as_type": IntegerType()}
    )
    fields: Fields = {"a": held}
    record = Record(fields, {})
    ways = ways_to_pass(condition, fields, record, TABLES, lambda _: IntegerType(), wanted=wanted)
    if (compile_expression(condition, TABLES)(fields, record) is True) is not wanted:
        (way,) = ways
        assert "a" in way.values
