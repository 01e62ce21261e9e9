"""What rules may do while nobody looks: documents need a limit that holds over all runs of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.service import UNBOUNDED_DOCUMENTS
from syncdsl.plan.steps import GuardStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.plan.plan import Plan

BOUNDING = frozenset({"creates", "amount"})
"""What a guard has to limit so that documents are bounded."""


def refuse_unbounded(plan: Plan) -> None:
    """Raise Fault SD871 when rules make documents and no guard bounds them over all runs of a day."""
    made = tuple(_makers(plan))
    if not made or any(
        limit.per_day and limit.subject in BOUNDING
        for step in plan.steps
        if isinstance(step, GuardStep)
        for limit in step.limits
    ):
        return
    currency = next((connection.base_currency for connection in plan.connections.values()), "EUR")
    listed = " and ".join(f"`{name}`" for name in made[:3]) + (" …" if len(made) > 3 else "")
    raise Fault(
        UNBOUNDED_DOCUMENTS,
        f"{listed} would be made unattended, and no guard says how many in a day",
        help="add one to the rules, such as `guard: creates <= 200 per day` or `guard: amount <= 50_000 "
        f"{currency} per day`, and put them in force with `syncdsl enable`",
    )


def _makers(plan: Plan) -> Iterator[str]:
    """Return the names of what makes documents: documents that a trigger creates, and transactions."""
    created = {trigger.document for trigger in plan.triggers if trigger.verb == "create"}
    yield from (name for name in plan.documents if name in created)
    yield from (name for name, pair in plan.pairs.items() if pair.exchange is not None)
