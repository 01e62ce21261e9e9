"""The interpreter: performs a plan's steps in order. Preview and apply differ only in the sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, assert_never

from syncdsl.engine.steps.guard import guard
from syncdsl.engine.steps.match import match as match_records
from syncdsl.engine.steps.merge import merge
from syncdsl.engine.steps.observe import observe
from syncdsl.engine.steps.trigger import trigger
from syncdsl.plan.steps import GuardStep, MatchStep, MergeStep, ObserveStep, TriggerStep, WriteStep

if TYPE_CHECKING:
    from syncdsl.engine.context import Context
    from syncdsl.plan.plan import Plan


class Sink(Protocol):
    """Where decisions go."""

    def accept(self, context: Context) -> None:
        """Take the complete change set, before the first write; may refuse it by raising."""
        ...

    def write(self, step: WriteStep, context: Context) -> None:
        """Take the operations on one module."""
        ...


def interpret(plan: Plan, context: Context, sink: Sink) -> None:
    """Perform every step of a plan."""
    for step in plan.steps:
        perform(step, context, sink)


def perform(
    step: ObserveStep | MatchStep | MergeStep | TriggerStep | GuardStep | WriteStep, context: Context, sink: Sink
) -> None:
    """Perform one step."""
    match step:
        case ObserveStep():
            observe(step, context)
        case MatchStep():
            match_records(step, context)
        case MergeStep():
            merge(step, context)
        case TriggerStep():
            trigger(step, context)
        case GuardStep():
            guard(step, context)
            sink.accept(context)
        case WriteStep():
            sink.write(step, context)
        case _:
            assert_never(step)
