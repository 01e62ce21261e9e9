"""Visits every node of a tree."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from syncdsl.syntax.expressions import _Node

if TYPE_CHECKING:
    from collections.abc import Iterator


def walk(node: _Node) -> Iterator[_Node]:
    """Yield a node and all nodes below it, in the order of the text."""
    pending: list[object] = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, _Node):
            yield item
            pending.extend(getattr(item, field.name) for field in reversed(fields(item)))
        elif isinstance(item, tuple):
            pending.extend(reversed(item))
