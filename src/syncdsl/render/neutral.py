"""Strangers' text made harmless for a terminal.

Record values, names and rule files come from anywhere. A terminal obeys control characters, so none reaches it: each
is replaced by a picture of itself (`␛`) or by its number (`<U+202E>`).
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = frozenset("\u200c\u200d")
"""They only shape letters and emoji."""

_HIDDEN_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def neutral(text: str) -> str:
    """Return text on one line that a terminal only shows."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def neutral_lines(text: str) -> str:
    """Return text whose line breaks stand and whose other control characters are pictures."""
    return "\n".join(neutral(line) for line in text.split("\n"))


def neutral_json(text: str) -> str:
    """Return JSON text in which characters that a terminal or an eye may stumble over are escaped."""
    return _HIDDEN_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


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
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character) or character in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return a neutral text shortened to `width` columns, with `…` where something is missing."""
    if cells(text) <= width:
        return text
    kept: list[str] = []
    room = max(width - 1, 0)
    for character in text:
        room -= _width(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"
