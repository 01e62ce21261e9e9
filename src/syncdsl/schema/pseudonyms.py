"""Pseudonyms: invented values in place of those that could tell a person, the same one for the same value.

They follow from the value and a key, so that whoever has the key makes the same ones, and nobody else finds out what
they stand for. What tells nothing about a person stays: amounts, numbers, days, choices, ids.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from hashlib import blake2b
from typing import TYPE_CHECKING, assert_never

from syncdsl.schema.canonical import match_form
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
from syncdsl.schema.values import Ref, show

if TYPE_CHECKING:
    from syncdsl.schema.types import FieldType
    from syncdsl.schema.values import Value

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS)
SPELLED = " (other spelling)"
"""Stands behind a pseudonym where two spellings of one value are told apart."""


def keyed_digest(key: str, text: str) -> str:
    """Return what stands for a text: equal for equal texts, and of no use without the key (hexadecimal)."""
    return blake2b(text.encode("utf-8", "surrogatepass"), key=bytes.fromhex(key), digest_size=16).hexdigest()


def pseudonym(value: Value, kind: FieldType, key: str) -> Value:
    """Return what stands in place of a value of a field of some type; itself where it tells nothing.

    Values that match as dedupe keys do have the same one, so that records with pseudonyms match as the others do.
    """
    if value is None or value == "":
        return value
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType():
            return invented(show(match_form(value, kind)), kind, key) if isinstance(value, str) else value
        case RowsType():
            if not isinstance(value, tuple):
                return value
            return tuple(
                tuple(
                    (name, pseudonym(cell, kind.fields[name].value, key)) for name, cell in row if name in kind.fields
                )
                for row in value
                if isinstance(row, tuple)
            )
        case (
            IntegerType()
            | DecimalType()
            | MoneyType()
            | BooleanType()
            | DateType()
            | DateTimeType()
            | ChoiceType()
            | ChoicesType()
            | ReferenceType()
            | IdType()
        ):
            return value
        case _:
            assert_never(kind)


def invented(text: str, kind: TextType | EmailType | PhoneType | UrlType, key: str) -> str:
    """Return an invented text of a kind."""
    number = int(keyed_digest(key, text), 16)
    match kind:
        case TextType():
            found = " ".join(_word(number >> shift).capitalize() for shift in (0, 64))
        case EmailType():
            found = f"{_word(number)}.{_word(number >> 64)}@example.invalid"
        case PhoneType():
            found = f"+00 {number % 10**12:012d}"
        case UrlType():
            found = f"https://{_word(number)}-{_word(number >> 64)}.invalid"
        case _:
            assert_never(kind)
    return found[: kind.length] if kind.length else found


def disguised(value: Value, kind: FieldType, key: str) -> Value:
    """Return what stands in place of a value of which nothing may be told, whatever its type.

    Values with the same match form have the same one. It fits the field where the type says what fits.
    """
    if value is None or value in ("", ()):
        return value
    number = int(keyed_digest(key, repr(match_form(value, kind))), 16)
    match kind:
        case TextType() | EmailType() | PhoneType() | UrlType():
            return invented(show(match_form(value, kind)), kind, key)
        case IdType():
            return f"{number % 10**18:018d}"
        case ReferenceType():
            return Ref(kind.modules[0] if kind.modules else "", f"{number % 10**18:018d}")
        case IntegerType():
            return number % int(10 ** min(kind.digits or 6, 6))
        case DecimalType() | MoneyType():
            scale = kind.scale or 0
            return Decimal(number % 10 ** (scale + 3)).scaleb(-scale)
        case BooleanType():
            return bool(number % 2)
        case DateType():
            return dt.date(2000, 1, 1) + dt.timedelta(days=number % 10_000)
        case DateTimeType():
            return dt.datetime(2000, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number % 10_000_000)
        case ChoiceType():
            return kind.options[number % len(kind.options)] if kind.options else _word(number)
        case ChoicesType():
            return (kind.options[number % len(kind.options)] if kind.options else _word(number),)
        case RowsType():
            return tuple(
                tuple(
                    (name, disguised(cell, kind.fields[name].value, key)) for name, cell in row if name in kind.fields
                )
                for row in (value if isinstance(value, tuple) else ())
                if isinstance(row, tuple)
            )
        case _:
            assert_never(kind)


def _word(number: int) -> str:
    """Return four syllables that follow from a number."""
    parts: list[str] = []
    for _ in range(4):
        number, position = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[position])
    return "".join(parts)
