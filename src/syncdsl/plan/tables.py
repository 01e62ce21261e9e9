"""Value tables as closures."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from syncdsl.schema.canonical import canonical_text
from syncdsl.schema.values import from_json, is_empty

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from syncdsl.plan.evaluation import Evaluator, Scope
    from syncdsl.plan.pairs import TablePlan
    from syncdsl.schema.values import Value


def compile_table(table: TablePlan, direction: Literal["right", "left"], argument: Evaluator) -> Evaluator:
    """Return the reading of a table in one direction.

    A row's key is compared in canonical form. `rest` answers for values that no row names, never for empty: empty
    stays empty unless a row says otherwise.
    """
    rows = table.right if direction == "right" else table.left
    has_rest = table.has_right_rest if direction == "right" else table.has_left_rest
    rest = from_json(table.right_rest if direction == "right" else table.left_rest) if has_rest else None
    answers = {row_key(from_json(key)): from_json(answer) for key, answer in rows}

    def read(fields: Mapping[str, Value], scope: Scope) -> Value:
        value = argument(fields, scope)
        try:
            key = row_key(value)
            if key in answers:
                return answers[key]
        except TypeError:  # a signalling NaN has no hash
            return rest
        return None if is_empty(value) else rest

    return read


def row_key(value: Value) -> Hashable:
    """Return what tells rows apart: the canonical form, with true told from 1."""
    if is_empty(value):
        return None
    if isinstance(value, str):
        return canonical_text(value)
    return ("number", value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else ("value", value)
