"""How reports speak about tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.syntax.automaton import Lexeme

_LONGEST = 40
OTHER_COMMENTS = ("//", "/*", "*/", "--", "<!--")
"""What begins comments elsewhere."""
_LONGEST_LINE = 100
_FILLED_IN = {"NAME": "…", "STRING": '"…"', "NUMBER": "1", "DATE": "2026-01-31"}
_APART = frozenset({"RIGHT", "LEFT", "BOTH", "EQUAL", "ASSIGN", "LESS_EQUAL", "COALESCE", "AND", "OR"})
_CLOSE_TO_THE_LEFT = frozenset({":", ",", ")", "."})
_CLOSE_TO_THE_RIGHT = frozenset({"(", "."})
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
    return quoted(text)


def right_form(text: str, lexemes: Sequence[Lexeme]) -> str | None:
    """Return how a line is written once it is repaired, with `…` where something has to be filled in.

    None when it is too long to be of help.
    """
    written: list[str] = []
    before: Lexeme | None = None
    for lexeme in lexemes:
        here = _FILLED_IN.get(lexeme.type, lexeme.text) if lexeme.start == lexeme.end else lexeme.text
        if before is not None:
            kept = not text[before.end : lexeme.start] and before.start < before.end and lexeme.start < lexeme.end
            close = here in _CLOSE_TO_THE_LEFT or written[-1] in _CLOSE_TO_THE_RIGHT
            apart = bool({lexeme.type, before.type} & _APART)
            written.append("" if close or (kept and not apart) else " ")
        written.append(here)
        before = lexeme
    line = " ".join("".join(written).split())
    return quoted(line) if len(line) <= _LONGEST_LINE else None


def quoted(text: str) -> str:
    """Put a text between backticks, two of them where it has some itself."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def spelled(terminal: str, word: str) -> str:
    """Name a terminal as messages do."""
    return _SPELLED.get(terminal) or f"`{word or terminal.lower()}`"


def after(lexeme: Lexeme | None) -> str:
    """Say where something is missing."""
    return f"after {shown(lexeme.text)}" if lexeme else "at the beginning of this line"
