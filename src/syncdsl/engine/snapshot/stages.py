"""Records the stages that records went through since a trigger last saw them, where their system keeps a history."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING

from syncdsl.adapters.stages import KeepsStages
from syncdsl.engine.steps.replay import MOST, asks_for_stage
from syncdsl.state import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from syncdsl.adapters.protocol import Connection, Record
    from syncdsl.adapters.recorded import Recording
    from syncdsl.plan.pairs import TriggerPlan
    from syncdsl.plan.plan import Plan
    from syncdsl.schema.snapshot import SchemaSnapshot
    from syncdsl.state import State


def record_stages(
    recording: Recording,
    connections: Mapping[str, Connection],
    schemas: Mapping[str, SchemaSnapshot],
    state: State,
    plans: Sequence[Plan],
    modules: Iterable[tuple[str, str]],
) -> None:
    """Ask for the histories that a preview by one of the plans would ask for.

    A history costs a call, so of many records that changed at once a preview asks for none, and neither does this.
    """
    for name, module in modules:
        connection = connections[name]
        field = schemas[name].modules[module].stage_field
        if field is None or not isinstance(connection, KeepsStages):
            continue
        triggers = [
            one
            for plan in plans
            for one in plan.triggers
            if (plan.records[one.record].endpoint.connection, plan.records[one.record].endpoint.module)
            == (name, module)
            and asks_for_stage(one, field)
        ]
        activations = {one.digest: at for one in triggers if (at := state.activation(one.digest)) is not None}
        triggers = [one for one in triggers if one.digest in activations]
        wanted: dict[str, dt.datetime] = {}
        for some in _many(recording.every_record(name, module)) if triggers else ():
            wanted |= _since(some, triggers, activations, state)
        for ids in chunks(sorted(wanted)):
            if len(ids) <= MOST:
                found = connection.stages(module, {one: wanted[one] for one in ids})
                recording.put_stages(name, module, found.items())


def _since(
    records: Sequence[Record],
    triggers: Sequence[TriggerPlan],
    activations: Mapping[str, dt.datetime],
    state: State,
) -> dict[str, dt.datetime]:
    """Return the records that were modified since a trigger last saw them, with the earliest such moment."""
    ids = [record.id for record in records]
    seen = {one.digest: state.truth_times(one.digest, ids) for one in triggers}
    found: dict[str, dt.datetime] = {}
    for record in records:
        moments = [
            moment
            for one in triggers
            if (moment := seen[one.digest].get(record.id) or _creation(record, activations[one.digest])) is not None
        ]
        if moments and (record.modified is None or record.modified > min(moments)):
            found[record.id] = min(moments)
    return found


def _creation(record: Record, activation: dt.datetime) -> dt.datetime | None:
    """Return the moment before a record was made, where that may be after the activation."""
    if record.created is None or record.created < activation.replace(microsecond=0):
        return None
    return record.created - dt.timedelta(microseconds=1)


def _many(records: Iterator[Record]) -> Iterator[Sequence[Record]]:
    while some := list(islice(records, 500)):
        yield some
