"""A witness in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.plan.expressions import Constant
from syncdsl.plan.wording import expression_text, path_text
from syncdsl.schema.values import Ref, is_empty, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syncdsl.schema.values import Value


def example_text(values: Mapping[tuple[str, ...], Value], record: str | None = None) -> str:
    """Return a record as people write one: `Account_Type = "Customer", Phone empty, Owner filled`.

    `record` is the name that stands before every field. What the record does not name may be anything.
    """
    led = {path[:count] for path, value in values.items() if not is_empty(value) for count in range(1, len(path))}
    shown = ((path, value) for path, value in values.items() if path not in led)
    pieces = [_piece((record, *path) if record else path, value) for path, value in shown]
    return ", ".join(pieces) if pieces else "any record"


def _piece(path: tuple[str, ...], value: Value) -> str:
    name = path_text(path)
    if is_empty(value):
        return f"{name} empty"
    if isinstance(value, Ref) or (isinstance(value, tuple) and isinstance(value[0], tuple)):
        return f"{name} filled"
    return f"{name} = {value_text(value)}"


def value_text(value: Value) -> str:
    """Return a value as a rule writes it; empty as `empty`."""
    if isinstance(value, tuple):
        return ", ".join(value_text(item) if isinstance(item, str) else "…" for item in value)
    return expression_text(Constant(value=to_json(value)))
