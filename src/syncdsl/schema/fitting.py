"""Whether a value fits a field: the same question for the engine, which writes it, and the laws of maps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from syncdsl.schema.types import (
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DecimalType,
    EmailType,
    FieldType,
    IdType,
    IntegerType,
    MoneyType,
    PhoneType,
    ReferenceType,
    RowsType,
    TextType,
    UrlType,
    describe,
)
from syncdsl.schema.values import PartnerOf, Ref, is_empty, show

if TYPE_CHECKING:
    from syncdsl.schema.values import Value


def convert(value: Value, kind: FieldType) -> Value:
    """Return a value in the field's own representation where that loses nothing; else the value as it is."""
    match kind:
        case MoneyType() | DecimalType():
            return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        case IntegerType():
            if isinstance(value, Decimal) and value == value.to_integral_value():
                return int(value)
            return value
        case TextType() | EmailType() | PhoneType() | UrlType() | IdType() | ChoiceType():
            if isinstance(value, Ref):
                return value.id
            return value if isinstance(value, str) else show(value) if not is_empty(value) else None
        case _:
            return value


def misfit(value: Value, kind: FieldType) -> str | None:
    """Return why a value does not fit a field, in words; None when it fits."""
    if is_empty(value):
        return None
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType():
            if not isinstance(value, str):
                return f"`{show(value)}` is not {describe(kind)}"
            if kind.length is not None and len(value) > kind.length:
                return f"{len(value)} characters are too long for {describe(kind)}"
            return None
        case ChoiceType():
            if value not in kind.options:
                return f"`{show(value)}` is none of the choices {', '.join(kind.options[:8])}"
            return None
        case ChoicesType():
            wrong = [item for item in value if item not in kind.options] if isinstance(value, tuple) else [show(value)]
            return f"`{wrong[0]}` is none of the choices {', '.join(kind.options[:8])}" if wrong else None
        case MoneyType() | DecimalType():
            return _number_misfit(value, kind.scale, kind.digits if isinstance(kind, DecimalType) else None, kind)
        case IntegerType():
            if not isinstance(value, int) or isinstance(value, bool):
                return f"`{show(value)}` is not a whole number"
            return f"`{value}` has too many digits" if kind.digits and len(str(abs(value))) > kind.digits else None
        case BooleanType():
            return None if isinstance(value, bool) else f"`{show(value)}` is not true or false"
        case DateTimeType():
            return None if isinstance(value, dt.datetime) else f"`{show(value)}` is not a date and time"
        case DateType():
            if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
                return None
            return f"`{show(value)}` is not a date"
        case ReferenceType():
            return None if isinstance(value, Ref | PartnerOf) else f"`{show(value)}` is not a reference"
        case RowsType() | IdType():
            return None


def _number_misfit(value: Value, scale: int | None, digits: int | None, kind: FieldType) -> str | None:
    if not isinstance(value, Decimal):
        return f"`{show(value)}` is not a number"
    if not value.is_finite():
        return f"`{value}` is not a number"
    exponent = value.normalize().as_tuple().exponent
    if scale is not None and isinstance(exponent, int) and -exponent > scale:
        return f"`{show(value)}` is too precise for {describe(kind)}"
    if digits is not None and value.adjusted() + 1 > digits - (scale or 0):
        return f"`{show(value)}` has too many digits for {describe(kind)}"
    return None
