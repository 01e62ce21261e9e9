"""The parser built from the grammar.

Good files go through `parse`. Recovery asks `step` which words fit where: it runs the LR automaton on states alone,
which can be shared between attempts. What recovery settled on goes through `tree`, so there is one grammar and one
kind of tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from syncdsl.syntax.driver import Driver
from syncdsl.syntax.tables import INDENT_WIDTH, MAX_PARENTHESES, RESERVED, NotPlain, Tables, TooDeep
from syncdsl.syntax.tree import Lexeme, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

Stack: TypeAlias = "tuple[int, Stack | None]"
"""LR states, the current one first. Immutable, so that attempts share what they have in common."""


class Automaton:
    """The parser for the rule language."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._driver = Driver(tables)
        self.words: dict[str, str] = tables.words
        self.spelling: dict[str, str] = tables.spelling
        self.patterns: tuple[tuple[str, str], ...] = tuple(tables.patterns)

    @classmethod
    def build(cls, grammar: str) -> Automaton:
        """Build from the grammar's text, which takes some hundred times as long as parsing a file."""
        from syncdsl.syntax.lark_tables import build_tables  # noqa: PLC0415 - saved tables need no lark

        return cls(build_tables(grammar))

    @classmethod
    def load(cls, saved: bytes) -> Automaton:
        """Load what `save` returned; any exception means that it is damaged."""
        return cls(Tables.load(saved))

    def save(self) -> bytes:
        """Return the tables as bytes for `load`."""
        return self._tables.save()

    def parse(self, text: str, start: str = "start") -> Node:
        """Parse plain text that ends with a newline. Errors: `NotPlain`, `TooDeep`."""
        return self._driver.parse(text, start)

    def initial(self, start: str = "start") -> Stack:
        """Return the stack before the first token."""
        return (self._tables.starts[start], None)

    def step(self, stack: Stack, terminal: str) -> Stack | None:
        """Return the stack after `terminal`, or None where it does not fit."""
        actions, gotos, rules = self._tables.actions, self._tables.gotos, self._tables.rules
        while True:
            action = actions[stack[0]].get(terminal)
            if action is None:
                return None
            if action >= 0:
                return (action, stack)
            rule = rules[-1 - action]
            below: Stack = stack
            for _ in range(rule.length):
                below = _pop(below)
            stack = (gotos[below[0]][rule.origin], below)

    def kind(self, stack: Stack, lexeme: Lexeme) -> str:
        """Return the terminal that a scanned token is here: a statement word where one fits, else a name."""
        if lexeme.type in self.spelling and lexeme.type not in RESERVED and lexeme.text.isalpha():
            return lexeme.type if lexeme.type in self._tables.actions[stack[0]] else "NAME"
        return lexeme.type

    def expected(self, stack: Stack) -> list[str]:
        """Return the terminals that truly fit next; the LALR table alone lists many that do not."""
        return [t for t in self._tables.actions[stack[0]] if self.step(stack, t) is not None]

    def tree(self, lexemes: Iterable[Lexeme], start: str = "start") -> Node:
        """Build the tree of tokens that are known to fit."""
        return self._driver.tree(lexemes, start)


def _pop(stack: Stack) -> Stack:
    below = stack[1]
    if below is None:  # a reduction never takes the start state
        raise AssertionError
    return below


__all__ = [
    "INDENT_WIDTH",
    "MAX_PARENTHESES",
    "RESERVED",
    "Automaton",
    "Lexeme",
    "Node",
    "NotPlain",
    "Stack",
    "TooDeep",
]
