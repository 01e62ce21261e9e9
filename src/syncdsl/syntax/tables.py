"""The LR tables of the grammar as plain data: what is kept in the cache, and what the driver and recovery run on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import NamedTuple

INDENT_WIDTH = 4
MAX_PARENTHESES = 200

RESERVED = frozenset({
    "AND", "OR", "NOT", "IN", "IS", "IF", "THEN", "ELSE", "EMPTY", "TRUE", "FALSE", "WON", "LOST", "OPEN",
})  # fmt: skip
START = ["start", "interpolation"]


class NotPlain(Exception):  # noqa: N818 - not an error of its own: it sends the text to recovery, which reports
    """The text does not parse as it stands, or is not indented by steps of four spaces."""


class TooDeep(Exception):  # noqa: N818 - a limit that is reported, not an error in the program
    """Parentheses nested deeper than `MAX_PARENTHESES`; `offset` is where."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class RuleData(NamedTuple):
    """One rule of the grammar.

    `kept` names the symbols of its expansion that go into the tree: place, and the rule or the terminal it is.
    A node of an `inlined` rule gives its children to its parent; a `single` one with one child is that child.
    """

    origin: str
    length: int
    kept: list[tuple[int, str, str]]
    data: str
    inlined: bool
    single: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The automaton. `actions` says by state and terminal: the state to go to, or -1 less the number of a rule."""

    actions: list[dict[str, int]]
    gotos: list[dict[str, int]]
    rules: list[RuleData]
    starts: dict[str, int]
    ends: dict[str, int]
    words: dict[str, str]
    spelling: dict[str, str]
    patterns: list[tuple[str, str]]
    line_end: str

    def save(self) -> bytes:
        """Return the tables as JSON for `load`."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def load(cls, saved: bytes) -> Tables:
        """Load what `save` returned.

        Raises ValueError, TypeError or KeyError for anything that has not its form.
        """
        data = json.loads(saved)
        data["rules"] = [
            RuleData(origin, length, [(place, rule, terminal) for place, rule, terminal in kept], name, inlined, single)
            for origin, length, kept, name, inlined, single in data["rules"]
        ]
        data["patterns"] = [(name, pattern) for name, pattern in data["patterns"]]
        return cls(**data)
