r"""How placeholders and numbers are spelled; names and texts are spelled as `syncdsl.syntax.spelling` does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.syntax.spelling import spelled_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

_GROUPED_FROM = 5
_IN_PLACEHOLDER = re.compile(r'"|\\(?=["\\])')


def dotted(parts: Iterable[str]) -> str:
    """Spell a path; a part may hold a dot."""
    return ".".join([spelled_name(part) for part in parts])


def placeholder(expression: str) -> str:
    r"""Spell a placeholder: quotes in it are escaped once more, and a backslash where it would escape one of them."""
    return "{" + _IN_PLACEHOLDER.sub(lambda found: "\\" + found.group(), expression) + "}"


def number(value: Decimal) -> str:
    """Spell a number: the written digits after the point, groups of three before it from five digits on."""
    plain = f"{value:f}"
    whole = plain.partition(".")[0]
    return f"{value:,f}".replace(",", "_") if len(whole) >= _GROUPED_FROM else plain
