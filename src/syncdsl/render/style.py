"""Colour by meaning, written by hand: what answers in a few milliseconds cannot load a library for it."""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {
    "bold": "1",
    "dim": "2",
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "help": "1;32",
    "frame": "1;34",
    "code": "36",
    "create": "32",
    "update": "33",
    "link": "36",
    "void": "31",
    "hold": "35",
    "good": "1;32",
}


@dataclass(frozen=True, slots=True)
class Style:
    """Marks text by meaning; without colour the text stays as it is."""

    colour: bool = False

    def __call__(self, meaning: str, text: str) -> str:
        """Return `text` marked as `meaning` (a key of the table above)."""
        return f"\x1b[{_CODES[meaning]}m{text}\x1b[0m" if self.colour and text else text

    def prose(self, text: str) -> str:
        """Return text in which what stands between backticks is marked as code."""
        if not self.colour or "`" not in text:
            return text
        parts = text.split("`")
        if len(parts) % 2 == 0:
            return text
        return "".join(self("code", part) if index % 2 else part for index, part in enumerate(parts))


PLAIN = Style()


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return `1 error`, `1,200 errors`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
