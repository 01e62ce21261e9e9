"""Expressions of a plan: names resolved, types settled, nothing left to look up but data."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from syncdsl.schema.model import Model
from syncdsl.schema.snapshot import StageClass
from syncdsl.schema.types import FieldType


class Constant(Model):
    """A value in the form of `schema.values.to_json`; None is empty."""

    op: Literal["constant"] = "constant"
    value: Any = None


class FieldRead(Model):
    """A field of the record at hand; with more than one name, each but the last is a reference to step through."""

    op: Literal["field"] = "field"
    path: tuple[str, ...]


class RowRead(Model):
    """A field of the row at hand, in the lines of a document that are made one for each row."""

    op: Literal["row"] = "row"
    path: tuple[str, ...]


class StageTest(Model):
    """Whether the stage in `path` is of a class; `stages` are the values of that class in the schema snapshot."""

    op: Literal["stage"] = "stage"
    path: tuple[str, ...]
    stage_class: StageClass
    stages: tuple[str, ...]


class TextOf(Model):
    """Pieces joined into one text; an empty piece adds nothing."""

    op: Literal["text"] = "text"
    parts: tuple[PlanExpression, ...]


class Negate(Model):
    """`not x`."""

    op: Literal["not"] = "not"
    operand: PlanExpression


class Minus(Model):
    """`-x`; empty stays empty."""

    op: Literal["minus"] = "minus"
    operand: PlanExpression


class Connective(Model):
    """`a and b`, `a or b`: evaluated from the left, only as far as needed."""

    op: Literal["and", "or"]
    left: PlanExpression
    right: PlanExpression


class Comparison(Model):
    """A comparison of canonical forms of type `as_type`.

    Empty equals empty only; an order comparison with an empty side is false.
    """

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: PlanExpression
    right: PlanExpression
    as_type: FieldType


class Arithmetic(Model):
    """`+ - * /` on numbers, exact; with an empty side, or divided by zero, empty.

    `result` says what comes out: `date` for a date plus or minus days, `days` for the difference of two dates.
    """

    op: Literal["+", "-", "*", "/"]
    left: PlanExpression
    right: PlanExpression
    result: Literal["number", "date", "days"] = "number"


class Coalesce(Model):
    """`a ?? b`: the first that is not empty."""

    op: Literal["??"] = "??"
    left: PlanExpression
    right: PlanExpression


class Among(Model):
    """`x in (…)` by canonical forms of type `as_type`."""

    op: Literal["in"] = "in"
    operand: PlanExpression
    options: tuple[PlanExpression, ...]
    negated: bool = False
    as_type: FieldType


class Emptiness(Model):
    """`x is empty`, `x is not empty`."""

    op: Literal["empty"] = "empty"
    operand: PlanExpression
    negated: bool = False


class Created(Model):
    """`deal is created`: true for every record that exists."""

    op: Literal["created"] = "created"


class Choose(Model):
    """`if c then a else b`."""

    op: Literal["if"] = "if"
    condition: PlanExpression
    then: PlanExpression
    otherwise: PlanExpression


class BuiltinCall(Model):
    """A builtin function by name."""

    op: Literal["call"] = "call"
    function: str
    arguments: tuple[PlanExpression, ...]


class TableCall(Model):
    """A table read to the right (left values to right values) or to the left."""

    op: Literal["table"] = "table"
    table: str
    direction: Literal["right", "left"]
    argument: PlanExpression


PlanExpression: TypeAlias = Annotated[
    Constant
    | FieldRead
    | RowRead
    | StageTest
    | TextOf
    | Negate
    | Minus
    | Connective
    | Comparison
    | Arithmetic
    | Coalesce
    | Among
    | Emptiness
    | Created
    | Choose
    | BuiltinCall
    | TableCall,
    Field(discriminator="op"),
]

for _node in (
    TextOf,
    Negate,
    Minus,
    Connective,
    Comparison,
    Arithmetic,
    Coalesce,
    Among,
    Emptiness,
    Choose,
    BuiltinCall,
    TableCall,
):
    _node.model_rebuild()
