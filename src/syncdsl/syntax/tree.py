"""What the parser makes of a text: tokens, and trees of them. As light as can be: a file has some ten for each line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Lexeme(NamedTuple):
    """A token: its terminal's name (or a name of the scanner's for what is no token), text and character offsets."""

    type: str
    text: str
    start: int
    end: int


class Token(str):
    """The text of a token, with its terminal's name and its character offsets."""

    __slots__ = ("end_pos", "start_pos", "type")
    type: str
    start_pos: int
    end_pos: int


@dataclass(slots=True, repr=False)
class Tree:
    """What a rule made of its tokens; one that only has line ends and indentation stands nowhere: `0, 0`."""

    data: str
    children: list[Node | Token]
    start_pos: int
    end_pos: int


Node: TypeAlias = Tree
