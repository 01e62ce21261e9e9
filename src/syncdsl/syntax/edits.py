"""The mistakes that recovery knows: small edits of one line's tokens, each with its cost and its report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncdsl.diagnostics import did_you_mean
from syncdsl.diagnostics.codes import syntax as codes
from syncdsl.syntax import scanner as scan
from syncdsl.syntax.automaton import RESERVED, Lexeme
from syncdsl.syntax.wording import OTHER_COMMENTS, after, shown, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.diagnostics import Code
    from syncdsl.syntax.automaton import Automaton, Stack

_ARROWS = frozenset({"RIGHT", "LEFT", "BOTH"})
_SPLIT_COMPARISON = "LEFT"
_LONGEST_RUN = 6

# What one token may have been meant as: terminal, cost, code.
_MEANT: dict[str, tuple[tuple[str, float, Code], ...]] = {
    "ASSIGN": (
        ("EQUAL", 0.6, codes.WRONG_OPERATOR),
        ("COLON", 1.0, codes.MISSING_COLON),
        ("LESS_EQUAL", 1.0, codes.WRONG_OPERATOR),
        ("RIGHT", 1.2, codes.WRONG_ARROW),
    ),
    "EQUAL": (
        ("ASSIGN", 0.6, codes.WRONG_OPERATOR),
        ("LESS_EQUAL", 1.0, codes.WRONG_OPERATOR),
        ("RIGHT", 1.2, codes.WRONG_ARROW),
        ("COLON", 1.4, codes.MISSING_COLON),
    ),
    "RIGHT": (("EQUAL", 1.2, codes.WRONG_OPERATOR), ("COLON", 1.5, codes.MISSING_COLON)),
    "LEFT": (("EQUAL", 1.2, codes.WRONG_OPERATOR), ("LESS_EQUAL", 1.0, codes.WRONG_OPERATOR)),
    "BOTH": (("EQUAL", 1.2, codes.WRONG_OPERATOR),),
    "MINUS": (("RIGHT", 1.3, codes.WRONG_ARROW), ("DOT", 1.6, codes.UNEXPECTED)),
    "GREATER": (("RIGHT", 1.3, codes.WRONG_ARROW), ("LESS_EQUAL", 1.4, codes.WRONG_OPERATOR)),
    "LESS": (("LEFT", 1.3, codes.WRONG_ARROW), ("LESS_EQUAL", 1.0, codes.WRONG_OPERATOR)),
    "GREATER_EQUAL": (("LESS_EQUAL", 1.2, codes.WRONG_OPERATOR),),
    "LESS_EQUAL": (("LEFT", 1.4, codes.WRONG_ARROW),),
    "COLON": (
        ("RIGHT", 1.3, codes.MISSING_ARROW),
        ("DOT", 1.4, codes.UNEXPECTED),
        ("LESS_EQUAL", 1.2, codes.WRONG_OPERATOR),
        ("EQUAL", 1.5, codes.WRONG_OPERATOR),
        ("ASSIGN", 1.5, codes.WRONG_OPERATOR),
        ("COMMA", 1.6, codes.MISSING_SEPARATOR),
    ),
    "SLASH": (("DOT", 1.4, codes.UNEXPECTED), ("COMMA", 1.6, codes.MISSING_SEPARATOR)),
    "DOT": (("COMMA", 1.3, codes.MISSING_SEPARATOR), ("COLON", 1.4, codes.MISSING_COLON)),
    "COMMA": (("COLON", 1.4, codes.MISSING_COLON), ("DOT", 1.4, codes.UNEXPECTED)),
    "AND": (("COMMA", 1.3, codes.MISSING_SEPARATOR),),
}
_INSERTED = {
    "COLON": (0.9, codes.MISSING_COLON),
    "RIGHT": (1.0, codes.MISSING_ARROW),
    "RPAR": (1.0, codes.UNCLOSED_PARENTHESIS),
    "COMMA": (1.1, codes.MISSING_SEPARATOR),
    "THEN": (1.2, codes.MISSING_WORD),
    "DOT": (1.5, codes.MISSING_WORD),
    "LPAR": (1.6, codes.UNCLOSED_PARENTHESIS),
    "NAME": (1.5, codes.MISSING_WORD),
    "STRING": (1.8, codes.MISSING_WORD),
    "NUMBER": (1.8, codes.MISSING_WORD),
    "DATE": (1.9, codes.MISSING_WORD),
    "EQUAL": (1.7, codes.WRONG_OPERATOR),
    "ASSIGN": (1.7, codes.WRONG_OPERATOR),
    "LESS_EQUAL": (1.7, codes.WRONG_OPERATOR),
    "AND": (2.6, codes.MISSING_WORD),
}
_NEVER_INSERTED = frozenset({
    "OR", "NOT", "PLUS", "STAR", "SLASH", "MINUS", "COALESCE", "LESS", "GREATER", "GREATER_EQUAL", "NOT_EQUAL",
    "TRUE", "FALSE", "WON", "LOST", "OPEN", "IF", "QUOTED", "GROUP", "LINE", "LEFT", "BOTH", "UNDERSCORE", "PERCENT",
    "BAD", "IS",
})  # fmt: skip
_OPERATORS = frozenset({"AND", "OR", "NOT", "IN", "IS"})
WORDS_ELSEWHERE = {
    "fields": "map", "mapping": "map", "columns": "map", "filter": "where", "condition": "where", "unless": "where",
    "match": "dedupe", "key": "dedupe", "unique": "dedupe", "sync": "module", "entity": "module", "lookup": "table",
    "trigger": "when", "on": "when", "limit": "guard", "import": "use", "include": "use", "extends": "like",
    "inherit": "like", "inherits": "like", "exclude": "without", "except": "without", "version": "language",
    "source": "connection", "overwrites": "overwrite", "replace": "overwrite", "ignore": "skip", "copy": "clone",
    "remove": "delete", "nothing": "keep", "update": "overwrite", "manual": "review", "ask": "review", "lines": "line",
    "cancel": "void", "reject": "decline", "make": "create", "transaction": "document",
}  # fmt: skip
"""Words that other tools have for what is said here with another."""
_VALUES = frozenset({"STRING", "NUMBER", "DATE", "QUOTED", scan.OPEN_TEXT, scan.OTHER_QUOTES})
_BRACKETS = {"[": "LPAR", "{": "LPAR", "]": "RPAR", "}": "RPAR", "&": "AND", "|": "OR"}


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: the tokens that replace those from the current one up to `next`, and the report it makes."""

    cost: float
    lexemes: tuple[Lexeme, ...]
    next: int
    code: Code
    message: str
    start: int
    end: int
    help: str | None = None
    replacement: str | None = None

    @property
    def inserts(self) -> bool:
        """Whether it only puts something in; then `replacement` goes where its token stands."""
        return bool(self.lexemes) and self.lexemes[0].start == self.lexemes[0].end


