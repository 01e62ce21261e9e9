"""Turns a plain file into tokens in one sweep and leaves every other file to recovery.

Plain means: only tokens of the language, and indentation by steps of exactly four spaces. Words are taken whole; which
of them are statement words and which are names is the parser's to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syncdsl.syntax.tables import INDENT_WIDTH, MAX_PARENTHESES, NotPlain, TooDeep

if TYPE_CHECKING:
    from syncdsl.syntax.tables import Tables


class PlainLexer:
    """Scans texts; one for a grammar."""

    def __init__(self, tables: Tables) -> None:
        self._words = tables.words
        name = dict(tables.patterns)["NAME"]
        named = "|".join(f"(?P<{terminal}>{pattern})" for terminal, pattern in tables.patterns)
        # Names and line ends come first: they are most of a file, and no other token begins like them. A line that
        # only holds a comment belongs to the line end before it.
        self._scan = re.compile(
            rf"[ \t]*(?:(?P<WORD>{name})|(?P<_NL>{tables.line_end})|{named}|#[^\n]*|(?P<ODD>[^\n]))"
        ).finditer

    def lexemes(self, text: str) -> list[tuple[str, str, int, int]]:
        """Return terminals with text and offsets. Errors: `NotPlain`, `TooDeep`."""
        found: list[tuple[str, str, int, int]] = []
        add = found.append
        words = self._words
        depth = parentheses = 0
        for hit in self._scan(text):
            kind = hit.lastgroup
            if kind is None:  # a comment
                continue
            start, end = hit.span(kind)
            value = text[start:end]
            if kind == "WORD":
                if not found and _column(text, start):
                    raise NotPlain
                add((words.get(value, "NAME"), value, start, end))
                continue
            if kind == "_NL":
                if parentheses:
                    continue
                indentation = value[value.rindex("\n") + 1 :]
                steps, rest = divmod(len(indentation), INDENT_WIDTH)
                if rest or steps > depth + 1 or "\t" in indentation:
                    raise NotPlain
                add((kind, value, start, end))
                if steps > depth:
                    add(("_INDENT", "", end, end))
                while depth > steps:
                    add(("_DEDENT", "", end, end))
                    depth -= 1
                depth = steps
                continue
            if kind == "ODD" or (not found and _column(text, start)):
                raise NotPlain
            if kind == "LPAR":
                parentheses += 1
                if parentheses > MAX_PARENTHESES:
                    raise TooDeep(start)
            elif kind == "RPAR" and parentheses:
                parentheses -= 1
            add((kind, value, start, end))
        return found


def _column(text: str, offset: int) -> int:
    return offset - text.rfind("\n", 0, offset) - 1
