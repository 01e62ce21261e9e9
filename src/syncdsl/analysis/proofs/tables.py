"""A `_` row that no value is left for (SD418)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics.codes.proofs import UNREACHABLE_ROW
from syncdsl.schema.canonical import canonical_text
from syncdsl.schema.types import ChoiceType
from syncdsl.schema.values import from_json

if TYPE_CHECKING:
    from syncdsl.analysis.proofs.rules import Rules
    from syncdsl.syntax import nodes


def run(rules: Rules) -> None:
    """Note the rest of a table whose rows name every choice of all fields that it is called with.

    Empty is no matter of the rest, and a row that stands twice is reported where tables are read.
    """
    for (name, direction), kinds in rules.checker.table_arguments.items():
        plan, node = rules.checker.tables.get(name), rules.checker.names.tables.get(name)
        if plan is None or node is None or not kinds:
            continue
        rows, rest = (plan.right, plan.has_right_rest) if direction == "right" else (plan.left, plan.has_left_rest)
        named = {canonical_text(key) for key in (from_json(item) for item, _ in rows) if isinstance(key, str)}
        choices = [kind.options for kind in kinds if isinstance(kind, ChoiceType) and kind.options]
        if not rest or len(choices) < len(kinds):
            continue
        if all(canonical_text(option) in named for options in choices for option in options):
            row = next((item for item in node.rows if _is_rest(item, direction)), None)
            if row is not None:
                rules.report(
                    UNREACHABLE_ROW,
                    f"the rows of `{name}` name every choice, so nothing is left for `_`",
                    row.span,
                    help="keep it for choices that the other system may get, or leave it out",
                )


def _is_rest(row: nodes.TableRow, direction: str) -> bool:
    return row.left is None if direction == "right" else row.right is None
