"""The parser built from the grammar. Every use of lark's internals is in this file: lark's minor version is pinned.

Good files go through `parse`, which is lark as it comes. Recovery asks `step` which words fit where: it runs the LR
automaton on states alone, because values on lark's own stack are changed in place and a discarded attempt would
corrupt them. What recovery settled on goes through `tree`, so there is one grammar and one kind of tree.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput
from lark.lark import PostLex
from lark.lexer import BasicLexer, PatternStr
from lark.parsers.lalr_analysis import Shift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Node: TypeAlias = "Tree[Token]"
Stack: TypeAlias = "tuple[int, Stack | None]"
"""LR states, the current one first. Immutable, so that attempts share what they have in common."""

INDENT_WIDTH = 4
MAX_PARENTHESES = 200

RESERVED = frozenset({
    "AND", "OR", "NOT", "IN", "IS", "IF", "THEN", "ELSE", "EMPTY", "TRUE", "FALSE", "WON", "LOST", "OPEN",
})  # fmt: skip
_LAYOUT = frozenset({"_NL", "_INDENT", "_DEDENT"})
_START = ["start", "interpolation"]


class Lexeme(NamedTuple):
    """A token: its terminal's name (or a name of the scanner's for what is no token), text and character offsets."""

    type: str
    text: str
    start: int
    end: int


class NotPlain(Exception):  # noqa: N818 - not an error of its own: it sends the text to recovery, which reports
    """The text does not parse as it stands, or is not indented by steps of four spaces."""


class TooDeep(Exception):  # noqa: N818 - a limit that is reported, not an error in the program
    """Parentheses nested deeper than `MAX_PARENTHESES`; `offset` is where."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class _WordLexer(BasicLexer):
    """Lexes words whole and decides by the parser's state whether one is a statement word or a name.

    lark's contextual lexer tries only the terminals a state accepts, so that `a orc == b` becomes `a or c == b` and a
    reserved word becomes a name. Here both stay what they look like, and recovery's scanner can agree with it.
    """

    __future_interface__ = 2

    def lex(self, state: Any, parser_state: Any) -> Iterator[Token]:
        states = parser_state.parse_conf.states
        words = {t.name for t in self.terminals if _is_word(t)} - RESERVED
        with suppress(EOFError):
            while True:
                token = self.next_token(state, parser_state)
                if token.type in words and token.type not in states[parser_state.state_stack[-1]]:
                    token.type = "NAME"
                yield token


class _Indentation(PostLex):
    """Turns the indentation of plain files into tokens and leaves every other file to recovery.

    Plain means: steps of exactly four spaces. lark's own indenter cannot report a wrong step and misplaces tabs.
    """

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = parentheses = 0
        first = True
        for token in stream:
            if first and token.type != "_NL" and token.column != 1:
                raise NotPlain
            first = False
            if token.type != "_NL":
                if token.type == "LPAR":
                    parentheses += 1
                    if parentheses > MAX_PARENTHESES:
                        raise TooDeep(token.start_pos or 0)
                elif token.type == "RPAR":
                    parentheses = max(0, parentheses - 1)
                yield token
                continue
            if parentheses:
                continue
            indentation = token[token.rindex("\n") + 1 :]
            steps, rest = divmod(len(indentation), INDENT_WIDTH)
            if rest or steps > depth + 1 or "\t" in indentation:
                raise NotPlain
            yield token
            if steps > depth:
                yield Token.new_borrow_pos("_INDENT", "", token)
            for _ in range(depth - steps):
                yield Token.new_borrow_pos("_DEDENT", "", token)
            depth = steps


def _is_word(terminal: Any) -> bool:
    return isinstance(terminal.pattern, PatternStr) and terminal.pattern.value.isalpha()


def _has_place(child: Any) -> bool:
    """Tell lark which tokens count for the place of a node: line ends and indentation do not."""
    return not (isinstance(child, Token) and child.type in _LAYOUT)


