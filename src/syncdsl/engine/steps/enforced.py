"""Enforced: values that are corrected although nothing changed, and that must not be corrected for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.lines import apply_line
from syncdsl.engine.mapped import Mapped
from syncdsl.schema.values import to_json

if TYPE_CHECKING:
    from syncdsl.adapters.protocol import Record
    from syncdsl.engine.context import Context
    from syncdsl.engine.lines import SideName
    from syncdsl.engine.merging import Decision, LineState
    from syncdsl.plan.pairs import Pair
    from syncdsl.state import Link


def answered(
    pair: Pair,
    context: Context,
    link: Link,
    unit: tuple[LineState, ...],
    decision: Decision,
    left: Record,
    right: Record,
) -> bool:
    """Return whether what a side holds is what its system makes of exactly what would be written.

    Only asked where neither side changed. A system that rounds, trims or spells a value its own way would otherwise
    be corrected at every look.
    """
    if decision not in {"to_right", "to_left"} or any(state.left_changed or state.right_changed for state in unit):
        return False
    endpoint, source, target = (pair.right, left, right) if decision == "to_right" else (pair.left, right, left)
    side: SideName = "right" if decision == "to_right" else "left"
    for state in unit:
        assignment = state.line.to_right if side == "right" else state.line.to_left
        if assignment is None or state.agrees:
            continue
        outcome = apply_line(pair, context, state.line, side, source, link.suffix)
        if not isinstance(outcome, Mapped):
            return False
        sent = context.run.state.last_sent(endpoint.connection, endpoint.module, target.id, assignment.target)
        if (
            sent is None
            or sent.sent != to_json(outcome.value)
            or sent.became != to_json(target.fields.get(assignment.target))
        ):
            return False
    return True
