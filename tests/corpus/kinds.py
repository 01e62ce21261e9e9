"""What a planted fault is: a line that is well, what becomes of it, and the line in which it has to be found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

SYNTAX_TOLERANCE = 1
"""Lines by which a report of a syntax fault may miss: what is missing at a line's end may be said at the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a base program: its number from 1, its text without a comment, and the headers it stands under."""

    number: int
    code: str
    comment: str
    headers: tuple[tuple[int, str], ...]
    """Number and text of each header around it, the outermost first."""

    @property
    def indent(self) -> str:
        """The spaces before it."""
        return self.code[: len(self.code) - len(self.code.lstrip())]

    @property
    def path(self) -> str:
        """The headers around it, one a line, as patterns see them."""
        return "\n".join(text for _, text in self.headers)

    @property
    def statement(self) -> int:
        """The number of the line with which its statement begins."""
        return self.headers[0][0] if self.headers else self.number


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    `line` is a pattern for the whole of a valid line without its indentation, `within` one for the headers around it.
    Each of `write` is a way to write the line instead, as a template of the pattern's groups, indented like the line;
    several lines are separated by line ends, and no text at all removes the line. With `misspelt` that group of the
    pattern is misspelt instead.

    `found` says where it has to be found: in the `first` or the `last` line written, or in a header: the nearest one
    around the line that this pattern takes, or else the nearest line after the header that it takes.
    """

    name: str
    stage: Literal["syntax", "meaning"]
    line: str
    write: tuple[str, ...] = ()
    misspelt: str = ""
    within: str = ""
    found: str = "first"
    blinds: Literal["nothing", "statement", "program"] = "nothing"
    """What cannot be checked for its sake: then no second fault is planted there."""
    reason: str = ""
    """Why a fault is expected elsewhere than in the line that was changed, or blinds."""
    raw: bool = False
    """Whether templates bring their own indentation."""

    def __post_init__(self) -> None:
        """Demand reasons."""
        if (self.found not in {"first", "last"} or self.blinds != "nothing") and not self.reason:
            raise ValueError(self.name)

    @property
    def tolerance(self) -> int:
        """Lines by which a report may miss."""
        return SYNTAX_TOLERANCE if self.stage == "syntax" else 0

    @cached_property
    def _line(self) -> re.Pattern[str]:
        return re.compile(self.line)

    def fits(self, line: Line) -> bool:
        """Whether it can be planted in a line."""
        return self._line.fullmatch(line.code.strip()) is not None and re.search(self.within, line.path) is not None

    def written(self, line: Line, random: Random, words: frozenset[str]) -> list[str]:
        """Return the lines that stand in the place of a line; `words` are those that no misspelling may give."""
        match = self._line.fullmatch(line.code.strip())
        if match is None:
            raise ValueError(line.code)
        if self.misspelt:
            start, end = match.span(self.misspelt)
            code = line.code.strip()
            return [
                f"{line.indent}{code[:start]}{misspelling(code[start:end], random, words)}{code[end:]}{line.comment}"
            ]
        template = random.choice(self.write)
        if not template:
            return []
        lines = match.expand(template).split("\n")
        indent = "" if self.raw else line.indent
        return [f"{indent}{text}{line.comment if number == 0 else ''}" for number, text in enumerate(lines)]

    def expected(self, line: Line, written: Sequence[str], lines: Sequence[Line]) -> int:
        """Return the number of the line in which it has to be found, in a text with this fault alone."""
        if self.found == "first":
            return line.number
        if self.found == "last":
            return line.number + len(written) - 1
        for number, text in reversed(line.headers):
            if re.match(self.found, text):
                return number
            below = [
                item for item in lines if item.headers and item.headers[-1][0] == number and item.number != line.number
            ]
            for item in below:
                if re.match(self.found, item.code.strip()):
                    return item.number + (len(written) - 1 if item.number > line.number else 0)
        raise ValueError(f"{self.name}: nothing above line {line.number} matches {self.found}")


def misspelling(word: str, random: Random, words: frozenset[str]) -> str:
    """Return a word with two letters swapped, or one left out or doubled, that is no other word."""
    tries: list[str] = []
    for at in range(len(word) - 1):
        if word[at] != word[at + 1]:
            tries.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
        if len(word) > 3 and at:
            tries.append(word[:at] + word[at + 1 :])
        if at:
            tries.append(word[:at] + word[at] + word[at:])
    good = [item for item in tries if item.casefold() not in words and not item[0].isdigit() and item != word]
    return random.choice(good)