def build_lark(grammar: str, *, strict: bool = False) -> Lark:
    """Build the LALR tables from the grammar's text; `strict` (for tests) refuses every conflict and collision."""
    return Lark(
        grammar,
        parser="lalr",
        lexer=_WordLexer,
        postlex=_Indentation(),
        start=_START,
        maybe_placeholders=False,
        propagate_positions=_has_place,
        strict=strict,
    )


class Automaton:
    """The parser for the rule language."""

    def __init__(self, lark: Lark) -> None:
        self._lark = lark
        frontend: Any = lark.parser
        table = frontend.parser.parser.parse_table
        self._states: dict[int, dict[str, tuple[Any, Any]]] = table.states
        self._start_states: dict[str, int] = table.start_states
        ordered = sorted(
            lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name)
        )
        self.words: dict[str, str] = {t.pattern.value: t.name for t in ordered if _is_word(t)}
        self.spelling: dict[str, str] = {t.name: t.pattern.value for t in ordered if isinstance(t.pattern, PatternStr)}
        self.patterns: tuple[tuple[str, str], ...] = tuple(
            (t.name, t.pattern.to_regexp())
            for t in ordered
            if not _is_word(t) and not t.name.startswith("_")  # layout, and what is ignored
        )

    @classmethod
    def build(cls, grammar: str) -> Automaton:
        """Build from the grammar's text, which takes some hundred times as long as parsing a file."""
        return cls(build_lark(grammar))

    @classmethod
    def load(cls, saved: bytes) -> Automaton:
        """Load what `save` returned; any exception means that it is damaged. Never feed it bytes from elsewhere."""
        lark: Lark = Lark.load(io.BytesIO(saved))
        return cls(lark)

    def save(self) -> bytes:
        """Return the tables as bytes for `load`."""
        file = io.BytesIO()
        self._lark.save(file)
        return file.getvalue()

    def parse(self, text: str, start: str = "start") -> Node:
        """Parse plain text that ends with a newline. Errors: `NotPlain`, `TooDeep`."""
        try:
            return self._lark.parse(text, start=start)
        except UnexpectedInput as error:
            raise NotPlain from error

    def initial(self, start: str = "start") -> Stack:
        """Return the stack before the first token."""
        return (self._start_states[start], None)

    def step(self, stack: Stack, terminal: str) -> Stack | None:
        """Return the stack after `terminal`, or None where it does not fit."""
        states = self._states
        while True:
            entry = states[stack[0]].get(terminal)
            if entry is None:
                return None
            action, argument = entry
            if action is Shift:
                return (argument, stack)
            below: Stack = stack
            for _ in range(len(argument.expansion)):
                below = _pop(below)
            stack = (states[below[0]][argument.origin.name][1], below)

    def kind(self, stack: Stack, lexeme: Lexeme) -> str:
        """Return the terminal that a scanned token is here: a statement word where one fits, else a name."""
        if lexeme.type in self.spelling and lexeme.type not in RESERVED and lexeme.text.isalpha():
            return lexeme.type if lexeme.type in self._states[stack[0]] else "NAME"
        return lexeme.type

    def expected(self, stack: Stack) -> list[str]:
        """Return the terminals that truly fit next; the LALR table alone lists many that do not."""
        return [t for t in self._states[stack[0]] if t.isupper() and self.step(stack, t) is not None]

    def tree(self, lexemes: Iterable[Lexeme], start: str = "start") -> Node:
        """Build the tree of tokens that are known to fit."""
        interactive: Any = self._lark.parse_interactive("", start=start)
        last: Token | None = None
        for lexeme in lexemes:
            last = Token(lexeme.type, lexeme.text, lexeme.start, 1, 1, 1, 1, lexeme.end)
            interactive.feed_token(last)
        result: Node = interactive.feed_eof(last)
        return result


def _pop(stack: Stack) -> Stack:
    below = stack[1]
    if below is None:  # a reduction never takes the start state
        raise AssertionError
    return below
