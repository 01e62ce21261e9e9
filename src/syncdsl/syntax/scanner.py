"""Scans text into logical lines for recovery, with the grammar's own tokens and those that people write instead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from syncdsl.syntax.automaton import INDENT_WIDTH, MAX_PARENTHESES, Lexeme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syncdsl.syntax.automaton import Automaton

OPEN_TEXT = "OPEN_TEXT"
OPEN_QUOTED = "OPEN_QUOTED"
OTHER_QUOTES = "OTHER_QUOTES"
ODD_NAME = "ODD_NAME"
ODD_ARROW = "ODD_ARROW"
ODD_OPERATOR = "ODD_OPERATOR"
ODD_CHARACTER = "ODD_CHARACTER"

ARROWS = {
    "=>": "RIGHT", "==>": "RIGHT", "-->": "RIGHT", "--->": "RIGHT", "->>": "RIGHT", "~>": "RIGHT", "→": "RIGHT",
    "⇒": "RIGHT", "➔": "RIGHT", "<==": "LEFT", "<<-": "LEFT", "<~": "LEFT", "←": "LEFT", "⇐": "LEFT",
    "<=>": "BOTH", "<==>": "BOTH", "<-->": "BOTH", "<--->": "BOTH", "><": "BOTH", "↔": "BOTH", "⇔": "BOTH",
}  # fmt: skip
"""What is no arrow, and the one that is meant."""

OPERATORS = {
    "&&": "AND", "||": "OR", "<>": "NOT_EQUAL", "=!": "NOT_EQUAL", "=<": "LESS_EQUAL", "===": "EQUAL",
    "!==": "NOT_EQUAL", "!": "NOT", ":=": "COLON", "≠": "NOT_EQUAL", "≤": "LESS_EQUAL", "≥": "GREATER_EQUAL",
    "::": "COLON", "?": "COALESCE",
}  # fmt: skip
"""What is no operator, and the terminal that is meant."""

OTHER_QUOTES_PATTERN = (  # straight single ones, then typographic double, single and angle ones
    r"'[^'\n]*'?|[\u201c-\u201e][^\u201c-\u201e\"\n]*[\u201c\u201d\"]?"
    r"|[\u2018-\u201a][^\u2018-\u201a'\n]*[\u2018\u2019']?|«[^»\n]*»?"
)
ODD_SPACES = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
"""Spaces that come along from word processors and web pages; they look like the plain one."""
BLANKS = rf"[ \t{ODD_SPACES}]+"
# None of these begins a sequence of the grammar's own tokens that could be valid: good lines scan as lark lexes them.
_BEFORE = (
    (OTHER_QUOTES, OTHER_QUOTES_PATTERN),
    (ODD_NAME, r"(?=\w*[^\W\x00-\x7f])[^\W\d]\w*"),
    (ODD_ARROW, "|".join(re.escape(arrow) for arrow in sorted(ARROWS, key=len, reverse=True))),
    (ODD_OPERATOR, r"&&|\|\||<>|=!|=<|===|!==|!(?!=)|:=|::|[≠≤≥]|(?<!\?)\?(?!\?)"),
)  # fmt: skip
_AFTER = (
    (OPEN_TEXT, r'"[^\n]*'),
    (OPEN_QUOTED, r"`[^`\n]*"),
    (ODD_CHARACTER, r"."),
)


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """A line, with those that follow inside its parentheses. `column` counts the spaces before it, from 0."""

    number: int
    last: int
    column: int
    start: int
    end: int
    lexemes: tuple[Lexeme, ...]
    tabs: bool
    odd_space: int | None = field(default=None)
    too_deep: int | None = field(default=None)


class Scanner:
    """Scans the text of files; one for a grammar."""

    def __init__(self, automaton: Automaton) -> None:
        self._words = automaton.words
        self._odd = re.compile(f"[{ODD_SPACES}]")
        groups = (*_BEFORE, *automaton.patterns, *_AFTER)
        named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in groups)
        self._token = re.compile(rf"{BLANKS}|#[^\n]*|{named}")

    def tokens(self, text: str, start: int, end: int) -> list[Lexeme]:
        """Return the tokens between two offsets of one line."""
        found: list[Lexeme] = []
        match = self._token.match
        words = self._words
        position = start
        while position < end:
            hit = match(text, position, end)
            if hit is None:  # no pattern takes a lone carriage return or the like only if `.` does not
                found.append(Lexeme(ODD_CHARACTER, text[position], position, position + 1))
                position += 1
                continue
            position = hit.end()
            kind = hit.lastgroup
            if kind is None:
                continue
            value = hit.group()
            found.append(Lexeme(words.get(value, kind) if kind == "NAME" else kind, value, hit.start(), position))
        return found

    def lines(self, text: str) -> list[LogicalLine]:
        """Return the logical lines that hold anything but comments."""
        physical = self._physical(text)
        lines: list[LogicalLine] = []
        at = 0
        while at < len(physical):
            first = physical[at]
            lexemes = list(first.lexemes)
            last = at
            depth = _open(lexemes)
            if depth > 0:
                last = self._closing(physical, at, depth)
                for further in physical[at + 1 : last + 1]:
                    lexemes.extend(further.lexemes)
            lines.append(
                LogicalLine(
                    number=first.number,
                    last=physical[last].number,
                    column=first.column,
                    start=first.start,
                    end=physical[last].end,
                    lexemes=tuple(lexemes),
                    tabs=any(line.tabs for line in physical[at : last + 1]),
                    odd_space=next(
                        (line.odd_space for line in physical[at : last + 1] if line.odd_space is not None), None
                    ),
                    too_deep=_too_deep(lexemes),
                )
            )
            at = last + 1
        return lines

    def _physical(self, text: str) -> list[LogicalLine]:
        lines: list[LogicalLine] = []
        start = 0
        number = 0
        while start <= len(text):
            number += 1
            stop = text.find("\n", start)
            if stop < 0:
                stop = len(text)
            end = stop - 1 if stop > start and text[stop - 1] == "\r" else stop
            lexemes = self.tokens(text, start, end)
            if lexemes:
                first = lexemes[0].start
                before = text[start:first]
                lines.append(
                    LogicalLine(
                        number=number,
                        last=number,
                        column=len(before.expandtabs(INDENT_WIDTH)),
                        start=first,
                        end=lexemes[-1].end,
                        lexemes=tuple(lexemes),
                        tabs="\t" in before,
                        odd_space=self._odd_space(text, start, lexemes),
                    )
                )
            start = stop + 1
        return lines

    def _odd_space(self, text: str, start: int, lexemes: Sequence[Lexeme]) -> int | None:
        """Return where the first odd space stands between the tokens of a line."""
        at = start
        for lexeme in lexemes:
            hit = self._odd.search(text, at, lexeme.start)
            if hit is not None:
                return hit.start()
            at = lexeme.end
        return None

    @staticmethod
    def _closing(physical: Sequence[LogicalLine], at: int, depth: int) -> int:
        """Return the index of the line on which the parentheses of line `at` close, or `at` if they do not.

        Only lines that are deeper, or begin by closing, belong inside: an unclosed `(` must not swallow the file.
        """
        column = physical[at].column
        for index in range(at + 1, len(physical)):
            line = physical[index]
            if line.column <= column and line.lexemes[0].type != "RPAR":
                return at
            depth += _open(line.lexemes, depth)
            if depth <= 0:
                return index
        return at


def _open(lexemes: Sequence[Lexeme], depth: int = 0) -> int:
    """Return how many more parentheses are open after these tokens, `depth` before them; never below zero in sum."""
    open_now = depth
    for lexeme in lexemes:
        if lexeme.type == "LPAR":
            open_now += 1
        elif lexeme.type == "RPAR" and open_now > 0:
            open_now -= 1
    return open_now - depth


def _too_deep(lexemes: Sequence[Lexeme]) -> int | None:
    depth = 0
    for lexeme in lexemes:
        if lexeme.type == "LPAR":
            depth += 1
            if depth > MAX_PARENTHESES:
                return lexeme.start
        elif lexeme.type == "RPAR" and depth:
            depth -= 1
    return None
