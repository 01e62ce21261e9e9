"""Expression nodes of a rule file, as written: no types, no resolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from syncdsl.diagnostics import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """What every node has: its span, which takes no part in equality, so `parse(format(x)) == parse(x)` is a test."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLiteral(_Node):
    """`"…"` without placeholders; `value` is unescaped."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLiteral(_Node):
    """`1`, `1.50`, `100_000`: `value` keeps the written digits after the point; `whole` when there is no point."""

    value: Decimal
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DateLiteral(_Node):
    """`2026-01-31`."""

    value: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanLiteral(_Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyLiteral(_Node):
    """`empty` as a value."""


class StageClassName(Enum):
    """The words `won`, `lost` and `open`."""

    WON = "won"
    LOST = "lost"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageClass(_Node):
    """`won`, `lost` or `open`, compared with a stage."""

    value: StageClassName


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(_Node):
    """`Account_Name` or `deal.Owner.email`: the parts without backticks, and the span of each part."""

    parts: tuple[str, ...]
    part_spans: tuple[Span, ...] = field(compare=False, repr=False)

    @property
    def text(self) -> str:
        """The dotted form."""
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterpolatedText(_Node):
    """`"{First_Name} {Last_Name}"`: literal pieces and expressions in order."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(_Node):
    """A call of a builtin or a table."""

    function: str
    function_span: Span = field(compare=False, repr=False)
    arguments: tuple[Expression, ...]


class UnaryOperator(Enum):
    """Operators before an operand."""

    NOT = "not"
    MINUS = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(_Node):
    """`not x` or `-x`."""

    operator: UnaryOperator
    operand: Expression


class BinaryOperator(Enum):
    """Operators between two operands."""

    OR = "or"
    AND = "and"
    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    COALESCE = "??"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(_Node):
    """`a + b`, `a == b`, `a ?? b`, `a and b`."""

    operator: BinaryOperator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(_Node):
    """`x in ("EU", "UK")`; `not x in (…)` is a `Unary` around it, `x not in (…)` has `negated`."""

    operand: Expression
    options: tuple[Expression, ...]
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptinessTest(_Node):
    """`x is empty` and `x is not empty`."""

    operand: Expression
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTest(_Node):
    """`deal is created`: only as the whole condition of a `when`."""

    operand: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(_Node):
    """`if c then a else b`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class BadExpression(_Node):
    """A placeholder where recovery found no expression; every check passes over it."""


Expression: TypeAlias = (
    TextLiteral
    | NumberLiteral
    | DateLiteral
    | BooleanLiteral
    | EmptyLiteral
    | StageClass
    | Path
    | InterpolatedText
    | Call
    | Unary
    | Binary
    | Membership
    | EmptinessTest
    | CreatedTest
    | Conditional
    | BadExpression
)
