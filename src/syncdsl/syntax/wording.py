"""How reports speak about tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from syncdsl.syntax.automaton import Lexeme

_LONGEST = 40
_SPELLED = {
    "NAME": "a name",
    "STRING": "a text in quotation marks",
    "NUMBER": "a number",
    "DATE": "a date such as `2026-01-31`",
    "RIGHT": "an arrow `->`, `<-` or `<->`",
    "LEFT": "the arrow `<-`",
    "BOTH": "the arrow `<->`",
    "COLON": "a colon `:`",
    "COMMA": "a comma",
    "DOT": "a dot",
    "LPAR": "an opening parenthesis `(`",
    "RPAR": "a closing parenthesis `)`",
}


def shown(text: str) -> str:
    """Quote what the user wrote, shortened and on one line."""
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def spelled(terminal: str, word: str) -> str:
    """Name a terminal as messages do."""
    return _SPELLED.get(terminal) or f"`{word or terminal.lower()}`"


def after(lexeme: Lexeme | None) -> str:
    """Say where something is missing."""
    return f"after {shown(lexeme.text)}" if lexeme else "at the beginning of this line"
