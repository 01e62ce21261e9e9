"""How types relate: what can be compared, and what fits where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

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

if TYPE_CHECKING:
    from syncdsl.schema.values import Value

Family = Literal["text", "number", "date", "datetime", "boolean", "reference", "choices", "rows"]


def family(kind: FieldType) -> Family:
    """Return the family of a type: types of one family can be compared."""
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType() | IdType() | ChoiceType():
            return "text"
        case IntegerType() | DecimalType() | MoneyType():
            return "number"
        case DateType():
            return "date"
        case DateTimeType():
            return "datetime"
        case BooleanType():
            return "boolean"
        case ReferenceType():
            return "reference"
        case ChoicesType():
            return "choices"
        case RowsType():
            return "rows"


def family_of_value(value: Value) -> Family | None:
    """Return the family that a literal value belongs to; empty belongs to every one."""
    match value:
        case bool():
            return "boolean"
        case int() | Decimal():
            return "number"
        case str():
            return "text"
        case dt.datetime():
            return "datetime"
        case dt.date():
            return "date"
        case _:
            return None


def common(left: FieldType, right: FieldType) -> FieldType | None:
    """Return the type in which two values are compared or alternatives stand together; None when there is none."""
    if left == right:
        return left
    if family(left) != family(right):
        return None
    match family(left):
        case "number":
            return DecimalType()
        case "text":
            # The stricter canonical form of the two decides; plain text gives way.
            return right if isinstance(left, TextType) and not isinstance(right, ChoiceType) else left
        case "reference":
            assert isinstance(left, ReferenceType)  # noqa: S101 - its family says so; this tells the type checker
            assert isinstance(right, ReferenceType)  # noqa: S101 - the same
            return ReferenceType(modules=tuple(dict.fromkeys((*left.modules, *right.modules))))
        case _:
            return left


def alternatives(left: FieldType, right: FieldType) -> FieldType | None:
    """Return the type of a value that is of one of two types."""
    if left == right:
        return left
    if family(left) == "text" == family(right):
        if isinstance(left, ChoiceType) and isinstance(right, ChoiceType):
            return ChoiceType(options=tuple(dict.fromkeys((*left.options, *right.options))))
        lengths = [length_of(left), length_of(right)]
        return TextType(length=None if None in lengths else max(length for length in lengths if length is not None))
    return common(left, right)


def length_of(kind: FieldType) -> int | None:
    """Return the greatest length of a text-like value, where it is known."""
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType():
            return kind.length
        case ChoiceType():
            return max((len(option) for option in kind.options), default=0)
        case IdType():
            return 50
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a type fits a field: always, perhaps (judged per value, `note` says why), or never (`problem`)."""

    note: str | None = None
    problem: str | None = None
    choice: bool = False


def fits(kind: FieldType, target: FieldType, constant: Value = None) -> Fit:
    """Judge whether a value of type `kind` fits `target`; a constant's own value is judged right here."""
    match target:
        case TextType() | EmailType() | PhoneType() | UrlType():
            return _fits_text(kind, target, constant)
        case ChoiceType():
            return _fits_choice(kind, target, constant)
        case MoneyType() | DecimalType():
            return _fits_number(kind, target) if family(kind) == "number" else _never(kind, target)
        case IntegerType():
            return _fits_number(kind, target) if isinstance(kind, IntegerType) else _never(kind, target)
        case IdType():
            return Fit() if family(kind) == "text" else _never(kind, target)
        case BooleanType() | DateType() | DateTimeType() | ReferenceType() | ChoicesType() | RowsType():
            return Fit() if family(kind) == family(target) else _never(kind, target)


def _never(kind: FieldType, target: FieldType) -> Fit:
    return Fit(problem=f"{describe(kind)} does not fit {describe(target)}")


def _fits_text(kind: FieldType, target: TextType | EmailType | PhoneType | UrlType, constant: Value) -> Fit:
    if family(kind) != "text":
        return _never(kind, target)
    if isinstance(constant, str):
        if target.length is not None and len(constant) > target.length:
            return Fit(problem=f"{len(constant)} characters are too long for {describe(target)}")
        return Fit()
    plain = isinstance(kind, TextType | IdType | ChoiceType)
    if not isinstance(target, TextType) and not plain and type(kind) is not type(target):
        return _never(kind, target)
    longest = length_of(kind)
    if target.length is not None and (longest is None or longest > target.length):
        return Fit(note=f"{describe(kind)} may be longer than {describe(target)}")
    return Fit()


def _fits_number(kind: FieldType, target: FieldType) -> Fit:
    """Judge numbers by what both types state: digits after the point, and digits before it."""
    (before, after), (most_before, most_after) = _digits(kind), _digits(target)
    if after is not None and most_after is not None and after > most_after:
        return Fit(note=f"{describe(kind)} may have more digits after the point than {describe(target)}")
    if before is not None and most_before is not None and before > most_before:
        return Fit(note=f"{describe(kind)} may have more digits than {describe(target)}")
    return Fit()


def _digits(kind: FieldType) -> tuple[int | None, int | None]:
    """Return the digits before and after the point, where they are known."""
    match kind:
        case IntegerType():
            return kind.digits, 0
        case DecimalType():
            return (kind.digits - (kind.scale or 0) if kind.digits is not None else None), kind.scale
        case MoneyType():
            return None, kind.scale
        case _:
            return None, None


def _fits_choice(kind: FieldType, target: ChoiceType, constant: Value) -> Fit:
    if family(kind) != "text":
        return _never(kind, target)
    if isinstance(constant, str):
        known = constant in target.options
        return Fit() if known else Fit(problem=f"`{constant}` is none of the choices", choice=True)
    if isinstance(kind, ChoiceType):
        strange = [option for option in kind.options if option not in target.options]
        if strange:
            shown = ", ".join(f"`{option}`" for option in strange[:4]) + (" …" if len(strange) > 4 else "")
            return Fit(problem=f"{shown} has no counterpart among the other side's choices", choice=True)
        return Fit()
    return Fit(note=f"{describe(kind)} may hold something else than {describe(target)}")
