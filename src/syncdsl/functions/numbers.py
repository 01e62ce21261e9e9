"""Builtins on numbers and amounts of money; an answer is money when an argument is."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from syncdsl.functions.builtin import Builtin, Example, Kind, Parameter
from syncdsl.functions.coercion import as_number, as_text, as_whole
from syncdsl.functions.currencies import check_currency, minor_units
from syncdsl.functions.exact import WIDE, multiply

if TYPE_CHECKING:
    from syncdsl.schema.values import Value

_MODES = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
    "ceiling": decimal.ROUND_CEILING,
    "floor": decimal.ROUND_FLOOR,
}
_X = Parameter(name="x", kind=Kind.NUMBER)
_MOST_DIGITS = 150


def _round(value: Value, digits: Value = 0, mode: Value = "half_up") -> Value:
    number, scale = as_number(value), as_whole(digits)
    rounding = _MODES.get(mode) if isinstance(mode, str) else None
    if number is None or scale is None or rounding is None:
        return None
    if scale > _MOST_DIGITS:  # more digits than any number here has
        return number
    unit = Decimal(1).scaleb(-max(scale, -_MOST_DIGITS), WIDE)
    rounded = Decimal(number).quantize(unit, rounding=rounding, context=WIDE)
    if not rounded.is_finite():  # too large to have such digits, so there are none to round
        return number
    plain = rounded.quantize(Decimal(1), context=WIDE) if scale < 0 else rounded
    shown = plain if plain.is_finite() else rounded
    return shown or shown.copy_abs()


def _absolute(value: Value) -> Value:
    number = as_number(value)
    if number is None:
        return None
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def _least(*values: Value) -> Value:
    numbers = [number for number in map(as_number, values) if number is not None]
    return min(numbers) if numbers and len(numbers) == len(values) else None


def _greatest(*values: Value) -> Value:
    numbers = [number for number in map(as_number, values) if number is not None]
    return max(numbers) if numbers and len(numbers) == len(values) else None


@cache
def _grouped(mark: str) -> re.Pattern[str]:
    """Return the form of numbers: groups are parted by a space of some width, an apostrophe, or the other mark."""
    group = "," if mark == "." else "."
    return re.compile(
        r"([+\-\u2212]?)"
        rf"([0-9]{{1,3}}(?:([ \u00a0\u202f'\u2019{group}])[0-9]{{3}}(?:\3[0-9]{{3}})*)?|[0-9]+)"
        rf"(?:[{mark}]([0-9]+))?"
    )


def _number(value: Value, mark: Value = ".") -> Value:
    text = as_text(value)
    form = _grouped(mark) if isinstance(mark, str) and mark in {".", ","} else None
    found = form.fullmatch(text.strip()) if text and form is not None else None
    if found is None or len(found[0]) > _MOST_DIGITS:
        return None
    whole = "".join(character for character in found[2] if character.isdigit())
    number = Decimal(f"{whole}.{found[4]}" if found[4] else whole)
    return number.copy_negate() if found[1] in {"-", "\u2212"} and number else number


def _convert(amount: Value, currency: Value, rate: Value) -> Value:
    number, factor = as_number(amount), as_number(rate)
    digits = minor_units().get(currency) if isinstance(currency, str) else None
    if number is None or factor is None or digits is None or factor <= 0:
        return None
    return _round(multiply(number, factor), digits)


ROUND = Builtin(
    name="round",
    parameters=(
        _X,
        Parameter(name="digits", kind=Kind.NUMBER, optional=True, whole=True),
        Parameter(name="mode", kind=Kind.TEXT, optional=True, choices=tuple(_MODES)),
    ),
    result=Kind.NUMBER,
    doc=(
        "The number with `digits` digits after the point (0 when left out; negative ones round to tens, hundreds). "
        'A half goes away from zero (`"half_up"`) unless `mode` says otherwise: `"half_even"` to the even neighbour, '
        '`"up"` and `"down"` away from and to zero, `"ceiling"` and `"floor"` to the greater and the lesser.'
    ),
    examples=(
        Example(arguments=(Decimal("2.345"), 2), result=Decimal("2.35")),
        Example(arguments=(Decimal("2.345"), 2, "half_even"), result=Decimal("2.34")),
        Example(arguments=(Decimal("-2.5"),), result=Decimal(-3)),
        Example(arguments=(Decimal("2.5"), 2), result=Decimal("2.50")),
        Example(arguments=(1250, -2, "down"), result=Decimal(1200)),
        Example(arguments=(None, 2), result=None),
    ),
    compute=_round,
    scale_parameter=1,
)
ABS = Builtin(
    name="abs",
    parameters=(_X,),
    result=Kind.NUMBER,
    doc="The number without its sign.",
    examples=(
        Example(arguments=(Decimal("-12.50"),), result=Decimal("12.50")),
        Example(arguments=(3,), result=3),
        Example(arguments=(None,), result=None),
    ),
    compute=_absolute,
)
MIN = Builtin(
    name="min",
    parameters=(_X, Parameter(name="y", kind=Kind.NUMBER, repeated=True)),
    result=Kind.NUMBER,
    doc="The least of the numbers; empty when one of them is empty.",
    examples=(
        Example(arguments=(3, Decimal("2.5"), 4), result=Decimal("2.5")),
        Example(arguments=(3, None), result=None),
    ),
    compute=_least,
)
MAX = Builtin(
    name="max",
    parameters=(_X, Parameter(name="y", kind=Kind.NUMBER, repeated=True)),
    result=Kind.NUMBER,
    doc="The greatest of the numbers; empty when one of them is empty.",
    examples=(
        Example(arguments=(3, Decimal("2.5"), 4), result=4),
        Example(arguments=(None, 0), result=None),
    ),
    compute=_greatest,
)

NUMBER = Builtin(
    name="number",
    parameters=(
        Parameter(name="text", kind=Kind.TEXT),
        Parameter(name="mark", kind=Kind.TEXT, optional=True, choices=(".", ",")),
    ),
    result=Kind.NUMBER,
    doc=(
        "The number that a text is. `mark` stands before the digits after the point (`.` when left out). Groups of "
        "three digits may be parted by spaces, apostrophes, or the mark that is not `mark`; the same everywhere, "
        "whatever the language of the computer. Empty when the text is anything else."
    ),
    examples=(
        Example(arguments=("1250",), result=Decimal(1250)),
        Example(arguments=("1,250.50",), result=Decimal("1250.50")),
        Example(arguments=("1.250,50", ","), result=Decimal("1250.50")),
        Example(arguments=("-12",), result=Decimal(-12)),
        Example(arguments=("12,5",), result=None),
        Example(arguments=("12 pieces",), result=None),
        Example(arguments=(None,), result=None),
    ),
    compute=_number,
)
CONVERT = Builtin(
    name="convert",
    parameters=(
        Parameter(name="amount", kind=Kind.NUMBER),
        Parameter(name="currency", kind=Kind.TEXT, check=check_currency),
        Parameter(name="rate", kind=Kind.NUMBER),
    ),
    result=Kind.MONEY,
    doc=(
        "The amount in another currency (an ISO 4217 code): the amount times `rate`, rounded to the digits that the "
        "currency has, a half away from zero. The rate comes from the rule or a field, never from elsewhere. Empty "
        "when there is no such currency, or the rate is not above zero."
    ),
    examples=(
        Example(arguments=(Decimal("100.00"), "EUR", Decimal("0.9231")), result=Decimal("92.31")),
        Example(arguments=(Decimal("100.00"), "JPY", Decimal("162.555")), result=Decimal(16256)),
        Example(arguments=(Decimal("100.00"), "EUR", 0), result=None),
        Example(arguments=(Decimal("100.00"), "EUR", None), result=None),
    ),
    compute=_convert,
)

BUILTINS: tuple[Builtin, ...] = (ROUND, ABS, MIN, MAX, NUMBER, CONVERT)
