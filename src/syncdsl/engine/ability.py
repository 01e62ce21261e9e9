"""What of a plan this engine does not carry out yet: such a plan is refused whole, before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NOT_CARRIED_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.plan.plan import Plan

_SHOWN = 6


def require_ability(plan: Plan) -> None:
    """Refuse a plan that has parts this engine would leave out.

    Raises Fault SD812 that names them with their places.
    """
    beyond = list(dict.fromkeys(_beyond(plan)))
    if not beyond:
        return
    listed = "\n".join(f"{location}: {what}" for location, what in beyond[:_SHOWN])
    more = f"\nand {len(beyond) - _SHOWN} more" if len(beyond) > _SHOWN else ""
    raise Fault(
        NOT_CARRIED_OUT,
        f"these rules are right, and this version cannot carry all of them out yet:\n{listed}{more}",
        help="leave these lines out to run the others; nothing was read or written",
    )


def _beyond(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((item.location, "`transactions`") for item in plan.transactions)
