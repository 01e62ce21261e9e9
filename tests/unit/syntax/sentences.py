"""Writes random texts that the grammar derives, by its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from lark import Lark

_SPELLINGS = {
    "NAME": ["a", "Account_Name", "_x1", "view", "map", "stage", "on", "day"],  # statement words are names too
    "QUOTED": ["`or`", "`two words`"],
    "STRING": ['"a"', '"{First_Name} {{x}"', r'"q\"q\\"', '""', '"# no comment"'],
    "NUMBER": ["1", "100_000", "1.50"],
    "DATE": ["2026-01-31"],
}
_DEEP = 26
_LONG = 80
_NEVER = 1000  # deeper than any derivation; also of a rule that only recovery writes


class Sentences:
    """Derives texts of some hundred tokens."""

    def __init__(self, lark: Lark, seeded: random.Random) -> None:
        self._random = seeded
        self._patterns: dict[str, Any] = {terminal.name: terminal.pattern for terminal in lark.terminals}
        self._rules: dict[str, list[list[Any]]] = {}
        for rule in lark.rules:
            if all(symbol.name != "BAD" for symbol in rule.expansion):
                self._rules.setdefault(rule.origin.name, []).append(list(rule.expansion))
        self._depths = self._shallowest()
        self._choices = {name: self._possible(name) for name in self._rules}
        self._left = 0

    def text(self, start: str = "start") -> str:
        """Return a text, with comments and blank lines here and there."""
        text, depth, fresh = "", 0, True
        self._left = _LONG
        for terminal in self._derive(start, 0):
            if terminal == "_INDENT":
                depth += 1
            elif terminal == "_DEDENT":
                depth -= 1
            elif terminal == "_NL":
                text += self._random.choice(["\n", "\n", "\n", "  # a comment\n", "\n\n", "\r\n", "\n  # a comment\n"])
                fresh = True
            else:
                text += "    " * depth if fresh else self._random.choice([" ", " ", "  ", "\t"])
                text += self._spelling(terminal)
                fresh = False
        return text

    def _derive(self, name: str, depth: int) -> Iterator[str]:
        possible, flattest = self._choices[name]
        for symbol in self._random.choice(flattest if depth > _DEEP or self._left < 0 else possible):
            if symbol.is_term:
                self._left -= 1
                yield symbol.name
            else:
                yield from self._derive(symbol.name, depth + 1)

    def _possible(self, name: str) -> tuple[list[list[Any]], list[list[Any]]]:
        """Return what a rule can expand to, and the flattest of these."""
        depths = [(self._depth(choice), choice) for choice in self._rules[name]]
        least = min(depth for depth, _ in depths)
        possible = [choice for depth, choice in depths if depth < _NEVER]
        return possible, [choice for depth, choice in depths if depth == least]

    def _spelling(self, terminal: str) -> str:
        if terminal in _SPELLINGS:
            return self._random.choice(_SPELLINGS[terminal])
        spelling: str = self._patterns[terminal].value
        return spelling

    def _depth(self, expansion: list[Any]) -> int:
        return 1 + max((0 if item.is_term else self._depths.get(item.name, _NEVER) for item in expansion), default=0)

    def _shallowest(self) -> dict[str, int]:
        """Return the depth of each rule's flattest tree."""
        self._depths = dict.fromkeys(self._rules, _NEVER)
        while True:
            found = {name: min(map(self._depth, choices)) for name, choices in self._rules.items()}
            if found == self._depths:
                return found
            self._depths = found
