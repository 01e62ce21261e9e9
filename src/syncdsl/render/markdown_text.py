"""Strangers' text in Markdown that GitHub and GitLab show as it stands.

Every character that Markdown or HTML could take for its own is written as its number, which both of them only show,
inside of HTML as well as outside. Mentions, references and addresses are found by the sites in what is shown, whatever
it was written like: a space without width behind the first character keeps these apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.render.neutral import cut, neutral

if TYPE_CHECKING:
    from collections.abc import Sequence

APART = "&#8203;"
"""A space that is not seen and breaks no word."""

_OWN = re.compile(r"[&<>`*_~|\\\[\](){}#!$@]")
_STARTS = re.compile(r"(?:[@#!$%~&^\[](?=\S)|:(?=[A-Za-z/+_-])|//|\bwww\.|\bGH-)", re.IGNORECASE)
_LEADING = re.compile(r"\A(\d{1,9}[.)](?=\s|\Z)|[-+=:])")
"""What would begin a list, a line or a heading at the start of a line."""

_BLANK = re.compile(r"\s+")

LONGEST = 160
"""Of a longer text only the beginning is shown, in columns."""


def inert(text: str, longest: int = LONGEST) -> str:
    """Return one line of text that is shown and nothing else; of a long one the beginning."""
    shown = _BLANK.sub(" ", cut(neutral(text[: 4 * longest]), longest)).strip()
    shown = _STARTS.sub(lambda match: f"{match[0]}\0", shown)
    shown = _OWN.sub(lambda match: f"&#{ord(match[0])};", shown)
    return _LEADING.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", shown).replace("\0", APART)


def inert_code(text: str, longest: int = LONGEST) -> str:
    """Return text as code; nothing for no text."""
    shown = inert(text, longest)
    return f"<code>{shown}</code>" if shown else ""


def inert_prose(text: str, longest: int = LONGEST) -> str:
    """Return text of ours that quotes: what stands between backticks becomes code."""
    short = cut(neutral(text[: 4 * longest]), longest)
    parts = short.split("`")
    if len(parts) % 2 == 0:
        return inert(short, longest)
    return "".join(
        (inert_code(part, longest) if index % 2 else _spaced(part, longest)) for index, part in enumerate(parts)
    )


def _spaced(part: str, longest: int) -> str:
    """Return a part of a sentence with the space that parts it from the next."""
    before, after = " " if part[:1] == " " else "", " " if len(part) > 1 and part[-1:] == " " else ""
    return f"{before}{inert(part, longest)}{after}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Return a table; cells are Markdown already, columns in `right` are aligned to the right."""
    rule = ["---:" if number in right else "---" for number in range(len(heads))]
    return "".join(f"| {' | '.join(line)} |\n" for line in (heads, rule, *rows))


def more(count: int) -> str:
    """Return how many more there are behind a table; nothing where there are none."""
    return f"\n… and {count:,} more\n" if count > 0 else ""
