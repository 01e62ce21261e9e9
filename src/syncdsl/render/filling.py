"""Sentences filled into lines of a terminal, indented below what stands before them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cells, neutral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.render.style import Style

LEAST = 30
"""Columns that a sentence is given at least."""


def filled(
    text: str, indent: int, width: int, style: Style, *, meaning: str = "", first: str = "", first_meaning: str = ""
) -> Iterator[str]:
    """Yield a text of strangers in lines of a width, indented; `first` stands in the indent of the first line.

    Each line is marked as `meaning`, or what stands between backticks as code. A line that a break makes begin like a
    command of a CI is made harmless, too.
    """
    pieces = textwrap.wrap(
        neutral(text), max(width - indent, LEAST), break_long_words=False, break_on_hyphens=False
    ) or [""]
    for number, piece in enumerate(pieces):
        # What was harmless within a line may be a command at the beginning of one.
        safe = neutral(piece)
        shown = style(meaning, safe) if meaning else style.prose(safe)
        if number == 0 and first:
            room = " " * max(indent - cells(first), 1)
            yield (style(first_meaning, first) if first_meaning else first) + room + shown
        else:
            yield " " * indent + shown
