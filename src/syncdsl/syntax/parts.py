"""What statements of every kind are made of: names, and lines that could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from syncdsl.syntax.expressions import _Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(_Node):
    """A name where it is defined or used. `text` is without backticks; empty for a recovery placeholder."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad(_Node):
    """A line (and its deeper lines) that recovery could not repair; its siblings stand."""
