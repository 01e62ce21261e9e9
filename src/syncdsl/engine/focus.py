"""A run over single records: these, their partners, and what they refer to; everything else is left as it is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from syncdsl.diagnostics import Fault
from syncdsl.diagnostics.codes.runs import NO_SUCH_RECORD
from syncdsl.engine.lines import SIDES
from syncdsl.engine.long_agenda import in_order
from syncdsl.engine.nesting import parent_of, side_of
from syncdsl.engine.observation import observation_name
from syncdsl.engine.pull import fetch, references
from syncdsl.state import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syncdsl.engine.context import Context
    from syncdsl.engine.observation import Observation


def focus(context: Context, records: frozenset[tuple[str, str, str]], *, read: bool = True) -> None:
    """Limit the agenda of a run to some records (connection, module, id), read anew, and to what goes with them.

    Without `read` what is on the stage counts. Raises Fault SD817 for a record that is in no module of the rules, or
    that does not exist.
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for connection, module, record_id in sorted(records):
        observations = [
            observation
            for observation in context.observations.values()
            if (observation.step.connection, observation.step.module) == (connection, module)
        ]
        if not any(
            _read_anew(context, observation, record_id) if read else is_known(observation, record_id)
            for observation in observations
        ):
            raise Fault(
                NO_SUCH_RECORD,
                f"`{connection}.{module}/{record_id}` does not exist, or is in no module that the rules sync",
                help="`syncdsl find TEXT` shows records by their names",
            )
        for observation in observations:
            wanted[observation.step.id].add(record_id)
    waiting = {step_id: set(ids) for step_id, ids in wanted.items()}
    while waiting:
        fresh: defaultdict[str, set[str]] = defaultdict(set)
        for step_id, ids in waiting.items():
            for other, other_id in (
                *_partners(context, step_id, ids),
                *_referred(context, step_id, ids),
                *_children(context, step_id, ids),
            ):
                if other in context.observations and other_id not in wanted[other]:
                    wanted[other].add(other_id)
                    fresh[other].add(other_id)
        waiting = dict(fresh)
    for step_id, observation in context.observations.items():
        observation.focus({record_id: observation.agenda.get(record_id, "again") for record_id in wanted[step_id]})


def _read_anew(context: Context, observation: Observation, record_id: str) -> bool:
    """Read one record now; return whether it is there or was a moment ago. A view shows only what a reading showed."""
    if observation.agenda.get(record_id) == "gone":
        return True
    if observation.step.view is not None and record_id not in observation.records:
        return observation.agenda.get(record_id) == "outside"
    if fetch(context, observation, [record_id]):
        return True
    if record_id not in observation.records:
        return False
    context.run.state.unstage(observation_name(observation.step), {record_id: "gone"})
    observation.records.refresh([record_id])
    observation.note([record_id], "gone")
    return True


def is_known(observation: Observation, record_id: str) -> bool:
    """Return whether a record is on the stage, or on the agenda because it is no longer there."""
    return record_id in observation.records or observation.agenda.get(record_id) in {"gone", "outside"}


def _partners(context: Context, step_id: str, ids: set[str]) -> Iterator[tuple[str, str]]:
    for pair in context.plan.pairs.values():
        index = context.view.links(pair.name)
        if pair.left.observe == step_id:
            for link in index.by_left.many(ids).values():
                yield pair.right.observe, link.right_id
        if pair.right.observe == step_id:
            for link in index.by_right.many(ids).values():
                yield pair.left.observe, link.left_id


def _children(context: Context, step_id: str, ids: set[str]) -> Iterator[tuple[str, str]]:
    """Return the nested records of some parents that a reading has just shown; those it showed before are filed."""
    for pair in context.plan.pairs.values():
        above = context.plan.pairs[pair.parent.pair] if pair.parent is not None else None
        for side in SIDES:
            if above is None or side_of(above, side).observe != step_id:
                continue
            observation = context.observations.get(side_of(pair, side).observe)
            if observation is None:
                continue
            for some in chunks(in_order(observation.agenda)):
                for record in observation.records.many(some).values():
                    parent = parent_of(pair, context, side, record)
                    if parent is not None and parent.id in ids:
                        yield observation.step.id, record.id


def _referred(context: Context, step_id: str, ids: set[str]) -> Iterator[tuple[str, str]]:
    """Return the records that some records refer to: their partners have to be there first."""
    for some in chunks(sorted(ids)):
        records = context.observations[step_id].records.many(some)
        for connection, reference in references(context, step_id, records.values()):
            for observation in context.observations.values():
                if (observation.step.connection, observation.step.module) == (connection, reference.module):
                    yield observation.step.id, reference.id
