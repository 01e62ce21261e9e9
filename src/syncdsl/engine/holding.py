"""Holding: what needs a module that could not be read is left alone as a whole, everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.changes.change_set import Unreadable
from syncdsl.plan.restriction import needing, without
from syncdsl.plan.steps import MatchStep, ObserveStep, TriggerStep

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from syncdsl.diagnostics import Fault
    from syncdsl.engine.context import Context
    from syncdsl.plan.plan import Plan
    from syncdsl.plan.steps import Step


def hold_unread(context: Context) -> None:
    """Take the steps that need what could not be read out of what is carried out.

    A half reading is never taken for a whole one: what came of it was seen and stays on the agenda, nothing is absent
    because of it, and its cursor stands. What is held changes in nothing, neither its links nor its questions.
    Raises the fault of a reading where nothing would be left to do, or not what was asked for: a run for some modules
    or records does these or ends.
    """
    run, faults = context.run, context.unread.faults
    if not faults:
        return
    needed = {step_id: needing(run.plan, {step_id}, run.schemas) for step_id in faults}
    for step_id, fault in faults.items():
        if run.whole is not None or _is_asked_for(context, needed[step_id]):
            raise fault
    held = frozenset[str]().union(*needed.values())
    context.plan = without(run.plan, held)
    if not any(isinstance(step, MatchStep | TriggerStep) for step in context.plan.steps):
        raise next(iter(faults.values()))
    context.held = frozenset(_names(run.plan, held))
    context.unreadable = tuple(_told(run.plan, faults, needed))


def _is_asked_for(context: Context, held: Collection[str]) -> bool:
    """Return whether a run over single records is about a module that is held."""
    asked = {(connection, module) for connection, module, _ in context.run.focus or ()}
    return any(asked & _places(context.run.plan, step) for step in context.run.plan.steps if step.id in held)


def _places(plan: Plan, step: Step) -> set[tuple[str, str]]:
    """Return the modules that a step is about."""
    match step:
        case ObserveStep():
            return {(step.connection, step.module)}
        case MatchStep():
            pair = plan.pairs[step.pair]
            return {(end.connection, end.module) for end in (pair.left, pair.right)}
        case TriggerStep():
            endpoint = plan.records[step.record].endpoint
            return {(endpoint.connection, endpoint.module)}
        case _:
            return set()


def _names(plan: Plan, held: Collection[str]) -> Iterator[str]:
    """Return the modules and documents of the rules that are decided on in some steps, in the order of the steps."""
    for step in plan.steps:
        if step.id in held and isinstance(step, MatchStep):
            yield step.pair
        elif step.id in held and isinstance(step, TriggerStep):
            yield from (document.name for document in plan.documents.values() if document.record == step.record)


def _told(plan: Plan, faults: dict[str, Fault], needed: dict[str, frozenset[str]]) -> Iterator[Unreadable]:
    """Return what is said of each module that could not be read; the readings of one that failed alike as one."""
    alike: dict[tuple[str, str, str], set[str]] = {}
    steps = {step.id: step for step in plan.steps if isinstance(step, ObserveStep)}
    for step_id, fault in faults.items():
        alike.setdefault((steps[step_id].connection, steps[step_id].module, str(fault)), set()).add(step_id)
    for (connection, module, _), ids in alike.items():
        fault = faults[min(ids)]
        yield Unreadable(
            connection=connection,
            module=module,
            code=fault.code.id,
            message=fault.message,
            help=fault.help,
            holds=tuple(_names(plan, frozenset[str]().union(*(needed[step_id] for step_id in ids)))),
        )
