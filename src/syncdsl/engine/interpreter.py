"""The interpreter: performs a plan's steps in order. Preview and apply differ only in the sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from syncdsl.engine.access.deciding import access_steps, decide_access
from syncdsl.engine.collector import calm_collector
from syncdsl.engine.dismissals import drop_dismissed
from syncdsl.engine.focus import focus
from syncdsl.engine.holding import hold_unread
from syncdsl.engine.pull import pull_missing
from syncdsl.engine.recall import recall, steps_to_read
from syncdsl.engine.steps.guard import guard
from syncdsl.engine.steps.match import match as match_records
from syncdsl.engine.steps.merge import merge
from syncdsl.engine.steps.observe import observe
from syncdsl.engine.steps.trigger import trigger
from syncdsl.engine.undoing import undo
from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep, WriteStep

if TYPE_CHECKING:
    from syncdsl.changes.change_set import Undone
    from syncdsl.engine.context import Context
    from syncdsl.plan.plan import Plan


class Sink(Protocol):
    """Where decisions go."""

    def accept(self, context: Context) -> None:
        """Take the complete change set, before the first write; may refuse it by raising."""
        ...

    def write(self, step: WriteStep, context: Context) -> None:
        """Take the operations on one module, but for those that take records away."""
        ...

    def remove(self, step: WriteStep, context: Context) -> None:
        """Take the deletes on one module: after everything else, children before their parents."""
        ...


@calm_collector()
def interpret(plan: Plan, context: Context, sink: Sink) -> None:
    """Perform every step of a plan; between reading and deciding, what is looked at is made complete, or limited.

    What needs a module that could not be read is left out. Who has which role is decided last, with or without a rule
    for it: the users of one that is gone lose it. Records are taken away last, in the opposite order of modules.
    """
    _observe(plan, context)
    if context.run.undoes is not None:
        _undo(context, context.run.undoes, sink)
        return
    if context.run.focus is None:
        pull_missing(context)
    hold_unread(context)
    if context.run.focus is not None:
        focus(context, context.run.focus)
    for step in context.plan.steps:
        if not isinstance(step, ObserveStep):
            perform(step, context, sink)
    granting = access_steps(context)
    for step in granting:
        sink.write(step, context)
    for step in reversed((*context.plan.steps, *granting)):
        if isinstance(step, WriteStep):
            sink.remove(step, context)


def _undo(context: Context, undone: Undone, sink: Sink) -> None:
    """Put back what an earlier run wrote: nothing that was read is decided on by rules, so all of it stays news."""
    undo(context, undone)
    for observation in context.observations.values():
        observation.focus({})
    guard(context)
    sink.accept(context)
    for step in context.plan.steps:
        if isinstance(step, WriteStep):
            sink.write(step, context)
    for step in reversed(context.plan.steps):
        if isinstance(step, WriteStep):
            sink.remove(step, context)


def _observe(plan: Plan, context: Context) -> None:
    """Read the modules; those that nobody told of are recalled, in a run that was told which ones changed."""
    reading = steps_to_read(context)
    for step in reading:
        # What could not be read while doubts were resolved is not asked for again.
        if step.id in context.unread:
            continue
        with context.unread.isolating([step]):
            observe(step, context)
    observing = [step for step in plan.steps if isinstance(step, ObserveStep)]
    if len(reading) == len(observing):
        return
    if not context.observations:
        raise next(iter(context.unread.faults.values()))
    for step in observing:
        if step not in reading and step.id not in context.unread:
            recall(step, context)
    # In the order of the plan, whichever were read: so decisions come out the same.
    context.observations = {
        step.id: context.observations[step.id] for step in observing if step.id in context.observations
    }


def perform(step: MatchStep | MergeStep | TriggerStep | GuardStep | WriteStep, context: Context, sink: Sink) -> None:
    """Perform one step that decides or acts."""
    match step:
        case MatchStep():
            match_records(step, context)
        case MergeStep():
            merge(step, context)
        case TriggerStep():
            trigger(step, context)
        case GuardStep():
            decide_access(context)
            drop_dismissed(context)
            guard(context)
            sink.accept(context)
        case WriteStep():
            sink.write(step, context)
        case _:
            assert_never(step)