class EditFinder:
    """Proposes edits for one line."""

    def __init__(self, automaton: Automaton, lexemes: Sequence[Lexeme], end: int, text: str) -> None:
        self._automaton = automaton
        self._lexemes = lexemes
        self._end = end
        self._text = text

    def at(self, index: int, stack: Stack) -> Iterator[Edit]:
        """Yield the edits at a token; those at the index after the last one insert at the end."""
        fits = set(self._automaton.expected(stack))
        if index < len(self._lexemes):
            yield from self._meant(index, fits, self._automaton.kind(stack, self._lexemes[index]))
            yield from self._words(index, fits)
            yield from self._runs(index, fits)
            yield from self._dropped(index, fits)
        yield from self._inserted(index, fits)

    def _meant(self, index: int, fits: set[str], kind: str) -> Iterator[Edit]:
        """Read a token as another one."""
        lexeme = self._lexemes[index]
        text = lexeme.text
        second = lexeme.type in _ARROWS and any(item.type in _ARROWS for item in self._lexemes[:index])
        for terminal, cost, code in () if second else _MEANT.get(lexeme.type, ()):
            if terminal in fits:
                yield self._replace(index, terminal, cost, code)
        if lexeme.type == _SPLIT_COMPARISON and "LESS" in fits:
            middle = lexeme.start + 1
            yield Edit(
                0.7,
                (Lexeme("LESS", "<", lexeme.start, middle), Lexeme("MINUS", "-", middle, lexeme.end)),
                index + 1, codes.WRONG_OPERATOR, "`<-` is always the arrow", lexeme.start, lexeme.end,
                "a comparison with a negative number takes a space: `< -5`", "< -",
            )  # fmt: skip
        if lexeme.type == scan.ODD_ARROW:
            for terminal in _ARROWS & fits:
                cost = 0.4 if terminal == scan.ARROWS[text] else 1.4
                yield self._replace(index, terminal, cost, codes.WRONG_ARROW)
            for terminal in {"LESS_EQUAL", "GREATER_EQUAL"} & fits if text in {"=>", "<=="} else ():
                yield self._replace(index, terminal, 0.8, codes.WRONG_OPERATOR)
        if lexeme.type == scan.ODD_OPERATOR:
            meant = scan.OPERATORS[text]
            if meant in fits:
                yield self._replace(index, meant, 0.4, codes.WRONG_OPERATOR)
            if text in {":=", "==="} and "ASSIGN" in fits:
                yield self._replace(index, "ASSIGN", 0.5, codes.WRONG_OPERATOR)
        if lexeme.type == scan.ODD_CHARACTER:
            for sign, cost in ((_BRACKETS.get(text), 0.4), ("COMMA" if text == ";" else None, 0.6)):
                if sign is not None and sign in fits:
                    yield self._replace(index, sign, cost, codes.BAD_CHARACTER)
        if lexeme.type in {scan.OPEN_TEXT, scan.OTHER_QUOTES} and "STRING" in fits:
            yield self._text_closed(index)
        if lexeme.type in {scan.OPEN_QUOTED, scan.OTHER_QUOTES} and "NAME" in fits:
            inner = text[1:-1] if lexeme.type == scan.OTHER_QUOTES else text[1:].rstrip()
            quoted = f"`{inner or '_'}`"
            code = codes.UNCLOSED_TEXT if lexeme.type == scan.OPEN_QUOTED else codes.WRONG_QUOTES
            yield Edit(
                0.8, (Lexeme("QUOTED", quoted, lexeme.start, lexeme.end),), index + 1, code,
                "the backtick that ends this name is missing" if code is codes.UNCLOSED_TEXT
                else f"a name does not stand between quotation marks: {shown(text)}",
                lexeme.start, lexeme.end, "odd names stand in backticks, `` `Odd name` ``, plain ones as they are",
            )  # fmt: skip
        if lexeme.type == scan.ODD_NAME and "NAME" in fits:
            yield Edit(
                0.4, (Lexeme("NAME", text, lexeme.start, lexeme.end),), index + 1, codes.UNQUOTED_NAME,
                f"{shown(text)} is an odd name", lexeme.start, lexeme.end,
                f"write it in backticks: `` `{text}` ``", f"`{text}`",
            )  # fmt: skip
        if _is_word(lexeme) and kind != "NAME" and "NAME" in fits:
            reserved = lexeme.type in RESERVED
            yield Edit(
                1.0 if reserved else 1.2, (Lexeme("NAME", text, lexeme.start, lexeme.end),), index + 1,
                codes.RESERVED_WORD if reserved else codes.UNEXPECTED,
                f"`{text}` is a word of the language", lexeme.start, lexeme.end,
                f"as a name it is written in backticks: `` `{text}` ``", f"`{text}`",
            )  # fmt: skip
        if lexeme.type == "STRING" and "NAME" in fits and "STRING" not in fits:
            yield Edit(
                1.5, (Lexeme("NAME", "", lexeme.start, lexeme.end),), index + 1, codes.UNEXPECTED,
                f"a name stands here without quotation marks, not {shown(text)}", lexeme.start, lexeme.end,
                None, text[1:-1] if text[1:-1].isidentifier() and text.isascii() else None,
            )  # fmt: skip

    def _text_closed(self, index: int) -> Edit:
        lexeme = self._lexemes[index]
        text = lexeme.text
        if lexeme.type == scan.OPEN_TEXT:
            inner, code, message = text[1:], codes.UNCLOSED_TEXT, "the quotation mark that ends this text is missing"
            replacement, cost = text + '"', 0.8
        else:
            inner = text[1:-1] if len(text) > 1 else ""
            code, cost = codes.WRONG_QUOTES, 0.5
            message, replacement = "texts stand between straight double quotation marks", f'"{inner}"'
        closed = '"' + inner.rstrip("\\") + '"'
        lexemes = (Lexeme("STRING", closed, lexeme.start, lexeme.end),)
        return Edit(
            cost, lexemes, index + 1, code, message, lexeme.start, lexeme.end, 'for example `"All Accounts"`',
            replacement,
        )  # fmt: skip

    def _words(self, index: int, fits: set[str]) -> Iterator[Edit]:
        """Read a misspelt word as a word of the language."""
        lexeme = self._lexemes[index]
        if not _is_word(lexeme) or len(lexeme.text) < 2:
            return
        spelling = self._automaton.spelling
        words = {spelling[t]: t for t in fits if t in spelling and spelling[t].isalpha()}
        elsewhere = WORDS_ELSEWHERE.get(lexeme.text.casefold())
        meant = did_you_mean(lexeme.text, words) if elsewhere not in words else None
        if elsewhere in words:
            named = [item.type for item in self._lexemes[index + 1 : index + 3]] == ["COLON", "STRING"]
            meant = "view" if elsewhere == "where" and named and "view" in words else elsewhere
        if meant is None and index and words and "NAME" not in fits:
            for terminal in words.values():
                yield Edit(
                    1.5, (Lexeme(terminal, spelling[terminal], lexeme.start, lexeme.end),), index + 1,
                    codes.UNEXPECTED, f"expected {self._one_of(terminal, fits)}, not {shown(lexeme.text)}",
                    lexeme.start, lexeme.end,
                )  # fmt: skip
        if meant is None or meant == lexeme.text:
            return
        same = meant == lexeme.text.casefold()
        known = lexeme.text in self._automaton.words
        cost = 0.5 if same else 1.8 if known else 1.0
        first = index == 0
        yield Edit(
            cost, (Lexeme(words[meant], meant, lexeme.start, lexeme.end),), index + 1,
            codes.UNKNOWN_STATEMENT if first else codes.UNEXPECTED,
            f"no statement begins with `{lexeme.text}` here" if first else f"`{lexeme.text}` does not belong here",
            lexeme.start, lexeme.end,
            f"words are written in small letters: `{meant}`" if same else f"did you mean `{meant}`?", meant,
        )  # fmt: skip

    def _runs(self, index: int, fits: set[str]) -> Iterator[Edit]:
        """Read several words as one text or one name."""
        first = self._lexemes[index]
        if not _is_word(first) and first.type not in {"NUMBER", scan.ODD_NAME}:
            return
        for stop in range(index + 1, min(len(self._lexemes), index + _LONGEST_RUN) + 1):
            last = self._lexemes[stop - 1]
            if stop > index + 1 and not _is_word(last) and last.type not in {"NUMBER", scan.ODD_NAME}:
                return
            written = self._text[first.start : last.end]
            if "\n" in written:
                return
            name_fits = "NAME" in fits
            if name_fits and last.type in RESERVED:
                return
            if "STRING" in fits and (stop > index + 1 or not name_fits):
                yield Edit(
                    (2.1 if name_fits else 1.4) + 0.05 * (stop - index),
                    (Lexeme("STRING", f'"{written}"', first.start, last.end),), stop,
                    codes.UNCLOSED_TEXT, f"the text {shown(written)} does not stand between quotation marks",
                    first.start, last.end, f'write `"{written}"`', f'"{written}"',
                )  # fmt: skip
            if name_fits and stop > index + 1 and first.type not in RESERVED:
                joined = first.type == "NUMBER" and first.end == self._lexemes[index + 1].start
                if first.type == "NUMBER" and not joined:
                    return
                yield Edit(
                    1.0 if joined else 1.6 + 0.1 * (stop - index),
                    (Lexeme("QUOTED", f"`{written}`", first.start, last.end),), stop,
                    codes.UNQUOTED_NAME if joined else codes.UNEXPECTED,
                    f"{shown(written)} is an odd name" if joined
                    else f"{shown(last.text)} does not belong after {shown(self._lexemes[stop - 2].text)}",
                    first.start if joined else last.start, last.end,
                    f"a name with spaces or signs stands in backticks, `` `{written}` ``, a text in quotation marks",
                )  # fmt: skip

    def _inserted(self, index: int, fits: set[str]) -> Iterator[Edit]:
        """Put in what is missing."""
        here = self._lexemes[index] if index < len(self._lexemes) else None
        before = self._lexemes[index - 1] if index else None
        at = before.end if before else here.start if here else self._end
        start, end = (here.start, here.end) if here else (at, at)
        spelling = self._automaton.spelling
        for terminal in sorted(fits - _NEVER_INSERTED):
            if terminal.startswith(("_", "$")):
                continue
            word = spelling.get(terminal, "")
            if index == 0 and (word.isalpha() or terminal not in {"NAME", "STRING"}):
                continue
            cost, code = _INSERTED.get(terminal, (1.7, codes.MISSING_WORD))
            if terminal == "THEN" and before and before.type == "COMMA":
                code = codes.MISSING_SEPARATOR
            if before and before.end == start and here and terminal == "COMMA":
                cost += 0.5  # what is written together was rarely meant to be two items
            if terminal == "DOT" and len(fits) > 1:
                cost += 1.1  # `Account Name` is an odd name, while `crm Accounts` lacks the dot that must stand there
            if terminal in {"EQUAL", "LESS_EQUAL"} and "NOT_EQUAL" in fits:
                cost += 1.0  # only a key must have its `==` there, only a limit its `<=`
            placeholder = Lexeme(terminal, word, at, at)
            yield Edit(
                cost, (placeholder,), index, code,
                f"expected {self._one_of(terminal, fits)} {after(before)}", start, end, None,
                (word if terminal != "RIGHT" else None) or None,
            )  # fmt: skip

    def _one_of(self, terminal: str, fits: set[str]) -> str:
        """Name a terminal, with the other words that could stand in its place."""
        spelling = self._automaton.spelling
        passed_over = frozenset() if terminal in _OPERATORS else _OPERATORS
        words = sorted(spelling[t] for t in fits - passed_over if spelling.get(t, "").isalpha())
        if not spelling.get(terminal, "").isalpha() or len(words) < 2 or "NAME" in fits:
            return spelled(terminal, spelling.get(terminal, ""))
        return f"{', '.join(f'`{word}`' for word in words[:-1])} or `{words[-1]}`"

    def _dropped(self, index: int, fits: set[str]) -> Iterator[Edit]:
        """Leave out a token, or all that follow."""
        lexeme = self._lexemes[index]
        before = self._lexemes[index - 1] if index else None
        word = _is_word(lexeme)
        odd = lexeme.type == scan.ODD_CHARACTER
        value = lexeme.type in _VALUES
        if len(self._lexemes) > 1 and (index or not (word or value)):
            repeated = before is not None and before.type == lexeme.type and not word
            cost = 0.5 if odd else 1.0 if repeated else 1.2 if lexeme.type == "RPAR" else 1.7
            if word or value:
                cost = 2.4
            last = lexeme.type == "COMMA" and index + 1 == len(self._lexemes)
            if lexeme.type == "MINUS" and before and before.type in _ARROWS and before.end == lexeme.start:
                code, message = codes.WRONG_ARROW, f"`{before.text}{lexeme.text}` is not an arrow"
            elif last:
                code, message, cost = codes.MISSING_WORD, "nothing stands after this comma", 1.0
            elif lexeme.type == "RPAR":
                code, message = codes.UNCLOSED_PARENTHESIS, "this `)` has no `(`"
            elif odd:
                code, message = codes.BAD_CHARACTER, f"{shown(lexeme.text)} means nothing in this language"
            else:
                code, message = codes.UNEXPECTED, f"{shown(lexeme.text)} does not belong here"
            yield Edit(cost, (), index + 1, code, message, lexeme.start, lexeme.end)
        if index and "_NL" in fits:
            rest = len(self._lexemes) - index
            written = self._text[lexeme.start : self._lexemes[-1].end]
            code = codes.BAD_CHARACTER if odd else codes.UNEXPECTED
            comment = written.startswith(OTHER_COMMENTS)
            yield Edit(
                0.9 if comment else 1.9 + min(2.0, 0.3 * rest), (), len(self._lexemes),
                codes.BAD_CHARACTER if comment else code,
                f"{shown(written)} does not belong {after(before)}", lexeme.start, self._lexemes[-1].end,
                "comments begin with `#`: `# the rest`" if comment else None,
            )  # fmt: skip

    def _replace(self, index: int, terminal: str, cost: float, code: Code) -> Edit:
        lexeme = self._lexemes[index]
        word = self._automaton.spelling[terminal]
        message = f"expected {spelled(terminal, word)}, not {shown(lexeme.text)}"
        return Edit(
            cost, (Lexeme(terminal, word, lexeme.start, lexeme.end),), index + 1, code, message,
            lexeme.start, lexeme.end, _HELP.get((code.id, terminal)), word,
        )  # fmt: skip


_HELP = {
    (codes.WRONG_OPERATOR.id, "EQUAL"): "`==` compares; `=` sets, in tests only",
    (codes.WRONG_OPERATOR.id, "ASSIGN"): "`=` sets, in tests; `==` compares",
    (codes.WRONG_OPERATOR.id, "LESS_EQUAL"): "limits are written `deletes <= 0`",
    (codes.WRONG_ARROW.id, "RIGHT"): "the arrows are `->`, `<-` and `<->`",
    (codes.WRONG_ARROW.id, "LEFT"): "the arrows are `->`, `<-` and `<->`",
    (codes.WRONG_ARROW.id, "BOTH"): "the arrows are `->`, `<-` and `<->`",
}


def _is_word(lexeme: Lexeme) -> bool:
    """Whether a token is a plain word, of the language or not."""
    return lexeme.text.replace("_", "a").isalnum() and lexeme.type not in {
        "NUMBER",
        "DATE",
        scan.ODD_NAME,
        "UNDERSCORE",
    }
