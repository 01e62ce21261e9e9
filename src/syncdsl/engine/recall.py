"""Recall: in a run that a notification caused, modules that nobody told of are not read; what is on file counts.

What is on file is what the last reading showed, and a reading is always a little behind: so such a run decides as any
run would that began right after that reading. What it writes is based on the record as it was decided upon, so that a
change nobody has read yet is never overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syncdsl.engine.exchange import switch_of
from syncdsl.engine.lines import SIDES
from syncdsl.engine.long_agenda import agenda_of
from syncdsl.engine.observation import Observation, Records, observation_name
from syncdsl.plan.steps import ObserveStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syncdsl.engine.context import Context


def steps_to_read(context: Context) -> Sequence[ObserveStep]:
    """Return the observe steps that this run has to read: all of them, or those of the modules it was told of.

    A module is read all the same where it was never read completely with these fields, where something is switched on
    that counts from the reading on, and where documents may be made of records that wait: their moments are told by
    the clock of their own system.
    """
    steps = [step for step in context.plan.steps if isinstance(step, ObserveStep)]
    told = context.run.told
    if told is None:
        return steps
    anyway = set(_switched_on(context)) | set(_of_waiting_records(context))
    return [
        step
        for step in steps
        if (step.connection, step.module) in told or step.id in anyway or not _is_whole(step, context)
    ]


def recall(step: ObserveStep, context: Context) -> None:
    """Take what is on file of a module for its reading; after the others were read, whose clocks tell the time."""
    state = context.run.state
    context.observations[step.id] = Observation(
        step=step,
        records=Records(state, step),
        server_time=context.server_time,
        complete=False,
        whole=True,
        agenda=agenda_of(state, observation_name(step)),
    )


def _is_whole(step: ObserveStep, context: Context) -> bool:
    head = context.run.state.observation(observation_name(step))
    return head is not None and head.swept is not None and set(step.fields) <= set(head.fields)


def _switched_on(context: Context) -> Iterator[str]:
    """Return the observe steps of triggers and exchanges that begin with this run."""
    for trigger in context.plan.triggers:
        if context.view.activation(trigger.digest) is None:
            yield context.plan.records[trigger.record].endpoint.observe
    for pair in context.plan.pairs.values():
        if pair.exchange is None:
            continue
        if any(context.view.activation(switch_of(context.plan, pair, side)) is None for side in SIDES):
            yield from (pair.left.observe, pair.right.observe)


def _of_waiting_records(context: Context) -> Iterator[str]:
    """Return the observe steps of records that triggers judge in this run, or whose documents are looked at."""
    told = context.run.told or {}
    for record in context.plan.records.values():
        step = next(step for step in context.plan.steps if step.id == record.endpoint.observe)
        documents = [document for document in context.plan.documents.values() if document.record == record.name]
        looked_at = any((document.connection, document.module) in told for document in documents)
        if isinstance(step, ObserveStep) and (
            looked_at or context.run.state.agenda_after(observation_name(step), "", 1)
        ):
            yield step.id
