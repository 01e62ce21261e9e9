"""What would make a condition pass, in words and in values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from syncdsl.plan import expressions as plan
from syncdsl.plan.explaining import explain, facts_of
from syncdsl.plan.pairs import TablePlan
from syncdsl.plan.passing import ways_to_pass
from syncdsl.schema.snapshot import StageClass
from syncdsl.schema.types import BooleanType, ChoiceType, DateType, IdType, MoneyType, TextType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

KINDS: Mapping[str, FieldType] = {
    "Stage": ChoiceType(options=("Open", "Closed Won", "Won again", "Lost")),
    "Name": TextType(),
    "Amount": MoneyType(),
    "Due": DateType(),
    "Ready": BooleanType(),
    "id": IdType(),
}
TABLES = {"kind": TablePlan(right=(("goods", "G"), ("work", "W")), right_rest="X", has_right_rest=True)}
WON = plan.StageTest(path=("Stage",), stage_class=StageClass.WON, stages=("Closed Won", "Won again"))


class Today:
    """A scope without references."""

    row: Mapping[str, Value] = MappingProxyType({})
    today = dt.date(2026, 5, 1)

    def follow(self, reference: Value, name: str) -> Value:  # noqa: ARG002 - there is nothing to follow
        """Lead nowhere."""
        return None


def read(*path: str) -> plan.FieldRead:
    return plan.FieldRead(path=path)


def compared(op: str, field: str, value: Any, kind: FieldType | None = None) -> plan.Comparison:
    facts = {"op": op, "left": read(field), "right": plan.Constant(value=value), "as_type": kind or TextType()}
    return plan.Comparison.model_validate(facts)


def both(op: str, left: PlanExpression, right: PlanExpression) -> plan.Connective:
    return plan.Connective.model_validate({"op": op, "left": left, "right": right})


EMPTY = plan.Emptiness(operand=read("Name"))
AMONG = plan.Among(
    operand=read("Name"), options=(plan.Constant(value="EU"), plan.Constant(value="UK")), as_type=TextType()
)
CALL = plan.BuiltinCall(function="starts_with", arguments=(read("Name"), plan.Constant(value="Ac")))
TABLE = plan.Comparison(
    op="==",
    left=plan.TableCall(table="kind", direction="right", argument=read("Name")),
    right=plan.Constant(value="W"),
    as_type=TextType(),
)


@pytest.mark.parametrize(
    ("condition", "fields", "words", "values"),
    [
        (WON, {"Stage": "Open"}, 'Stage becomes one of "Closed Won", "Won again"', {"Stage": "Closed Won"}),
        (plan.Negate(operand=WON), {"Stage": "Closed Won"}, "Stage becomes none of", {"Stage": "Open"}),
        (EMPTY, {"Name": "Acme"}, "Name is emptied", {"Name": None}),
        (plan.Negate(operand=EMPTY), {}, "Name is filled in", {"Name": "x"}),
        (AMONG, {"Name": "US"}, 'Name becomes one of "EU", "UK"', {"Name": "EU"}),
        (compared("==", "Name", "A"), {"Name": "B"}, 'Name becomes "A"', {"Name": "A"}),
        (compared("!=", "Name", "A"), {"Name": "A"}, 'Name becomes anything but "A"', {"Name": None}),
        (compared("==", "Name", None), {"Name": "B"}, "Name is emptied", {"Name": None}),
        (
            compared(">", "Amount", 1000, MoneyType()),
            {"Amount": Decimal(5)},
            "Amount becomes more than 1000",
            {"Amount": Decimal(1001)},
        ),
        (
            plan.Negate(operand=compared(">=", "Amount", 1000, MoneyType())),
            {"Amount": Decimal(1000)},
            "Amount becomes less than 1000, or empty",
            {"Amount": Decimal(999)},
        ),
        (
            compared("<", "Due", {"date": "2026-01-01"}, DateType()),
            {},
            "Due becomes less than 2026-01-01",
            {"Due": dt.date(2025, 12, 31)},
        ),
        (read("Ready"), {}, "Ready becomes true", {"Ready": True}),
        (TABLE, {"Name": "goods"}, 'kind(Name) becomes "W"', {"Name": "work"}),
        (CALL, {"Name": "Beta"}, '`starts_with(Name, "Ac")` becomes true', {"Name": "Ac"}),
        (
            both("and", WON, compared(">", "Amount", 10, MoneyType())),
            {"Stage": "Open", "Amount": Decimal(20)},
            'Stage becomes one of "Closed Won", "Won again"',
            {"Stage": "Closed Won"},
        ),
        (
            both("and", WON, compared(">", "Amount", 10, MoneyType())),
            {"Stage": "Open"},
            'Stage becomes one of "Closed Won", "Won again" and Amount becomes more than 10',
            {"Stage": "Closed Won", "Amount": Decimal(11)},
        ),
        (
            both("and", compared("!=", "Name", "A"), compared("!=", "Name", None)),
            {"Name": "A"},
            'Name becomes anything but "A"',
            {"Name": "x"},
        ),
    ],
)
def test_what_would_make_it_pass(
    condition: PlanExpression, fields: dict[str, Value], words: str, values: dict[str, Value]
) -> None:
    """Each kind of condition is said in plain words, with a value that does it."""
    (way,) = ways_to_pass(condition, fields, Today(), TABLES, KINDS.get)
    assert words in way.words
    assert way.values == values


def test_either_side_of_or_is_a_way() -> None:
    """Both are told, each with its own value."""
    condition = both("or", WON, EMPTY)
    ways = ways_to_pass(condition, {"Stage": "Open", "Name": "Acme"}, Today(), TABLES, KINDS.get)
    assert [way.values for way in ways] == [{"Stage": "Closed Won"}, {"Name": None}]


def test_what_nobody_can_change_is_said_in_words_alone() -> None:
    """A field of another record, the record's own id and a field that is only read have no value to suggest."""
    for condition in (
        plan.Emptiness(operand=read("Owner", "email"), negated=True),
        compared("==", "id", "7", IdType()),
        compared("==", "Formula", "7"),
    ):
        (way,) = ways_to_pass(condition, {"id": "8"}, Today(), TABLES, KINDS.get)
        assert way.words
        assert way.values == {}


def test_what_cannot_be_has_no_values() -> None:
    """Of a contradiction it is said what both sides need, and no value is made up."""
    condition = both("and", compared("==", "Name", "A"), compared("==", "Name", "B"))
    (way,) = ways_to_pass(condition, {}, Today(), TABLES, KINDS.get)
    assert (way.words, way.values) == ('Name becomes "A" and Name becomes "B"', {})


def test_what_a_condition_rests_on() -> None:
    """Each field once, in order, with its value as a rule writes it."""
    condition = both("or", both("and", WON, EMPTY), compared("==", "Name", "x"))
    found = explain(condition, {"Stage": "Open", "Name": 'a "b"'}, Today(), TABLES)
    assert facts_of(found) == 'Stage is "Open", Name is "a \\"b\\""'
    assert [part.value for part in found.operands] == [False, False]
