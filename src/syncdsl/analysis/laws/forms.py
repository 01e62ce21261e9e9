"""What an expression does to one field: the forms whose inverse is known.

Everything here is under one assumption, that the field is not empty, and says nothing unless it holds for every value.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from syncdsl.analysis.kinds import family, length_of
from syncdsl.functions.coercion import as_number
from syncdsl.plan.expressions import (
    Arithmetic,
    BuiltinCall,
    Choose,
    Coalesce,
    Constant,
    Emptiness,
    FieldRead,
    Minus,
    Negate,
    TableCall,
    TextOf,
)
from syncdsl.schema.types import DecimalType, IntegerType, MoneyType
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from syncdsl.plan.expressions import PlanExpression
    from syncdsl.schema.types import FieldType

_MOST_DIGITS = 28
"""Where division, and the canonical form of a number, stop."""
_UNKNOWN_DIGITS = 18
"""The digits of numbers whose field states none."""


@dataclass(frozen=True, slots=True)
class Same:
    """The value itself, in its canonical form."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """`factor * x + offset`, exact: at most `scale` digits after the point (None: unknown), `digits` in all."""

    factor: Fraction
    offset: Fraction
    scale: int | None
    digits: int


@dataclass(frozen=True, slots=True)
class Shifted:
    """A date so many days later."""

    days: int


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer of a table."""

    table: str
    direction: Literal["right", "left"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Nothing known; `part` is the innermost expression that nothing is known of."""

    part: PlanExpression


Form: TypeAlias = Same | Scaled | Shifted | Looked | Doubt


def inverse(out: Form, back: Form) -> bool:
    """Return whether `back` undoes `out` for every value; of tables this holds for the rows that go both ways."""
    match out, back:
        case Same(), Same():
            return True
        case Scaled(), Scaled():
            return out.factor * back.factor == 1 and back.factor * out.offset + back.offset == 0
        case Shifted(), Shifted():
            return out.days + back.days == 0
        case Looked(), Looked():
            return out.table == back.table and out.direction != back.direction
        case _:
            return False


def reduced(expression: PlanExpression, own: tuple[str, ...]) -> PlanExpression:
    """Return an expression without the branches that are never taken when the field `own` is not empty."""
    match expression:
        case Coalesce():
            left = reduced(expression.left, own)
            return left if _never_empty(left, own) else Coalesce(left=left, right=reduced(expression.right, own))
        case Choose():
            then, otherwise = reduced(expression.then, own), reduced(expression.otherwise, own)
            decided = _decided(expression.condition, own)
            if decided is not None or then == otherwise:
                return otherwise if decided is False else then
            return Choose(condition=expression.condition, then=then, otherwise=otherwise)
        case TextOf():
            return TextOf(parts=tuple(reduced(part, own) for part in expression.parts))
        case Minus():
            return Minus(operand=reduced(expression.operand, own))
        case Arithmetic():
            left, right = reduced(expression.left, own), reduced(expression.right, own)
            return expression.model_copy(update={"left": left, "right": right})
        case BuiltinCall():
            arguments = tuple(reduced(argument, own) for argument in expression.arguments)
            return expression.model_copy(update={"arguments": arguments})
        case TableCall():
            return expression.model_copy(update={"argument": reduced(expression.argument, own)})
        case _:
            return expression


def _decided(condition: PlanExpression, own: tuple[str, ...]) -> bool | None:
    match condition:
        case Emptiness(operand=FieldRead(path=path)) if path == own:
            return condition.negated
        case Negate():
            operand = _decided(condition.operand, own)
            return None if operand is None else not operand
        case Constant(value=bool() as value):
            return value
        case _:
            return None


def _never_empty(expression: PlanExpression, own: tuple[str, ...]) -> bool:
    match expression:
        case FieldRead():
            return expression.path == own
        case Constant():
            return expression.value not in {None, ""}
        case Coalesce():
            return _never_empty(expression.left, own) or _never_empty(expression.right, own)
        case Choose():
            return _never_empty(expression.then, own) and _never_empty(expression.otherwise, own)
        case BuiltinCall(function="trim" | "upper" | "lower", arguments=(argument,)):
            return _never_empty(argument, own)
        case Emptiness() | Negate():
            return True
        case _:
            return False


def form_of(expression: PlanExpression, own: tuple[str, ...], kind: FieldType) -> Form:
    """Return the form of a reduced expression over the field `own`, which is of type `kind`."""
    match expression:
        case FieldRead() if expression.path == own:
            return _field(kind)
        case TextOf(parts=(only,)) | BuiltinCall(function="trim", arguments=(only,)):
            found = form_of(only, own, kind)
            return found if isinstance(found, Same | Doubt) and family(kind) == "text" else Doubt(expression)
        case BuiltinCall(function="truncate", arguments=(only, Constant() as limit)):
            found, longest, most = form_of(only, own, kind), length_of(kind), as_number(from_json(limit.value))
            fits = longest is not None and most is not None and longest <= most
            return found if isinstance(found, Doubt) or (isinstance(found, Same) and fits) else Doubt(expression)
        case BuiltinCall(function="round", arguments=(only, *rest)):
            found, digits = form_of(only, own, kind), _number(rest[0]) if rest else Decimal(0)
            if isinstance(found, Scaled):
                kept = found.scale is not None and digits is not None and found.scale <= digits
                return found if kept else Doubt(expression)
            return found if isinstance(found, Doubt) else Doubt(expression)
        case BuiltinCall(function="add_days", arguments=(date, days)):
            return _shifted(form_of(date, own, kind), _number(days), 1, expression)
        case Minus():
            return _times(form_of(expression.operand, own, kind), Decimal(-1), expression)
        case Arithmetic():
            return _calculated(expression, own, kind)
        case TableCall():
            found = form_of(expression.argument, own, kind)
            if isinstance(expression.argument, FieldRead) and expression.argument.path == own:
                return Looked(expression.table, expression.direction)
            return Looked(expression.table, expression.direction) if isinstance(found, Same) else Doubt(expression)
        case Coalesce():
            # What a table has no row for is the default's, and what a default loses is known.
            found = form_of(expression.left, own, kind)
            return found if isinstance(found, Looked) else Doubt(expression)
        case _:
            return Doubt(expression)


def _field(kind: FieldType) -> Form:
    match kind:
        case IntegerType():
            return Scaled(Fraction(1), Fraction(0), 0, kind.digits or _UNKNOWN_DIGITS)
        case DecimalType():
            return Scaled(Fraction(1), Fraction(0), kind.scale, kind.digits or _UNKNOWN_DIGITS)
        case MoneyType():
            return Scaled(Fraction(1), Fraction(0), kind.scale, _UNKNOWN_DIGITS)
        case _:
            return Shifted(0) if family(kind) == "date" else Same()


def _number(expression: PlanExpression) -> Decimal | None:
    """Return the number that a literal is, with its sign."""
    match expression:
        case Constant():
            number = as_number(from_json(expression.value))
            return None if number is None else Decimal(number)
        case Minus():
            operand = _number(expression.operand)
            return None if operand is None else operand.copy_negate()
        case _:
            return None


def _calculated(expression: Arithmetic, own: tuple[str, ...], kind: FieldType) -> Form:
    left, right = expression.left, expression.right
    one, other = _number(left), _number(right)
    if expression.result == "days" or (one is None) is (other is None):
        return Doubt(expression)
    inner, constant = (left, other) if one is None else (right, one)
    assert constant is not None  # noqa: S101 - exactly one side is a literal; this tells the type checker
    found = form_of(inner, own, kind)
    if expression.result == "date":
        return _shifted(found, constant, -1 if expression.op == "-" else 1, expression)
    match expression.op:
        case "+":
            return _plus(found, constant, expression)
        case "-" if one is None:
            return _plus(found, constant.copy_negate(), expression)
        case "-":
            return _plus(_times(found, Decimal(-1), expression), constant, expression)
        case "*":
            return _times(found, constant, expression)
        case _:
            return _over(found, constant, expression) if one is None else Doubt(expression)


def _shifted(found: Form, days: Decimal | None, sign: int, whole: PlanExpression) -> Form:
    if isinstance(found, Shifted) and days is not None and days == days.to_integral_value():
        return Shifted(found.days + sign * int(days))
    return found if isinstance(found, Doubt) else Doubt(whole)


def _plus(found: Form, constant: Decimal, whole: PlanExpression) -> Form:
    if not isinstance(found, Scaled):
        return found if isinstance(found, Doubt) else Doubt(whole)
    scale = None if found.scale is None else max(found.scale, _decimals(Fraction(constant)) or 0)
    digits = found.digits + len(constant.as_tuple().digits) + 1
    return _within(Scaled(found.factor, found.offset + Fraction(constant), scale, digits), whole)


def _times(found: Form, constant: Decimal, whole: PlanExpression) -> Form:
    if not isinstance(found, Scaled) or not constant:
        return found if isinstance(found, Doubt) else Doubt(whole)
    factor = Fraction(constant)
    scale = None if found.scale is None else _scale_of(found.scale, factor)
    digits = found.digits + len(constant.as_tuple().digits) - (1 if abs(factor) == 1 else 0)
    return _within(Scaled(found.factor * factor, found.offset * factor, scale, digits), whole)


def _over(found: Form, constant: Decimal, whole: PlanExpression) -> Form:
    """Return the form of a division, which is exact only where the quotient ends."""
    if not isinstance(found, Scaled) or not constant:
        return found if isinstance(found, Doubt) else Doubt(whole)
    factor = 1 / Fraction(constant)
    more = _decimals(factor)
    if more is None:
        return Doubt(whole)
    scale = None if found.scale is None else found.scale + more
    return _within(Scaled(found.factor * factor, found.offset * factor, scale, found.digits + more + 1), whole)


def _within(found: Scaled, whole: PlanExpression) -> Form:
    return found if found.digits <= _MOST_DIGITS else Doubt(whole)


def _scale_of(scale: int, factor: Fraction) -> int:
    """Return the digits after the point of a number with `scale` of them, times a factor that ends."""
    return _decimals(factor / 10**scale) or 0


def _decimals(number: Fraction) -> int | None:
    """Return the digits after the point of a fraction; None when it has no end."""
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None
