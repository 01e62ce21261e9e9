"""What of a plan this engine does not carry out yet: such a plan is refused whole, before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NOT_CARRIED_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.plan.pairs import DocumentPlan, TriggerPlan
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
    for document in plan.documents.values():
        yield from _of_document(document)
    for trigger in plan.triggers:
        yield from _of_trigger(trigger)
    yield from ((item.location, "`access`") for item in plan.access)


def _of_document(document: DocumentPlan) -> Iterator[tuple[str, str]]:
    if document.per is not None:
        yield document.location, "`per`"
    if document.write_backs:
        yield document.location, "writing back into the record"
    if any(line.rows is not None for line in document.lines):
        yield document.location, "`line for … in …`"


def _of_trigger(trigger: TriggerPlan) -> Iterator[tuple[str, str]]:
    if trigger.verb not in {"create", "void"}:
        yield trigger.location, f"`{trigger.verb}`"
    if trigger.even_sent:
        yield trigger.location, "`even sent`"
    if trigger.require is not None:
        yield trigger.location, "`require`"
    if trigger.backfill is not None:
        yield trigger.location, "`backfill`"
