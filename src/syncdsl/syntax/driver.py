"""Parses plain files with the LR tables: text to tree, as lark would, in a fraction of its time.

What makes it fast: most reductions of a grammar for expressions rename one thing (a `_product` is a `_sum`). Which
state a chain of them ends in depends on the state below, the name and the next terminal alone, so it is looked up once
and remembered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from syncdsl.syntax.plain_lexer import PlainLexer
from syncdsl.syntax.tables import RESERVED, NotPlain
from syncdsl.syntax.tree import Token, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syncdsl.syntax.tables import RuleData, Tables
    from syncdsl.syntax.tree import Node

_RENAMES: Final = 0  # the value of its only symbol is the value of the rule
_PICKS: Final = 1  # so is the value of the one symbol that is kept
_LISTS: Final = 2  # its children go to the parent
_MAKES: Final = 3  # a tree
_UNWRAPS: Final = 4  # a tree, or the one child it would have

_Reduction: TypeAlias = "tuple[int, str, int, tuple[int, ...], str]"
"""Length, origin, one of the kinds above, the places kept (counted from the end), and the name of the tree."""
_Entry: TypeAlias = "int | _Reduction | None"
"""A state to go to, a reduction, or None for what does not fit."""
_Lexeme: TypeAlias = "tuple[str, str, int, int]"

_END = "$END"
_NO_PLACE = -1
_LAYOUT = frozenset({"_NL", "_INDENT", "_DEDENT"})


class Driver:
    """The parser of one grammar."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._soft = frozenset(tables.words.values()) - RESERVED
        self._valued = frozenset(terminal for rule in tables.rules for _, _, terminal in rule.kept)
        reductions = _reductions(tables.rules)
        self._rows: list[dict[str, _Entry]] = [
            {symbol: action if action >= 0 else reductions[-1 - action] for symbol, action in row.items()}
            for row in tables.actions
        ]
        self._after: list[dict[str, dict[str, tuple[int, _Entry]]]] = [
            {origin: {} for origin in row} for row in tables.gotos
        ]
        self._lexer = PlainLexer(tables)

    def parse(self, text: str, start: str) -> Node:
        """Parse plain text that ends with a newline. Errors: `NotPlain`, `TooDeep`."""
        return self.tree(self._lexer.lexemes(text), start)

    def tree(  # noqa: PLR0915 - one loop without calls: it runs for every token
        self, lexemes: Iterable[_Lexeme], start: str = "start"
    ) -> Node:
        """Build the tree of tokens. Errors: `NotPlain` when they do not fit."""
        rows, after, soft, valued = self._rows, self._after, self._soft, self._valued
        state = self._tables.starts[start]
        last = self._tables.ends[start]
        states = [state]
        values: list[Any] = []
        begins: list[int] = []
        ends: list[int] = []
        new = str.__new__
        for kind, text, begin, end in (*lexemes, (_END, "", 0, 0)):
            row = rows[state]
            if kind in soft and kind not in row:
                kind = "NAME"  # noqa: PLW2901 - a statement word where none fits
            entry = row.get(kind)
            while entry.__class__ is tuple:
                length, origin, how, kept, data = entry
                if how == _RENAMES:
                    states.pop()
                else:
                    if how == _PICKS:
                        made = values[kept[0]]
                    else:
                        children: list[Any] = []
                        for place in kept:
                            value = values[place]
                            if value.__class__ is not list:
                                children.append(value)
                            elif children:
                                children += value
                            else:  # nothing else holds it
                                children = value
                        made = children
                    if length == 1:
                        first = begins[-1]
                        final = ends[-1]
                        states.pop()
                    else:
                        first = final = _NO_PLACE
                        if length:
                            first = begins[-length]
                            final = ends[-1]
                            if first < 0:
                                first = next((place for place in begins[-length:] if place >= 0), _NO_PLACE)
                            if final < 0:
                                final = next((place for place in reversed(ends[-length:]) if place >= 0), _NO_PLACE)
                            del states[-length:], values[-length:], begins[-length:], ends[-length:]
                        begins.append(first)
                        ends.append(final)
                        values.append(None)
                    if how >= _MAKES:
                        if how == _UNWRAPS and len(made) == 1:
                            made = made[0]
                        elif first < 0:
                            made = Tree(data, made, 0, 0)
                        else:
                            made = Tree(data, made, first, final)
                    values[-1] = made
                below = states[-1]
                known = after[below][origin]
                try:
                    state, entry = known[kind]
                except KeyError:
                    state, entry = known[kind] = self._renamed(below, origin, kind)
                states.append(state)
            if entry is None:
                if kind == _END and state == last:
                    break
                raise NotPlain
            state = entry  # type: ignore[assignment]  # not None, not a tuple
            states.append(state)
            if kind in valued:
                token = new(Token, text)
                token.type = kind
                token.start_pos = begin
                token.end_pos = end
                values.append(token)
            else:
                values.append(None)
            if kind[0] == "_" and kind in _LAYOUT:
                begins.append(_NO_PLACE)
                ends.append(_NO_PLACE)
            else:
                begins.append(begin)
                ends.append(end)
        result: Node = values[-1]
        return result

    def _renamed(self, below: int, origin: str, kind: str) -> tuple[int, _Entry]:
        """Return the state after a reduction to `origin` and all renamings that follow, and what is next there."""
        gotos = self._tables.gotos[below]
        while True:
            state = gotos[origin]
            entry = self._rows[state].get(kind)
            if not isinstance(entry, tuple) or entry[2] != _RENAMES:
                return state, entry
            origin = entry[1]


def _reductions(rules: list[RuleData]) -> list[_Reduction]:
    """Say for every rule what its reduction does to the values."""
    one = _always_one(rules)
    found: list[_Reduction] = []
    for rule in rules:
        places = tuple(place - rule.length for place, _, _ in rule.kept)
        lone = len(rule.kept) == 1
        certain = lone and (not rule.kept[0][1] or rule.kept[0][1] in one)
        if (rule.inlined and lone) or (rule.single and certain):
            how = _RENAMES if rule.length == 1 else _PICKS
        elif rule.inlined:
            how = _LISTS
        else:
            how = _UNWRAPS if rule.single else _MAKES
        found.append((rule.length, rule.origin, how, places, rule.data))
    return found


def _always_one(rules: list[RuleData]) -> set[str]:
    """Return the names of rules that always come to exactly one child of their parent."""
    names = {rule.origin for rule in rules}
    while True:
        wrong = {
            rule.origin
            for rule in rules
            if rule.origin in names
            and rule.inlined
            and not (len(rule.kept) == 1 and (not rule.kept[0][1] or rule.kept[0][1] in names))
        }
        if not wrong:
            return names
        names -= wrong
