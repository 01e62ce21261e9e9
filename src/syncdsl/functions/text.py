"""Builtins on text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.functions.builtin import Builtin, Example, Flaw, Kind, Parameter
from syncdsl.functions.coercion import as_text, as_whole
from syncdsl.functions.patterns import check_pattern, read_pattern

if TYPE_CHECKING:
    from syncdsl.schema.values import Value

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_TEXT = Parameter(name="text", kind=Kind.TEXT)
_WIDEST = 1000


def _trim(value: Value) -> Value:
    text = as_text(value)
    return (text.strip() or None) if text else None


def _upper(value: Value) -> Value:
    text = as_text(value)
    return text.upper() if text else None


def _lower(value: Value) -> Value:
    text = as_text(value)
    return text.lower() if text else None


def _title(value: Value) -> Value:
    text = as_text(value)
    return _WORD.sub(lambda word: word[0].capitalize(), text) if text else None


def _truncate(value: Value, length: Value) -> Value:
    text, most = as_text(value), as_whole(length)
    if text is None or most is None:
        return None
    return text if len(text) <= most else (text[: max(most, 0)].rstrip() or None)


def _replace(value: Value, old: Value, new: Value) -> Value:
    text, wanted = as_text(value), as_text(old)
    if text is None or wanted is None:
        return text
    return text.replace(wanted, as_text(new) or "") or None


def _starts_with(value: Value, part: Value) -> Value:
    text, wanted = as_text(value), as_text(part)
    return text is not None and wanted is not None and text.startswith(wanted)


def _ends_with(value: Value, part: Value) -> Value:
    text, wanted = as_text(value), as_text(part)
    return text is not None and wanted is not None and text.endswith(wanted)


def _contains(value: Value, part: Value) -> Value:
    text, wanted = as_text(value), as_text(part)
    return text is not None and wanted is not None and wanted in text


def _split(value: Value, separator: Value, index: Value) -> Value:
    text, part, wanted = as_text(value), as_text(separator), as_whole(index)
    if text is None or part is None or not wanted:
        return None
    pieces = text.split(part)
    place = wanted - 1 if wanted > 0 else len(pieces) + wanted
    return (pieces[place].strip() or None) if 0 <= place < len(pieces) else None


def _join(separator: Value, *parts: Value) -> Value:
    return (as_text(separator) or "").join([text for part in parts if (text := as_text(part))]) or None


def _pad(value: Value, length: Value, fill: Value = "0") -> Value:
    text, least, character = as_text(value), as_whole(length), as_text(fill)
    if text is None or least is None or character is None or len(character) != 1:
        return text
    return text.rjust(min(least, _WIDEST), character)


def _one_character(text: str) -> Flaw | None:
    return None if len(text) == 1 else Flaw(wanted="one character")


def _matches(value: Value, pattern: Value) -> Value:
    text, wanted = as_text(value), as_text(pattern)
    read = read_pattern(wanted) if text and wanted else None
    return text is not None and read is not None and not isinstance(read, Flaw) and read.matches(text)


TRIM = Builtin(
    name="trim",
    parameters=(_TEXT,),
    result=Kind.TEXT,
    doc="The text without spaces and line ends around it.",
    examples=(
        Example(arguments=("  Acme  ",), result="Acme"),
        Example(arguments=("   ",), result=None),
        Example(arguments=(None,), result=None),
    ),
    compute=_trim,
)
UPPER = Builtin(
    name="upper",
    parameters=(_TEXT,),
    result=Kind.TEXT,
    doc="The text in capital letters.",
    examples=(
        Example(arguments=("de 123",), result="DE 123"),
        Example(arguments=("straße",), result="STRASSE"),
        Example(arguments=(None,), result=None),
    ),
    compute=_upper,
)
LOWER = Builtin(
    name="lower",
    parameters=(_TEXT,),
    result=Kind.TEXT,
    doc="The text in small letters.",
    examples=(
        Example(arguments=("Sales@Example.com",), result="sales@example.com"),
        Example(arguments=(None,), result=None),
    ),
    compute=_lower,
)
TITLE = Builtin(
    name="title",
    parameters=(_TEXT,),
    result=Kind.TEXT,
    doc="Every word with a capital first letter and small letters after it.",
    examples=(
        Example(arguments=("ACME pumps",), result="Acme Pumps"),
        Example(arguments=("anne-marie o'neill's",), result="Anne-Marie O'neill's"),
        Example(arguments=(None,), result=None),
    ),
    compute=_title,
)
TRUNCATE = Builtin(
    name="truncate",
    parameters=(_TEXT, Parameter(name="length", kind=Kind.NUMBER, whole=True)),
    result=Kind.TEXT,
    doc="The first `length` characters at most, without spaces at the cut. Nothing else in the language cuts text.",
    examples=(
        Example(arguments=("Acme Pumps", 7), result="Acme Pu"),
        Example(arguments=("Acme Pumps", 5), result="Acme"),
        Example(arguments=("Acme", 10), result="Acme"),
        Example(arguments=("Acme", 0), result=None),
        Example(arguments=(None, 3), result=None),
    ),
    compute=_truncate,
)
REPLACE = Builtin(
    name="replace",
    parameters=(_TEXT, Parameter(name="old", kind=Kind.TEXT), Parameter(name="new", kind=Kind.TEXT)),
    result=Kind.TEXT,
    doc="The text with every `old` replaced by `new`; an empty `new` removes it, an empty `old` changes nothing.",
    examples=(
        Example(arguments=("10-20-30", "-", "/"), result="10/20/30"),
        Example(arguments=("10-20", "-", None), result="1020"),
        Example(arguments=("Acme", None, "x"), result="Acme"),
        Example(arguments=(None, "a", "b"), result=None),
    ),
    compute=_replace,
)
STARTS_WITH = Builtin(
    name="starts_with",
    parameters=(_TEXT, Parameter(name="part", kind=Kind.TEXT)),
    result=Kind.BOOLEAN,
    doc="Whether the text begins with `part`, capital letters counting; false when either is empty.",
    examples=(
        Example(arguments=("DE123", "DE"), result=True),
        Example(arguments=("DE123", "de"), result=False),
        Example(arguments=(None, "DE"), result=False),
    ),
    compute=_starts_with,
)
ENDS_WITH = Builtin(
    name="ends_with",
    parameters=(_TEXT, Parameter(name="part", kind=Kind.TEXT)),
    result=Kind.BOOLEAN,
    doc="Whether the text ends with `part`, capital letters counting; false when either is empty.",
    examples=(
        Example(arguments=("Acme Ltd", "Ltd"), result=True),
        Example(arguments=("Acme", None), result=False),
    ),
    compute=_ends_with,
)
CONTAINS = Builtin(
    name="contains",
    parameters=(_TEXT, Parameter(name="part", kind=Kind.TEXT)),
    result=Kind.BOOLEAN,
    doc="Whether `part` stands anywhere in the text, capital letters counting; false when either is empty.",
    examples=(
        Example(arguments=("Acme Pumps", "Pump"), result=True),
        Example(arguments=("Acme Pumps", "pump"), result=False),
        Example(arguments=(None, None), result=False),
    ),
    compute=_contains,
)

SPLIT = Builtin(
    name="split",
    parameters=(
        _TEXT,
        Parameter(name="separator", kind=Kind.TEXT),
        Parameter(name="index", kind=Kind.NUMBER, whole=True),
    ),
    result=Kind.TEXT,
    doc=(
        "The piece with this number of a text that is cut at every `separator`, without spaces around it; 1 is the "
        "first piece, -1 the last. Empty when there are not so many."
    ),
    examples=(
        Example(arguments=("Doe, Jane", ",", 2), result="Jane"),
        Example(arguments=("INV-2026-0042", "-", -1), result="0042"),
        Example(arguments=("Jane", ",", 2), result=None),
        Example(arguments=(None, ",", 1), result=None),
    ),
    compute=_split,
)
JOIN = Builtin(
    name="join",
    parameters=(
        Parameter(name="separator", kind=Kind.TEXT),
        _TEXT,
        Parameter(name="more", kind=Kind.TEXT, optional=True, repeated=True),
    ),
    result=Kind.TEXT,
    doc="The texts with `separator` between them; empty ones are left out.",
    examples=(
        Example(arguments=(", ", "Berlin", None, "Germany"), result="Berlin, Germany"),
        Example(arguments=(None, "A", "B"), result="AB"),
        Example(arguments=(", ", None, None), result=None),
    ),
    compute=_join,
)
PAD = Builtin(
    name="pad",
    parameters=(
        _TEXT,
        Parameter(name="length", kind=Kind.NUMBER, whole=True),
        Parameter(name="fill", kind=Kind.TEXT, optional=True, check=_one_character),
    ),
    result=Kind.TEXT,
    doc=(
        'The text with `fill` (one character, `"0"` when left out) before it until it has `length` characters, at most '
        "1000; a longer text stays as it is."
    ),
    examples=(
        Example(arguments=("42", 6), result="000042"),
        Example(arguments=("42", 5, " "), result="   42"),
        Example(arguments=("1234567", 6), result="1234567"),
        Example(arguments=(None, 6), result=None),
    ),
    compute=_pad,
)
MATCHES = Builtin(
    name="matches",
    parameters=(_TEXT, Parameter(name="pattern", kind=Kind.TEXT, literal=True, check=check_pattern)),
    result=Kind.BOOLEAN,
    doc=(
        "Whether the whole text is of the form of a pattern, capital letters counting. In it `*` stands for any "
        "characters or none, `?` for one, `[A-Z0-9]` for one of a set, `[!A-Z]` for one outside it, everything else "
        "for itself; `[*]` is a star. False when the text is empty."
    ),
    examples=(
        Example(arguments=("INV-0042", "INV-*"), result=True),
        Example(arguments=("DE123456789", "[A-Z][A-Z][0-9]*"), result=True),
        Example(arguments=("de123", "[A-Z][A-Z]*"), result=False),
        Example(arguments=("12345", "????"), result=False),
        Example(arguments=("5*", "?[*]"), result=True),
        Example(arguments=(None, "*"), result=False),
    ),
    compute=_matches,
)

BUILTINS: tuple[Builtin, ...] = (
    TRIM,
    UPPER,
    LOWER,
    TITLE,
    TRUNCATE,
    REPLACE,
    SPLIT,
    JOIN,
    PAD,
    STARTS_WITH,
    ENDS_WITH,
    CONTAINS,
    MATCHES,
)
