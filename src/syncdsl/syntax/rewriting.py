"""Makes a changed copy of a tree."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from syncdsl.syntax.expressions import _Node

if TYPE_CHECKING:
    from collections.abc import Callable

N = TypeVar("N", bound=_Node)


def rewrite(node: N, change: Callable[[_Node], _Node]) -> N:
    """Return a tree in which every node was given to `change`, those below first; spans stay.

    What did not change is the same object as before. `change` returns a node of the same kind.
    """
    changed: dict[str, Any] = {}
    for field in fields(node):
        value = getattr(node, field.name)
        made = _value(value, change)
        if made is not value:
            changed[field.name] = made
    copy = replace(node, **changed) if changed else node
    return change(copy)  # type: ignore[return-value]  # `change` keeps the kind


def _value(value: object, change: Callable[[_Node], _Node]) -> object:
    if isinstance(value, _Node):
        return rewrite(value, change)
    if isinstance(value, tuple):
        made = tuple(_value(item, change) for item in value)
        return made if any(one is not other for one, other in zip(made, value, strict=True)) else value
    return value
