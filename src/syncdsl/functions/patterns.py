"""The patterns of `matches`: wildcards over the whole text, in time proportional to text times pattern.

Between two `*` every piece of a pattern takes a fixed number of characters, so the leftmost place of each piece is
always right and nothing is ever tried again: no pattern can make a match slow.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from syncdsl.functions.builtin import Flaw


class _Piece(NamedTuple):
    """What stands between two `*`: an expression that takes exactly `length` characters."""

    expression: re.Pattern[str]
    length: int


class Pattern(NamedTuple):
    """A pattern that is well formed; there is one piece more than there are `*`."""

    pieces: tuple[_Piece, ...]

    def matches(self, text: str) -> bool:
        """Return whether the whole text is of this form."""
        first, *rest = self.pieces
        if not first.expression.match(text):
            return False
        if not rest:
            return len(text) == first.length
        *middle, last = rest
        place, end = first.length, len(text) - last.length
        for piece in middle:
            found = piece.expression.search(text, place, max(place, end))
            if found is None:
                return False
            place = found.end()
        return place <= end and last.expression.match(text, end) is not None


@lru_cache(maxsize=1024)
def read_pattern(text: str) -> Pattern | Flaw:
    """Read a pattern.

    `*` stands for any characters, `?` for one, `[A-Z0-9_]` for one of a set, `[!…]` for one outside it; everything else
    stands for itself.
    """
    pieces: list[_Piece] = []
    current: list[str] = []
    place = 0
    while place < len(text):
        match text[place]:
            case "*":
                pieces.append(_piece(current))
                current = []
                place += 1
            case "?":
                current.append(".")
                place += 1
            case "[":
                end = text.find("]", place)
                if end < 0:
                    return Flaw(wanted="a `]` for every `[` (a `[` of its own is written `[[]`)", at=place)
                found = _set(text[place + 1 : end], place + 1)
                if isinstance(found, Flaw):
                    return found
                current.append(found)
                place = end + 1
            case character:
                current.append(re.escape(character))
                place += 1
    pieces.append(_piece(current))
    return Pattern(tuple(pieces))


def _piece(characters: list[str]) -> _Piece:
    return _Piece(re.compile("".join(characters), re.DOTALL), len(characters))


def _set(inside: str, start: int) -> str | Flaw:
    """Return the regular expression of a set of characters."""
    negated = inside.startswith("!")
    members = inside[1:] if negated else inside
    offset = start + negated
    if not members:
        return Flaw(wanted="at least one character between `[` and `]`", at=offset)
    parts: list[str] = []
    place = 0
    while place < len(members):
        low = members[place]
        if members[place + 1 : place + 2] == "-" and place + 2 < len(members):
            high = members[place + 2]
            if high < low:
                return Flaw(wanted=f"a range that goes up, such as `{high}-{low}`", at=offset + place)
            parts.append(f"{re.escape(low)}-{re.escape(high)}")
            place += 3
        else:
            parts.append(re.escape(low))
            place += 1
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def check_pattern(text: str) -> Flaw | None:
    """Return what is wrong with a pattern."""
    found = read_pattern(text)
    return found if isinstance(found, Flaw) else None
