"""Canonical forms: two values are the same exactly when their canonical forms are equal.

Every form is idempotent. Decimals never pass through floats. Null, "" and missing are one value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import lru_cache
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
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from syncdsl.schema.values import Value

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Takes zeros off a number of any length without rounding it."""
_MOST_ZEROS = 1000
SEPARATORS = str.maketrans("", "", " -()./")
"""What people put between the digits of a telephone number, and what makes no difference to it."""
_SPACES = re.compile(r"[^\S\n]+")


def canonical(value: Value, kind: FieldType) -> Value:
    """Return the canonical form of a field's value.

    A value that is not of the field's type (another system may hold anything) keeps its text form, so that a difference
    stays a difference.
    """
    if value is None or value in ("", ()):
        return None
    match kind:
        case TextType():
            return canonical_text(value) if isinstance(value, str) else value
        case UrlType() | IdType() | ChoiceType():
            return _stripped(value) if isinstance(value, str) else value
        case EmailType():
            return canonical_email(value) if isinstance(value, str) else value
        case PhoneType():
            return canonical_phone(value) if isinstance(value, str) else value
        case MoneyType():
            return _decimal(value, kind.scale)
        case DecimalType():
            return _decimal(value, kind.scale)
        case IntegerType():
            return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
        case DateTimeType():
            return value.astimezone(dt.UTC).replace(microsecond=0) if isinstance(value, dt.datetime) else value
        case ChoicesType():
            return tuple(sorted(str(item) for item in value)) if isinstance(value, tuple) else value
        case RowsType():
            return _rows(value, kind)
        case BooleanType() | DateType() | ReferenceType():
            return value


def canonical_form(kind: FieldType) -> Callable[[Value], Value]:
    """Return `canonical` for values of one type: what a field holds is told apart once, not by every call."""
    match kind:
        case TextType():
            of_text: Callable[[str], str | None] = canonical_text
        case UrlType() | IdType() | ChoiceType():
            of_text = _stripped
        case EmailType():
            of_text = canonical_email
        case PhoneType():
            of_text = canonical_phone
        case _:
            return lambda value: canonical(value, kind)
    return lambda value: (of_text(value) if value else None) if value.__class__ is str else canonical(value, kind)


def has_form(kind: FieldType) -> Callable[[Value, Value], bool]:
    """Return what tells whether a value of one type has a canonical form that was stored.

    A telephone number with its country that differs from its form by separators alone is not parsed for that, which
    takes longer than reading the whole record.
    """
    form = canonical_form(kind)
    if not isinstance(kind, PhoneType):
        return lambda value, held: form(value) == held

    def has(value: Value, held: Value) -> bool:
        if isinstance(value, str) and isinstance(held, str) and held[:1] == "+" and value.translate(SEPARATORS) == held:
            return True
        return form(value) == held

    return has


def _stripped(text: str) -> str | None:
    return text.strip() or None


def _rows(value: Value, kind: RowsType) -> Value:
    """Return rows with the canonical forms of their known fields, in an order of their own.

    Systems put rows where they like; what is on a list is the same in any order.
    """
    if not isinstance(value, tuple) or any(isinstance(row, str) for row in value):
        return value
    rows = [
        tuple((name, form) for name, item in row if (form := _cell(name, item, kind)) is not None)
        for row in value
        if isinstance(row, tuple)
    ]
    return tuple(sorted((row for row in rows if row), key=repr)) or None


def _cell(name: str, value: Value, kind: RowsType) -> Value:
    field = kind.fields.get(name)
    return canonical(value, field.value) if field is not None else None


@lru_cache(maxsize=65_536)
def canonical_text(text: str) -> str | None:
    r"""Return text in NFKC with spaces trimmed and collapsed; line ends are `\\n`."""
    if text.isascii() and "  " not in text and "\t" not in text and "\r" not in text and text == text.strip():
        return text or None
    folded = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [_SPACES.sub(" ", line).strip() for line in folded.split("\n")]
    return "\n".join(lines).strip() or None


def canonical_email(text: str) -> str | None:
    """Return an address trimmed, with its domain in lower case."""
    local, at, domain = text.strip().rpartition("@")
    return (local + at + domain.lower() if at else domain) or None


@lru_cache(maxsize=65_536)
def canonical_phone(text: str) -> str | None:
    """Return a number in E.164 where it names its country (`+49 …`, `0049 …` stays digits), else its digits.

    Text without any digit keeps its canonical text form.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if cleaned.startswith("+"):
        import phonenumbers  # noqa: PLC0415 - 40 ms, and most modules have no telephone numbers

        try:
            number = phonenumbers.parse(cleaned, None)
        except phonenumbers.NumberParseException:
            pass
        else:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = "".join(character for character in cleaned if character.isdigit())
    return ("+" if cleaned.startswith("+") and digits else "") + digits or canonical_text(cleaned)


def _decimal(value: Value, scale: int | None) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    number = Decimal(value)
    if not number.is_finite():
        return number
    if scale is not None:
        exact = number.quantize(Decimal(1).scaleb(-scale)) if _fits_scale(number, scale) else number
        return exact + 0 if exact else Decimal(0).quantize(Decimal(1).scaleb(-scale))
    normal = number.normalize(_EXACT)
    written_out = normal.as_tuple().exponent in range(1, _MOST_ZEROS)
    return Decimal(int(normal)) if written_out or not normal else normal


def _fits_scale(number: Decimal, scale: int) -> bool:
    exponent = number.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= scale and number.adjusted() + scale < 27


def match_form(value: Value, kind: FieldType) -> Value:
    """Return the form in which dedupe keys are compared: the canonical form, text without regard to case."""
    form = canonical(value, kind)
    return form.casefold() if isinstance(form, str) and not isinstance(kind, IdType) else form
