"""How names and texts are spelled in a rule file."""

from __future__ import annotations

import re

from syncdsl.syntax.automaton import RESERVED

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*|_[A-Za-z0-9_]+")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "{": "{{"})


def spelled_name(name: str) -> str:
    """Return a name as it is written: in backticks where it would not be read as a name otherwise."""
    plain = _NAME.fullmatch(name) is not None and not (name.islower() and name.upper() in RESERVED)
    return name if plain else f"`{name}`"


def spelled_path(name: str) -> str:
    """Return a dotted name as it is written."""
    return ".".join(spelled_name(part) for part in name.split("."))


def spelled_text(value: str) -> str:
    """Return a text as it is written, between quotation marks."""
    return f'"{escaped(value)}"'


def escaped(piece: str) -> str:
    """Return a stretch of a text as it is written, with no more escapes than it needs."""
    return piece.translate(_ESCAPES)
