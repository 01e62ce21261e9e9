"""The patterns of `format` and `parse_date`: `dd.MM.yyyy` and their like, the same in every language and locale."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from syncdsl.functions.builtin import Flaw

_PIECE = r"(?P<letters>([A-Za-z])\2*)|'(?P<quoted>[^']*)'|(?P<other>[^A-Za-z'])"
_DIGITS = {
    "yyyy": "[0-9]{4}",
    "yy": "[0-9]{2}",
    "MM": "[0-9]{2}",
    "M": "[0-9]{1,2}",
    "dd": "[0-9]{2}",
    "d": "[0-9]{1,2}",
}
_WANTED = "`yyyy`, `yy`, `MM`, `M`, `dd` and `d`; other letters stand in single quotes"


class DatePattern(NamedTuple):
    """A pattern that is well formed: tokens of a date (`True` beside them) and texts that stand for themselves."""

    pieces: tuple[tuple[str, bool], ...]

    def write(self, date: dt.date) -> str:
        """Return a date in this form."""
        return "".join(_written(text, date) if token else text for text, token in self.pieces)

    @property
    def length(self) -> int:
        """The greatest number of characters that `write` makes."""
        return sum(max(len(text), 2) if token else len(text) for text, token in self.pieces)

    def expression(self) -> re.Pattern[str]:
        """Return the regular expression of texts in this form; a group is named after the first letter of a token."""
        return re.compile(
            "".join(f"(?P<{text[0]}>{_DIGITS[text]})" if token else re.escape(text) for text, token in self.pieces)
        )


def _written(token: str, date: dt.date) -> str:
    match token:
        case "yyyy":
            return f"{date.year:04}"
        case "yy":
            return f"{date.year % 100:02}"
        case "MM" | "M":
            return f"{date.month:0{len(token)}}"
        case _:
            return f"{date.day:0{len(token)}}"


@lru_cache(maxsize=256)
def read_date_pattern(text: str) -> DatePattern | Flaw:
    """Read a pattern."""
    piece = re.compile(_PIECE, re.DOTALL)
    pieces: list[tuple[str, bool]] = []
    place = 0
    while place < len(text):
        found = piece.match(text, place)
        if found is None:
            return Flaw(wanted="a second `'` for every one", at=place)
        letters, quoted = found["letters"], found["quoted"]
        if letters is not None:
            if letters not in _DIGITS:
                return Flaw(wanted=_WANTED, at=place)
            pieces.append((letters, True))
        else:
            pieces.append((found["other"] if quoted is None else quoted or "'", False))
        place = found.end()
    if not any(token for _, token in pieces):
        return Flaw(wanted=f"a pattern of {_WANTED}")
    return DatePattern(tuple(pieces))


@lru_cache(maxsize=256)
def _read_whole(text: str) -> tuple[re.Pattern[str], DatePattern] | Flaw:
    """Read a pattern from which a date can be read back: it has year, month and day, each once."""
    found = read_date_pattern(text)
    if isinstance(found, Flaw):
        return found
    tokens = [piece for piece, token in found.pieces if token]
    if sorted(token[0] for token in tokens) != ["M", "d", "y"]:
        return Flaw(wanted="year, month and day, each once, such as `dd.MM.yyyy`")
    for (one, first), (other, second) in zip(found.pieces, found.pieces[1:], strict=False):
        if first and second and 1 in {len(one), len(other)}:
            return Flaw(
                wanted="something between two numbers when one of them is `d` or `M`", at=text.find(one + other)
            )
    return found.expression(), found


def parse(text: str, pattern: str) -> dt.date | None:
    """Return the date that a text in this form names; None for any other text, and for days that there are not."""
    read = _read_whole(pattern)
    if isinstance(read, Flaw):
        return None
    found = read[0].fullmatch(text)
    if found is None:
        return None
    year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
    try:
        return dt.date(year, int(found["M"]), int(found["d"]))
    except ValueError:
        return None


def check_format(text: str) -> Flaw | None:
    """Return what is wrong with a pattern that dates are written in."""
    found = read_date_pattern(text)
    return found if isinstance(found, Flaw) else None


def check_parse(text: str) -> Flaw | None:
    """Return what is wrong with a pattern that dates are read in."""
    found = _read_whole(text)
    return found if isinstance(found, Flaw) else None
