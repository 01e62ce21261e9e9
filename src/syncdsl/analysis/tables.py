"""Tables: their rows as values, and the types they answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.analysis.typing import Lowering
from syncdsl.diagnostics.codes.types import NOT_INVERTIBLE
from syncdsl.plan.expressions import Constant
from syncdsl.plan.pairs import TablePlan
from syncdsl.syntax import nodes

if TYPE_CHECKING:
    from syncdsl.analysis.program import Checker
    from syncdsl.analysis.scope import Scope
    from syncdsl.syntax.expressions import Expression


def lower_table(table: nodes.Table, checker: Checker, scope: Scope) -> TablePlan:
    """Lower a table; rows hold literals, `_` stands for the rest."""
    right: list[tuple[object, object]] = []
    left: list[tuple[object, object]] = []
    rest: dict[str, object] = {}
    lowering = Lowering(checker, scope)
    for row in table.rows:
        one, other = _literal(row.left, lowering), _literal(row.right, lowering)
        if row.arrow in {nodes.Arrow.RIGHT, nodes.Arrow.BOTH} and other is not None:
            if row.left is None:
                rest["right"] = other.value
            elif one is not None:
                right.append((one.value, other.value))
        if row.arrow in {nodes.Arrow.LEFT, nodes.Arrow.BOTH} and one is not None:
            if row.right is None:
                rest["left"] = one.value
            elif other is not None:
                left.append((other.value, one.value))
    return TablePlan(
        right=tuple(right),
        left=tuple(left),
        right_rest=rest.get("right"),
        left_rest=rest.get("left"),
        has_right_rest="right" in rest,
        has_left_rest="left" in rest,
    )


def _literal(node: Expression | None, lowering: Lowering) -> Constant | None:
    if node is None:
        return None
    typed = lowering.lower(node)
    return typed.expression if typed is not None and isinstance(typed.expression, Constant) else None


def check_invertible(table: nodes.Table, checker: Checker) -> None:
    """Report `<->` rows that share a value: reading them backwards would be chance."""
    for side in ("left", "right"):
        seen: dict[str, nodes.TableRow] = {}
        for row in table.rows:
            value = row.left if side == "left" else row.right
            if row.arrow is not nodes.Arrow.BOTH or value is None:
                continue
            text = checker.text(value.span)
            if text in seen:
                checker.report(
                    NOT_INVERTIBLE,
                    f"{text} stands in two `<->` rows of `{table.name.text}`",
                    value.span,
                    help="let all but one of these rows go one way, with `->` or `<-`",
                )
            seen.setdefault(text, row)
