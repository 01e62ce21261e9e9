r"""How names, texts, numbers and dates are spelled: one way for each value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

RESERVED = frozenset({
    "and", "or", "not", "in", "is", "if", "then", "else", "empty", "true", "false", "won", "lost", "open",
})  # fmt: skip
"""The words of the grammar that a name must be quoted to be; a test compares them with the grammar's."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*|_[A-Za-z0-9_]+")
_GROUPED_FROM = 5
_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "{": "{{"})
_IN_PLACEHOLDER = re.compile(r'"|\\(?=["\\])')


def name(text: str) -> str:
    """Spell a name, in backticks only where it needs them."""
    return text if _PLAIN.fullmatch(text) and text not in RESERVED else f"`{text}`"


def dotted(parts: Iterable[str]) -> str:
    """Spell a path."""
    return ".".join([name(part) for part in parts])


def piece(text: str) -> str:
    """Spell a stretch of a text, with the fewest escapes."""
    return text.translate(_ESCAPES)


def text(value: str) -> str:
    """Spell a text without placeholders."""
    return f'"{piece(value)}"'


def placeholder(expression: str) -> str:
    r"""Spell a placeholder: quotes in it are escaped once more, and a backslash where it would escape one of them."""
    return "{" + _IN_PLACEHOLDER.sub(lambda found: "\\" + found.group(), expression) + "}"


def number(value: Decimal) -> str:
    """Spell a number: the written digits after the point, groups of three before it from five digits on."""
    plain = f"{value:f}"
    whole = plain.partition(".")[0]
    return f"{value:,f}".replace(",", "_") if len(whole) >= _GROUPED_FROM else plain
