"""Strangers' text made harmless for a terminal and for the log of a CI.

Record values, names and rule files come from anywhere. A terminal obeys control characters, so none reaches it: each
is replaced by a picture of itself (`␛`) or by its number (`<U+202E>`). A CI obeys lines of its log: GitHub those that
begin with `::` and whatever follows `##[`, Azure what follows `##vso[`, TeamCity what follows `##teamcity[`; the
character that makes it a command is replaced by its number.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOINERS = frozenset("\u200c\u200d")
"""They only shape letters and emoji."""

_ON_TOP = frozenset({"Mn", "Me"})
"""Marks that share the column of the character before them."""

_AS_PICTURE = "\ufe0f"
"""Asks for the colourful, wide form of the symbol before it."""

_SKIN_TONES = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")

_ANYWHERE = re.compile(r"##(?=(?:vso|teamcity)?\[)")
_AT_START = re.compile(r"^(\s*):(?=:)")

_HIDDEN_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def neutral(text: str) -> str:
    """Return text on one line that a terminal and a CI's log only show."""
    shown = visible(text)
    if "##" in shown:
        shown = _ANYWHERE.sub("#<U+0023>", shown)
    return _AT_START.sub(r"\1<U+003A>", shown) if "::" in shown else shown


def visible(text: str) -> str:
    """Return text on one line, every control character as a picture.

    Each character is shown by itself, so that pieces of a text add up; whoever joins them guards against commands.
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def holds_command(text: str) -> bool:
    """Return whether a CI would obey a part of this text wherever it stands in a line."""
    return "##" in text and _ANYWHERE.search(text) is not None


def neutral_lines(text: str) -> str:
    """Return text whose line breaks stand and whose other control characters are pictures."""
    return "\n".join(neutral(line) for line in text.split("\n"))


def neutral_json(text: str) -> str:
    """Return JSON text in which characters that a terminal, a CI's log or an eye may stumble over are escaped."""
    escaped = _HIDDEN_IN_JSON.sub(lambda match: _json_escape(match[0]), text)
    return _ANYWHERE.sub(r"#\\u0023", escaped) if "##" in escaped else escaped


def _json_escape(character: str) -> str:
    code = ord(character)
    if code > 0xFFFF:
        high, low = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
    return f"\\u{code:04x}"


def _shown(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    match unicodedata.category(character):
        case "Zs":
            return " "
        case "Cc" | "Cf" | "Cs" | "Zl" | "Zp":
            return f"<U+{code:04X}>"
        case _:
            return character


def cells(text: str) -> int:
    """Return how many columns of a terminal a neutral text fills."""
    if text.isascii():
        return len(text)
    return sum(_widths(text))


def _widths(text: str) -> Iterator[int]:
    """Yield what each character adds; what it adds depends only on those before it."""
    before, width, joined = "", 0, False
    for character in text:
        wide = _width(character)
        if character == _AS_PICTURE:
            added = 1 if width == 1 and unicodedata.category(before) == "So" else 0
        elif wide == 2 and width and (joined or character in _SKIN_TONES):
            added = 0  # part of the picture before it
        else:
            added = wide
        yield added
        joined = character == "\u200d"
        if added:
            before, width = character, added


def _width(character: str) -> int:
    if character in _JOINERS or "\u1160" <= character <= "\u11ff" or unicodedata.category(character) in _ON_TOP:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return a neutral text shortened to `width` columns, with `…` where something is missing."""
    if cells(text) <= width:
        return text
    kept: list[str] = []
    room = max(width - 1, 0)
    for character, added in zip(text, _widths(text), strict=True):
        room -= added
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"
