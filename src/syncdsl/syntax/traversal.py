"""Visits every node of a tree."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from syncdsl.syntax.expressions import _Node
from syncdsl.syntax.nodes import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PLAIN = frozenset({
    "Span", "tuple[Span, ...]", "str", "str | None", "tuple[str, ...]", "bool", "int", "int | None", "Decimal",
    "dt.date",
})  # fmt: skip
"""Types of fields that hold no node. Another type of that kind costs time only."""


def walk(node: _Node) -> Iterator[_Node]:
    """Yield a node and all nodes below it, in the order of the text. A whole program is gone through once."""
    if isinstance(node, Program):
        known = node.__dict__.get(_KEPT)
        if known is None:
            known = node.__dict__[_KEPT] = _below(node)
        return iter(known)
    return iter(_below(node))


def _below(node: _Node) -> list[_Node]:
    found: list[_Node] = []
    pending: list[Any] = [node]
    while pending:
        item = pending.pop()
        kind = item.__class__
        if kind is tuple:
            pending += item[::-1]
            continue
        parts = _PARTS.get(kind, _UNKNOWN)
        if parts is _UNKNOWN:
            parts = _PARTS[kind] = _parts(kind)
        if parts is None:
            continue
        found.append(item)
        pending += parts(item)
    return found


def _parts(kind: type) -> Callable[[Any], tuple[Any, ...]] | None:
    """Return what gets the fields that may hold nodes, the last one first; None for what is no node."""
    if not issubclass(kind, _Node):
        return None
    names = [field.name for field in reversed(fields(kind)) if field.type not in _PLAIN]
    match names:
        case []:
            return _nothing
        case [name]:
            one = attrgetter(name)
            return lambda item: (one(item),)
        case _:
            return attrgetter(*names)


def _nothing(_: object) -> tuple[Any, ...]:
    return ()


_KEPT = "nodes"
_UNKNOWN: Any = object()
_PARTS: dict[type, Callable[[Any], tuple[Any, ...]] | None] = {}
