"""Values that a field may hold: all of them where they are few, else some that tell expressions apart."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from syncdsl.schema.canonical import canonical
from syncdsl.schema.fitting import convert, misfit
from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
)
from syncdsl.schema.values import Ref

if TYPE_CHECKING:
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

_TEXTS = ("Acme", "acme pumps", "ACME", "a-b", "Doe, Jane", "12.50", "Straße 5", "x", "Xy", "0", "a - b.c / d")
_PHONES = ("+49 30 901820", "030 901820", "5551234")
_NUMBERS = tuple(map(Decimal, ("1", "7", "2.5", "0.01", "12.345", "-5", "0", "1200", "0.0001", "99999.99", "3")))
_DATES = (dt.date(2026, 5, 1), dt.date(2026, 1, 31), dt.date(1999, 12, 31), dt.date(2028, 2, 29))
_LONGEST = 3000


def is_finite(kind: FieldType) -> bool:
    """Return whether `samples_of` returns every value that a field of this type may hold."""
    return isinstance(kind, ChoiceType | BooleanType)


def samples_of(kind: FieldType) -> list[Value]:
    """Return values that a field may hold, none of them empty, the plainest first."""
    found = [convert(value, kind) for value in _candidates(kind)]
    return [value for value in found if canonical(value, kind) is not None and misfit(value, kind) is None]


def _candidates(kind: FieldType) -> list[Value]:
    match kind:
        case TextType():
            return [*_TEXTS, "x" * min(kind.length or _LONGEST, _LONGEST)]
        case EmailType():
            return ["jane@example.com", "Jane.Doe@example.com"]
        case PhoneType():
            return list(_PHONES)
        case UrlType():
            return ["https://example.com", "https://Example.com/A"]
        case IdType():
            return ["4711", "aB1"]
        case IntegerType():
            return [*(number for number in _NUMBERS if number == number.to_integral_value()), _largest(kind.digits, 0)]
        case DecimalType():
            return [*_NUMBERS, _largest(kind.digits, kind.scale or 0)]
        case MoneyType():
            return list(_NUMBERS)
        case BooleanType():
            return [True, False]
        case DateType():
            return list(_DATES)
        case DateTimeType():
            return [dt.datetime(2026, 5, 1, 9, 30, tzinfo=dt.UTC), dt.datetime(1999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)]
        case ChoiceType():
            return list(kind.options)
        case ChoicesType():
            return [*((option,) for option in kind.options), tuple(sorted(kind.options))]
        case ReferenceType():
            return [Ref(module, "1") for module in kind.modules]
        case RowsType():
            return []
        case _:
            assert_never(kind)


def _largest(digits: int | None, scale: int) -> Decimal:
    return Decimal("9" * (digits or 15)).scaleb(-scale)
